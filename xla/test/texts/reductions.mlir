module @chainrule {
  func.func public @main(%arg0: tensor<2x5xf32>) -> (tensor<2x1xf32>, tensor<1x1xf32>, tensor<2x1xi32>, tensor<2x2xi32>, tensor<2x5xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x5xf32>, tensor<f32>) -> tensor<2xf32>
    %2 = stablehlo.reshape %1 : (tensor<2xf32>) -> tensor<2x1xf32>
    %3 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %4 = stablehlo.reduce(%arg0 init: %3) applies stablehlo.maximum across dimensions = [0, 1] : (tensor<2x5xf32>, tensor<f32>) -> tensor<f32>
    %5 = stablehlo.reshape %4 : (tensor<f32>) -> tensor<1x1xf32>
    %6 = stablehlo.reduce(%arg0 init: %3) applies stablehlo.maximum across dimensions = [1] : (tensor<2x5xf32>, tensor<f32>) -> tensor<2xf32>
    %7 = stablehlo.broadcast_in_dim %6, dims = [0] : (tensor<2xf32>) -> tensor<2x5xf32>
    %8 = stablehlo.compare EQ, %arg0, %7, FLOAT : (tensor<2x5xf32>, tensor<2x5xf32>) -> tensor<2x5xi1>
    %9 = stablehlo.compare NE, %arg0, %arg0, FLOAT : (tensor<2x5xf32>, tensor<2x5xf32>) -> tensor<2x5xi1>
    %10 = stablehlo.or %8, %9 : tensor<2x5xi1>
    %11 = stablehlo.iota dim = 1 : tensor<2x5xi32>
    %12 = stablehlo.constant dense<5> : tensor<2x5xi32>
    %13 = stablehlo.select %10, %11, %12 : tensor<2x5xi1>, tensor<2x5xi32>
    %14 = stablehlo.constant dense<2147483647> : tensor<i32>
    %15 = stablehlo.reduce(%13 init: %14) applies stablehlo.minimum across dimensions = [1] : (tensor<2x5xi32>, tensor<i32>) -> tensor<2xi32>
    %16 = stablehlo.reshape %15 : (tensor<2xi32>) -> tensor<2x1xi32>
    %17 = stablehlo.iota dim = 1 : tensor<2x5xi32>
    %18:2 = "stablehlo.sort"(%arg0, %17) <{dimension = 1 : i64, is_stable = true}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>, %i: tensor<i32>, %j: tensor<i32>):
      %above = stablehlo.compare GT, %a, %b, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %without = stablehlo.compare NE, %a, %a, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %with = stablehlo.compare EQ, %b, %b, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %only = stablehlo.and %without, %with : tensor<i1>
      %first = stablehlo.or %above, %only : tensor<i1>
      stablehlo.return %first : tensor<i1>
    }) : (tensor<2x5xf32>, tensor<2x5xi32>) -> (tensor<2x5xf32>, tensor<2x5xi32>)
    %19 = stablehlo.slice %18#1 [0:2, 0:2] : (tensor<2x5xi32>) -> tensor<2x2xi32>
    %20 = call @cumsum(%arg0) : (tensor<2x5xf32>) -> tensor<2x5xf32>
    return %2, %5, %16, %19, %20 : tensor<2x1xf32>, tensor<1x1xf32>, tensor<2x1xi32>, tensor<2x2xi32>, tensor<2x5xf32>
  }
  func.func private @cumsum(%arg0: tensor<2x5xf32>) -> tensor<2x5xf32> {
    %0 = stablehlo.slice %arg0 [0:2, 0:4] : (tensor<2x5xf32>) -> tensor<2x4xf32>
    %1 = stablehlo.constant dense<0.0> : tensor<f32>
    %2 = stablehlo.pad %0, %1, low = [0, 1], high = [0, 0], interior = [0, 0] : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x5xf32>
    %3 = stablehlo.add %arg0, %2 : tensor<2x5xf32>
    %4 = stablehlo.slice %3 [0:2, 0:3] : (tensor<2x5xf32>) -> tensor<2x3xf32>
    %5 = stablehlo.pad %4, %1, low = [0, 2], high = [0, 0], interior = [0, 0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x5xf32>
    %6 = stablehlo.add %3, %5 : tensor<2x5xf32>
    %7 = stablehlo.slice %6 [0:2, 0:1] : (tensor<2x5xf32>) -> tensor<2x1xf32>
    %8 = stablehlo.pad %7, %1, low = [0, 4], high = [0, 0], interior = [0, 0] : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x5xf32>
    %9 = stablehlo.add %6, %8 : tensor<2x5xf32>
    return %9 : tensor<2x5xf32>
  }
}
