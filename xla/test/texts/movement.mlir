module @chainrule {
  func.func public @main(%arg0: tensor<2x6xf32>) -> (tensor<6x10xf32>, tensor<3x2x2xf32>) {
    %0 = stablehlo.transpose %arg0, dims = [1, 0] : (tensor<2x6xf32>) -> tensor<6x2xf32>
    %1 = stablehlo.reshape %0 : (tensor<6x2xf32>) -> tensor<1x12xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<1x12xf32>) -> tensor<3x12xf32>
    %3 = stablehlo.slice %2 [0:3, 1:8:2] : (tensor<3x12xf32>) -> tensor<3x4xf32>
    %4 = stablehlo.reverse %3, dims = [1] : (tensor<3x4xf32>) -> tensor<3x4xf32>
    %5 = stablehlo.slice %4 [0:3, 0:3] : (tensor<3x4xf32>) -> tensor<3x3xf32>
    %6 = stablehlo.reshape %5 : (tensor<3x3xf32>) -> tensor<3x3x1xf32>
    %7 = stablehlo.slice %4 [0:3, 1:4] : (tensor<3x4xf32>) -> tensor<3x3xf32>
    %8 = stablehlo.reshape %7 : (tensor<3x3xf32>) -> tensor<3x3x1xf32>
    %9 = stablehlo.concatenate %6, %8, dim = 2 : (tensor<3x3x1xf32>, tensor<3x3x1xf32>) -> tensor<3x3x2xf32>
    %10 = stablehlo.reshape %4 : (tensor<3x4xf32>) -> tensor<3x2x2xf32>
    %11 = stablehlo.slice %9 [0:3, 0:3, 0:1] : (tensor<3x3x2xf32>) -> tensor<3x3x1xf32>
    %12 = stablehlo.reshape %11 : (tensor<3x3x1xf32>) -> tensor<3x3xf32>
    %13 = stablehlo.constant dense<0.0> : tensor<f32>
    %14 = stablehlo.pad %12, %13, low = [0, 0], high = [0, 1], interior = [0, 0] : (tensor<3x3xf32>, tensor<f32>) -> tensor<3x4xf32>
    %15 = stablehlo.slice %9 [0:3, 0:3, 1:2] : (tensor<3x3x2xf32>) -> tensor<3x3x1xf32>
    %16 = stablehlo.reshape %15 : (tensor<3x3x1xf32>) -> tensor<3x3xf32>
    %17 = stablehlo.pad %16, %13, low = [0, 1], high = [0, 0], interior = [0, 0] : (tensor<3x3xf32>, tensor<f32>) -> tensor<3x4xf32>
    %18 = stablehlo.add %14, %17 : tensor<3x4xf32>
    %19 = stablehlo.pad %18, %13, low = [0, 1], high = [0, 2], interior = [0, 1] : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x10xf32>
    %20 = stablehlo.concatenate %19, %19, dim = 0 : (tensor<3x10xf32>, tensor<3x10xf32>) -> tensor<6x10xf32>
    return %20, %10 : tensor<6x10xf32>, tensor<3x2x2xf32>
  }
}
