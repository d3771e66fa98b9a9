module @chainrule {
  func.func public @main(%arg0: tensor<3x2x4xf32>, %arg1: tensor<3x4x5xf32>, %arg2: tensor<2x4x6x6xf32>, %arg3: tensor<8x2x3x3xf32>) -> (tensor<3x2x5xf32>, tensor<2x8x3x9xf32>) {
    %0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision = [HIGHEST, HIGHEST] : (tensor<3x2x4xf32>, tensor<3x4x5xf32>) -> tensor<3x2x5xf32>
    %1 = stablehlo.convolution(%arg2, %arg3) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {stride = [2, 1], pad = [[1, 0], [-1, 1]], lhs_dilate = [1, 2], rhs_dilate = [1, 1]} {batch_group_count = 1 : i64, feature_group_count = 2 : i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : (tensor<2x4x6x6xf32>, tensor<8x2x3x3xf32>) -> tensor<2x8x3x9xf32>
    return %0, %1 : tensor<3x2x5xf32>, tensor<2x8x3x9xf32>
  }
}
