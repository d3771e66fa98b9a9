module @chainrule {
  func.func public @main(
      %arg0: tensor<64x1x28x28xf32>,
      %arg1: tensor<64xi32>,
      %model.0.weight: tensor<8x1x5x5xf32> {tf.aliasing_output = 1 : i32},
      %model.0.bias: tensor<8xf32> {tf.aliasing_output = 2 : i32},
      %model.3.weight: tensor<16x8x5x5xf32> {tf.aliasing_output = 3 : i32},
      %model.3.bias: tensor<16xf32> {tf.aliasing_output = 4 : i32},
      %model.7.weight: tensor<10x784xf32> {tf.aliasing_output = 5 : i32},
      %model.7.bias: tensor<10xf32> {tf.aliasing_output = 6 : i32},
      %optimizer.state.0.step: tensor<f64> {tf.aliasing_output = 7 : i32},
      %optimizer.state.0.exp_avg: tensor<8x1x5x5xf32> {tf.aliasing_output = 8 : i32},
      %optimizer.state.0.exp_avg_sq: tensor<8x1x5x5xf32> {tf.aliasing_output = 9 : i32},
      %optimizer.lr: tensor<f64>,
      %optimizer.state.1.step: tensor<f64> {tf.aliasing_output = 10 : i32},
      %optimizer.state.1.exp_avg: tensor<8xf32> {tf.aliasing_output = 11 : i32},
      %optimizer.state.1.exp_avg_sq: tensor<8xf32> {tf.aliasing_output = 12 : i32},
      %optimizer.state.2.step: tensor<f64> {tf.aliasing_output = 13 : i32},
      %optimizer.state.2.exp_avg: tensor<16x8x5x5xf32> {tf.aliasing_output = 14 : i32},
      %optimizer.state.2.exp_avg_sq: tensor<16x8x5x5xf32> {tf.aliasing_output = 15 : i32},
      %optimizer.state.3.step: tensor<f64> {tf.aliasing_output = 16 : i32},
      %optimizer.state.3.exp_avg: tensor<16xf32> {tf.aliasing_output = 17 : i32},
      %optimizer.state.3.exp_avg_sq: tensor<16xf32> {tf.aliasing_output = 18 : i32},
      %optimizer.state.4.step: tensor<f64> {tf.aliasing_output = 19 : i32},
      %optimizer.state.4.exp_avg: tensor<10x784xf32> {tf.aliasing_output = 20 : i32},
      %optimizer.state.4.exp_avg_sq: tensor<10x784xf32> {tf.aliasing_output = 21 : i32},
      %optimizer.state.5.step: tensor<f64> {tf.aliasing_output = 22 : i32},
      %optimizer.state.5.exp_avg: tensor<10xf32> {tf.aliasing_output = 23 : i32},
      %optimizer.state.5.exp_avg_sq: tensor<10xf32> {tf.aliasing_output = 24 : i32}
  ) -> (tensor<f32>, tensor<8x1x5x5xf32>, tensor<8xf32>, tensor<16x8x5x5xf32>, tensor<16xf32>, tensor<10x784xf32>, tensor<10xf32>, tensor<f64>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>, tensor<f64>, tensor<8xf32>, tensor<8xf32>, tensor<f64>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>, tensor<f64>, tensor<16xf32>, tensor<16xf32>, tensor<f64>, tensor<10x784xf32>, tensor<10x784xf32>, tensor<f64>, tensor<10xf32>, tensor<10xf32>) {
    %0 = call @conv2d(%arg0, %model.0.weight, %model.0.bias) : (tensor<64x1x28x28xf32>, tensor<8x1x5x5xf32>, tensor<8xf32>) -> tensor<64x8x28x28xf32>
    %1:2 = call @relu(%0) : (tensor<64x8x28x28xf32>) -> (tensor<64x8x28x28xi1>, tensor<64x8x28x28xf32>)
    %2:3 = call @maxPool2d(%1#1) : (tensor<64x8x28x28xf32>) -> (tensor<64x8x14x14x1xi32>, tensor<64x8x14x14x1xf32>, tensor<64x8x14x14xf32>)
    %3 = call @conv2d_2(%2#2, %model.3.weight, %model.3.bias) : (tensor<64x8x14x14xf32>, tensor<16x8x5x5xf32>, tensor<16xf32>) -> tensor<64x16x14x14xf32>
    %4:2 = call @relu_2(%3) : (tensor<64x16x14x14xf32>) -> (tensor<64x16x14x14xi1>, tensor<64x16x14x14xf32>)
    %5:2 = call @maxPool2d_2(%4#1) : (tensor<64x16x14x14xf32>) -> (tensor<64x16x7x7x1xi32>, tensor<64x16x7x7x1xf32>)
    %6 = stablehlo.reshape %5#1 : (tensor<64x16x7x7x1xf32>) -> tensor<64x784xf32>
    %7:2 = call @linear(%model.7.weight, %6, %model.7.bias) : (tensor<10x784xf32>, tensor<64x784xf32>, tensor<10xf32>) -> (tensor<784x10xf32>, tensor<64x10xf32>)
    %8:6 = call @crossEntropy(%7#1, %arg1) : (tensor<64x10xf32>, tensor<64xi32>) -> (tensor<64x10xf32>, tensor<64x1xf32>, tensor<64xi1>, tensor<64x1xi32>, tensor<f32>, tensor<f32>)
    %9 = call @crossEntropy_backward(%8#4, %8#2, %8#3, %8#1, %8#0) : (tensor<f32>, tensor<64xi1>, tensor<64x1xi32>, tensor<64x1xf32>, tensor<64x10xf32>) -> tensor<64x10xf32>
    %10:3 = call @linear_backward(%9, %7#0, %6) : (tensor<64x10xf32>, tensor<784x10xf32>, tensor<64x784xf32>) -> (tensor<10xf32>, tensor<64x784xf32>, tensor<10x784xf32>)
    %11 = call @maxPool2d_backward(%10#1, %5#0) : (tensor<64x784xf32>, tensor<64x16x7x7x1xi32>) -> tensor<64x16x14x14xf32>
    %12 = call @relu_backward(%4#0, %11) : (tensor<64x16x14x14xi1>, tensor<64x16x14x14xf32>) -> tensor<64x16x14x14xf32>
    %13:3 = call @conv2d_backward(%12, %model.3.weight, %2#1) : (tensor<64x16x14x14xf32>, tensor<16x8x5x5xf32>, tensor<64x8x14x14x1xf32>) -> (tensor<16xf32>, tensor<64x8x14x14xf32>, tensor<16x8x5x5xf32>)
    %14 = call @maxPool2d_backward_2(%13#1, %2#0) : (tensor<64x8x14x14xf32>, tensor<64x8x14x14x1xi32>) -> tensor<64x8x28x28xf32>
    %15 = call @relu_backward_2(%1#0, %14) : (tensor<64x8x28x28xi1>, tensor<64x8x28x28xf32>) -> tensor<64x8x28x28xf32>
    %16:2 = call @conv2d_backward_2(%15, %arg0) : (tensor<64x8x28x28xf32>, tensor<64x1x28x28xf32>) -> (tensor<8xf32>, tensor<8x1x5x5xf32>)
    %17:4 = call @update(%optimizer.state.0.step, %optimizer.state.0.exp_avg, %16#1, %optimizer.state.0.exp_avg_sq, %optimizer.lr, %model.0.weight) : (tensor<f64>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>, tensor<f64>, tensor<8x1x5x5xf32>) -> (tensor<f64>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>)
    %18:4 = call @update_2(%optimizer.state.1.step, %optimizer.state.1.exp_avg, %16#0, %optimizer.state.1.exp_avg_sq, %optimizer.lr, %model.0.bias) : (tensor<f64>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<f64>, tensor<8xf32>) -> (tensor<f64>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
    %19:4 = call @update_3(%optimizer.state.2.step, %optimizer.state.2.exp_avg, %13#2, %optimizer.state.2.exp_avg_sq, %optimizer.lr, %model.3.weight) : (tensor<f64>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>, tensor<f64>, tensor<16x8x5x5xf32>) -> (tensor<f64>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>)
    %20:4 = call @update_4(%optimizer.state.3.step, %optimizer.state.3.exp_avg, %13#0, %optimizer.state.3.exp_avg_sq, %optimizer.lr, %model.3.bias) : (tensor<f64>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<f64>, tensor<16xf32>) -> (tensor<f64>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>)
    %21:4 = call @update_5(%optimizer.state.4.step, %optimizer.state.4.exp_avg, %10#2, %optimizer.state.4.exp_avg_sq, %optimizer.lr, %model.7.weight) : (tensor<f64>, tensor<10x784xf32>, tensor<10x784xf32>, tensor<10x784xf32>, tensor<f64>, tensor<10x784xf32>) -> (tensor<f64>, tensor<10x784xf32>, tensor<10x784xf32>, tensor<10x784xf32>)
    %22:4 = call @update_6(%optimizer.state.5.step, %optimizer.state.5.exp_avg, %10#0, %optimizer.state.5.exp_avg_sq, %optimizer.lr, %model.7.bias) : (tensor<f64>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>, tensor<f64>, tensor<10xf32>) -> (tensor<f64>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>)
    return %8#5, %17#3, %18#3, %19#3, %20#3, %21#3, %22#3, %17#0, %17#1, %17#2, %18#0, %18#1, %18#2, %19#0, %19#1, %19#2, %20#0, %20#1, %20#2, %21#0, %21#1, %21#2, %22#0, %22#1, %22#2 : tensor<f32>, tensor<8x1x5x5xf32>, tensor<8xf32>, tensor<16x8x5x5xf32>, tensor<16xf32>, tensor<10x784xf32>, tensor<10xf32>, tensor<f64>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>, tensor<f64>, tensor<8xf32>, tensor<8xf32>, tensor<f64>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>, tensor<f64>, tensor<16xf32>, tensor<16xf32>, tensor<f64>, tensor<10x784xf32>, tensor<10x784xf32>, tensor<f64>, tensor<10xf32>, tensor<10xf32>
  }
  func.func private @conv2d(%arg0: tensor<64x1x28x28xf32>, %arg1: tensor<8x1x5x5xf32>, %arg2: tensor<8xf32>) -> tensor<64x8x28x28xf32> {
    %0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {stride = [1, 1], pad = [[2, 2], [2, 2]], lhs_dilate = [1, 1], rhs_dilate = [1, 1]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : (tensor<64x1x28x28xf32>, tensor<8x1x5x5xf32>) -> tensor<64x8x28x28xf32>
    %1 = stablehlo.reshape %arg2 : (tensor<8xf32>) -> tensor<1x8x1x1xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1, 2, 3] : (tensor<1x8x1x1xf32>) -> tensor<64x8x28x28xf32>
    %3 = stablehlo.add %0, %2 : tensor<64x8x28x28xf32>
    return %3 : tensor<64x8x28x28xf32>
  }
  func.func private @relu(%arg0: tensor<64x8x28x28xf32>) -> (tensor<64x8x28x28xi1>, tensor<64x8x28x28xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<64x8x28x28xf32>
    %1 = stablehlo.compare LE, %arg0, %0, FLOAT : (tensor<64x8x28x28xf32>, tensor<64x8x28x28xf32>) -> tensor<64x8x28x28xi1>
    %2 = stablehlo.select %1, %0, %arg0 : tensor<64x8x28x28xi1>, tensor<64x8x28x28xf32>
    return %1, %2 : tensor<64x8x28x28xi1>, tensor<64x8x28x28xf32>
  }
  func.func private @maxPool2d(%arg0: tensor<64x8x28x28xf32>) -> (tensor<64x8x14x14x1xi32>, tensor<64x8x14x14x1xf32>, tensor<64x8x14x14xf32>) {
    %0 = stablehlo.reshape %arg0 : (tensor<64x8x28x28xf32>) -> tensor<64x8x14x2x28xf32>
    %1 = stablehlo.transpose %0, dims = [0, 1, 2, 4, 3] : (tensor<64x8x14x2x28xf32>) -> tensor<64x8x14x28x2xf32>
    %2 = stablehlo.reshape %1 : (tensor<64x8x14x28x2xf32>) -> tensor<64x8x14x14x2x2xf32>
    %3 = stablehlo.transpose %2, dims = [0, 1, 2, 3, 5, 4] : (tensor<64x8x14x14x2x2xf32>) -> tensor<64x8x14x14x2x2xf32>
    %4 = stablehlo.reshape %3 : (tensor<64x8x14x14x2x2xf32>) -> tensor<64x8x14x14x4xf32>
    %5 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.maximum across dimensions = [4] : (tensor<64x8x14x14x4xf32>, tensor<f32>) -> tensor<64x8x14x14xf32>
    %7 = stablehlo.broadcast_in_dim %6, dims = [0, 1, 2, 3] : (tensor<64x8x14x14xf32>) -> tensor<64x8x14x14x4xf32>
    %8 = stablehlo.compare EQ, %4, %7, FLOAT : (tensor<64x8x14x14x4xf32>, tensor<64x8x14x14x4xf32>) -> tensor<64x8x14x14x4xi1>
    %9 = stablehlo.compare NE, %4, %4, FLOAT : (tensor<64x8x14x14x4xf32>, tensor<64x8x14x14x4xf32>) -> tensor<64x8x14x14x4xi1>
    %10 = stablehlo.or %8, %9 : tensor<64x8x14x14x4xi1>
    %11 = stablehlo.iota dim = 4 : tensor<64x8x14x14x4xi32>
    %12 = stablehlo.constant dense<4> : tensor<64x8x14x14x4xi32>
    %13 = stablehlo.select %10, %11, %12 : tensor<64x8x14x14x4xi1>, tensor<64x8x14x14x4xi32>
    %14 = stablehlo.constant dense<2147483647> : tensor<i32>
    %15 = stablehlo.reduce(%13 init: %14) applies stablehlo.minimum across dimensions = [4] : (tensor<64x8x14x14x4xi32>, tensor<i32>) -> tensor<64x8x14x14xi32>
    %16 = stablehlo.reshape %15 : (tensor<64x8x14x14xi32>) -> tensor<64x8x14x14x1xi32>
    %17 = stablehlo.reduce(%4 init: %5) applies stablehlo.maximum across dimensions = [4] : (tensor<64x8x14x14x4xf32>, tensor<f32>) -> tensor<64x8x14x14xf32>
    %18 = stablehlo.reshape %17 : (tensor<64x8x14x14xf32>) -> tensor<64x8x14x14x1xf32>
    %19 = stablehlo.reshape %18 : (tensor<64x8x14x14x1xf32>) -> tensor<64x8x14x14xf32>
    return %16, %18, %19 : tensor<64x8x14x14x1xi32>, tensor<64x8x14x14x1xf32>, tensor<64x8x14x14xf32>
  }
  func.func private @conv2d_2(%arg0: tensor<64x8x14x14xf32>, %arg1: tensor<16x8x5x5xf32>, %arg2: tensor<16xf32>) -> tensor<64x16x14x14xf32> {
    %0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {stride = [1, 1], pad = [[2, 2], [2, 2]], lhs_dilate = [1, 1], rhs_dilate = [1, 1]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : (tensor<64x8x14x14xf32>, tensor<16x8x5x5xf32>) -> tensor<64x16x14x14xf32>
    %1 = stablehlo.reshape %arg2 : (tensor<16xf32>) -> tensor<1x16x1x1xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1, 2, 3] : (tensor<1x16x1x1xf32>) -> tensor<64x16x14x14xf32>
    %3 = stablehlo.add %0, %2 : tensor<64x16x14x14xf32>
    return %3 : tensor<64x16x14x14xf32>
  }
  func.func private @relu_2(%arg0: tensor<64x16x14x14xf32>) -> (tensor<64x16x14x14xi1>, tensor<64x16x14x14xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<64x16x14x14xf32>
    %1 = stablehlo.compare LE, %arg0, %0, FLOAT : (tensor<64x16x14x14xf32>, tensor<64x16x14x14xf32>) -> tensor<64x16x14x14xi1>
    %2 = stablehlo.select %1, %0, %arg0 : tensor<64x16x14x14xi1>, tensor<64x16x14x14xf32>
    return %1, %2 : tensor<64x16x14x14xi1>, tensor<64x16x14x14xf32>
  }
  func.func private @maxPool2d_2(%arg0: tensor<64x16x14x14xf32>) -> (tensor<64x16x7x7x1xi32>, tensor<64x16x7x7x1xf32>) {
    %0 = stablehlo.reshape %arg0 : (tensor<64x16x14x14xf32>) -> tensor<64x16x7x2x14xf32>
    %1 = stablehlo.transpose %0, dims = [0, 1, 2, 4, 3] : (tensor<64x16x7x2x14xf32>) -> tensor<64x16x7x14x2xf32>
    %2 = stablehlo.reshape %1 : (tensor<64x16x7x14x2xf32>) -> tensor<64x16x7x7x2x2xf32>
    %3 = stablehlo.transpose %2, dims = [0, 1, 2, 3, 5, 4] : (tensor<64x16x7x7x2x2xf32>) -> tensor<64x16x7x7x2x2xf32>
    %4 = stablehlo.reshape %3 : (tensor<64x16x7x7x2x2xf32>) -> tensor<64x16x7x7x4xf32>
    %5 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.maximum across dimensions = [4] : (tensor<64x16x7x7x4xf32>, tensor<f32>) -> tensor<64x16x7x7xf32>
    %7 = stablehlo.broadcast_in_dim %6, dims = [0, 1, 2, 3] : (tensor<64x16x7x7xf32>) -> tensor<64x16x7x7x4xf32>
    %8 = stablehlo.compare EQ, %4, %7, FLOAT : (tensor<64x16x7x7x4xf32>, tensor<64x16x7x7x4xf32>) -> tensor<64x16x7x7x4xi1>
    %9 = stablehlo.compare NE, %4, %4, FLOAT : (tensor<64x16x7x7x4xf32>, tensor<64x16x7x7x4xf32>) -> tensor<64x16x7x7x4xi1>
    %10 = stablehlo.or %8, %9 : tensor<64x16x7x7x4xi1>
    %11 = stablehlo.iota dim = 4 : tensor<64x16x7x7x4xi32>
    %12 = stablehlo.constant dense<4> : tensor<64x16x7x7x4xi32>
    %13 = stablehlo.select %10, %11, %12 : tensor<64x16x7x7x4xi1>, tensor<64x16x7x7x4xi32>
    %14 = stablehlo.constant dense<2147483647> : tensor<i32>
    %15 = stablehlo.reduce(%13 init: %14) applies stablehlo.minimum across dimensions = [4] : (tensor<64x16x7x7x4xi32>, tensor<i32>) -> tensor<64x16x7x7xi32>
    %16 = stablehlo.reshape %15 : (tensor<64x16x7x7xi32>) -> tensor<64x16x7x7x1xi32>
    %17 = stablehlo.reduce(%4 init: %5) applies stablehlo.maximum across dimensions = [4] : (tensor<64x16x7x7x4xf32>, tensor<f32>) -> tensor<64x16x7x7xf32>
    %18 = stablehlo.reshape %17 : (tensor<64x16x7x7xf32>) -> tensor<64x16x7x7x1xf32>
    return %16, %18 : tensor<64x16x7x7x1xi32>, tensor<64x16x7x7x1xf32>
  }
  func.func private @linear(%arg0: tensor<10x784xf32>, %arg1: tensor<64x784xf32>, %arg2: tensor<10xf32>) -> (tensor<784x10xf32>, tensor<64x10xf32>) {
    %0 = stablehlo.transpose %arg0, dims = [1, 0] : (tensor<10x784xf32>) -> tensor<784x10xf32>
    %1 = stablehlo.dot_general %arg1, %0, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<64x784xf32>, tensor<784x10xf32>) -> tensor<64x10xf32>
    %2 = stablehlo.broadcast_in_dim %arg2, dims = [1] : (tensor<10xf32>) -> tensor<64x10xf32>
    %3 = stablehlo.add %1, %2 : tensor<64x10xf32>
    return %0, %3 : tensor<784x10xf32>, tensor<64x10xf32>
  }
  func.func private @crossEntropy(%arg0: tensor<64x10xf32>, %arg1: tensor<64xi32>) -> (tensor<64x10xf32>, tensor<64x1xf32>, tensor<64xi1>, tensor<64x1xi32>, tensor<f32>, tensor<f32>) {
    %0:3 = call @logSoftmax(%arg0) : (tensor<64x10xf32>) -> (tensor<64x10xf32>, tensor<64x1xf32>, tensor<64x10xf32>)
    %1 = stablehlo.constant dense<-100> : tensor<64xi32>
    %2 = stablehlo.compare EQ, %arg1, %1, SIGNED : (tensor<64xi32>, tensor<64xi32>) -> tensor<64xi1>
    %3 = stablehlo.constant dense<false> : tensor<64xi1>
    %4 = stablehlo.compare EQ, %2, %3, UNSIGNED : (tensor<64xi1>, tensor<64xi1>) -> tensor<64xi1>
    %5 = stablehlo.constant dense<0> : tensor<64xi32>
    %6 = stablehlo.select %4, %arg1, %5 : tensor<64xi1>, tensor<64xi32>
    %7 = stablehlo.reshape %6 : (tensor<64xi32>) -> tensor<64x1xi32>
    %8 = stablehlo.reshape %7 : (tensor<64x1xi32>) -> tensor<64x1x1xi32>
    %9 = "stablehlo.gather"(%0#2, %8) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [1], operand_batching_dims = [0], start_indices_batching_dims = [0], start_index_map = [1], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 1>}> : (tensor<64x10xf32>, tensor<64x1x1xi32>) -> tensor<64x1xf32>
    %10 = stablehlo.reshape %9 : (tensor<64x1xf32>) -> tensor<64xf32>
    %11 = stablehlo.negate %10 : tensor<64xf32>
    %12 = stablehlo.constant dense<0.0> : tensor<64xf32>
    %13 = stablehlo.select %4, %11, %12 : tensor<64xi1>, tensor<64xf32>
    %14 = stablehlo.constant dense<0.0> : tensor<f32>
    %15 = stablehlo.reduce(%13 init: %14) applies stablehlo.add across dimensions = [0] : (tensor<64xf32>, tensor<f32>) -> tensor<f32>
    %16 = stablehlo.reshape %15 : (tensor<f32>) -> tensor<1xf32>
    %17 = stablehlo.reshape %16 : (tensor<1xf32>) -> tensor<f32>
    %18 = stablehlo.convert %4 : (tensor<64xi1>) -> tensor<64xf32>
    %19 = stablehlo.reduce(%18 init: %14) applies stablehlo.add across dimensions = [0] : (tensor<64xf32>, tensor<f32>) -> tensor<f32>
    %20 = stablehlo.reshape %19 : (tensor<f32>) -> tensor<1xf32>
    %21 = stablehlo.reshape %20 : (tensor<1xf32>) -> tensor<f32>
    %22 = stablehlo.divide %17, %21 : tensor<f32>
    return %0#0, %0#1, %4, %7, %21, %22 : tensor<64x10xf32>, tensor<64x1xf32>, tensor<64xi1>, tensor<64x1xi32>, tensor<f32>, tensor<f32>
  }
  func.func private @logSoftmax(%arg0: tensor<64x10xf32>) -> (tensor<64x10xf32>, tensor<64x1xf32>, tensor<64x10xf32>) {
    %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [1] : (tensor<64x10xf32>, tensor<f32>) -> tensor<64xf32>
    %2 = stablehlo.reshape %1 : (tensor<64xf32>) -> tensor<64x1xf32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1] : (tensor<64x1xf32>) -> tensor<64x10xf32>
    %4 = stablehlo.subtract %arg0, %3 : tensor<64x10xf32>
    %5 = stablehlo.exponential %4 : tensor<64x10xf32>
    %6 = stablehlo.constant dense<0.0> : tensor<f32>
    %7 = stablehlo.reduce(%5 init: %6) applies stablehlo.add across dimensions = [1] : (tensor<64x10xf32>, tensor<f32>) -> tensor<64xf32>
    %8 = stablehlo.reshape %7 : (tensor<64xf32>) -> tensor<64x1xf32>
    %9 = stablehlo.log %8 : tensor<64x1xf32>
    %10 = stablehlo.broadcast_in_dim %9, dims = [0, 1] : (tensor<64x1xf32>) -> tensor<64x10xf32>
    %11 = stablehlo.subtract %4, %10 : tensor<64x10xf32>
    return %5, %8, %11 : tensor<64x10xf32>, tensor<64x1xf32>, tensor<64x10xf32>
  }
  func.func private @crossEntropy_backward(
      %arg0: tensor<f32>,
      %arg1: tensor<64xi1>,
      %arg2: tensor<64x1xi32>,
      %arg3: tensor<64x1xf32>,
      %arg4: tensor<64x10xf32>
  ) -> tensor<64x10xf32> {
    %0 = stablehlo.constant dense<1.0> : tensor<f32>
    %1 = stablehlo.divide %0, %arg0 : tensor<f32>
    %2 = stablehlo.reshape %1 : (tensor<f32>) -> tensor<1xf32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0] : (tensor<1xf32>) -> tensor<64xf32>
    %4 = stablehlo.constant dense<0.0> : tensor<64xf32>
    %5 = stablehlo.select %arg1, %3, %4 : tensor<64xi1>, tensor<64xf32>
    %6 = stablehlo.negate %5 : tensor<64xf32>
    %7 = stablehlo.reshape %6 : (tensor<64xf32>) -> tensor<64x1xf32>
    %8 = stablehlo.broadcast_in_dim %arg2, dims = [0, 1] : (tensor<64x1xi32>) -> tensor<64x10xi32>
    %9 = stablehlo.iota dim = 1 : tensor<64x10xi32>
    %10 = stablehlo.compare EQ, %8, %9, SIGNED : (tensor<64x10xi32>, tensor<64x10xi32>) -> tensor<64x10xi1>
    %11 = stablehlo.broadcast_in_dim %7, dims = [0, 1] : (tensor<64x1xf32>) -> tensor<64x10xf32>
    %12 = stablehlo.constant dense<0.0> : tensor<64x10xf32>
    %13 = stablehlo.select %10, %11, %12 : tensor<64x10xi1>, tensor<64x10xf32>
    %14 = call @logSoftmax_backward(%13, %arg3, %arg4) : (tensor<64x10xf32>, tensor<64x1xf32>, tensor<64x10xf32>) -> tensor<64x10xf32>
    return %14 : tensor<64x10xf32>
  }
  func.func private @logSoftmax_backward(%arg0: tensor<64x10xf32>, %arg1: tensor<64x1xf32>, %arg2: tensor<64x10xf32>) -> tensor<64x10xf32> {
    %0 = stablehlo.negate %arg0 : tensor<64x10xf32>
    %1 = stablehlo.constant dense<0.0> : tensor<f32>
    %2 = stablehlo.reduce(%0 init: %1) applies stablehlo.add across dimensions = [1] : (tensor<64x10xf32>, tensor<f32>) -> tensor<64xf32>
    %3 = stablehlo.reshape %2 : (tensor<64xf32>) -> tensor<64x1xf32>
    %4 = stablehlo.divide %3, %arg1 : tensor<64x1xf32>
    %5 = stablehlo.broadcast_in_dim %4, dims = [0, 1] : (tensor<64x1xf32>) -> tensor<64x10xf32>
    %6 = stablehlo.multiply %5, %arg2 : tensor<64x10xf32>
    %7 = stablehlo.add %arg0, %6 : tensor<64x10xf32>
    return %7 : tensor<64x10xf32>
  }
  func.func private @linear_backward(%arg0: tensor<64x10xf32>, %arg1: tensor<784x10xf32>, %arg2: tensor<64x784xf32>) -> (tensor<10xf32>, tensor<64x784xf32>, tensor<10x784xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [0] : (tensor<64x10xf32>, tensor<f32>) -> tensor<10xf32>
    %2 = stablehlo.reshape %1 : (tensor<10xf32>) -> tensor<1x10xf32>
    %3 = stablehlo.reshape %2 : (tensor<1x10xf32>) -> tensor<10xf32>
    %4 = stablehlo.transpose %arg1, dims = [1, 0] : (tensor<784x10xf32>) -> tensor<10x784xf32>
    %5 = stablehlo.dot_general %arg0, %4, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<64x10xf32>, tensor<10x784xf32>) -> tensor<64x784xf32>
    %6 = stablehlo.transpose %arg2, dims = [1, 0] : (tensor<64x784xf32>) -> tensor<784x64xf32>
    %7 = stablehlo.dot_general %6, %arg0, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<784x64xf32>, tensor<64x10xf32>) -> tensor<784x10xf32>
    %8 = stablehlo.transpose %7, dims = [1, 0] : (tensor<784x10xf32>) -> tensor<10x784xf32>
    return %3, %5, %8 : tensor<10xf32>, tensor<64x784xf32>, tensor<10x784xf32>
  }
  func.func private @maxPool2d_backward(%arg0: tensor<64x784xf32>, %arg1: tensor<64x16x7x7x1xi32>) -> tensor<64x16x14x14xf32> {
    %0 = stablehlo.reshape %arg0 : (tensor<64x784xf32>) -> tensor<64x16x7x7x1xf32>
    %1 = stablehlo.broadcast_in_dim %arg1, dims = [0, 1, 2, 3, 4] : (tensor<64x16x7x7x1xi32>) -> tensor<64x16x7x7x4xi32>
    %2 = stablehlo.iota dim = 4 : tensor<64x16x7x7x4xi32>
    %3 = stablehlo.compare EQ, %1, %2, SIGNED : (tensor<64x16x7x7x4xi32>, tensor<64x16x7x7x4xi32>) -> tensor<64x16x7x7x4xi1>
    %4 = stablehlo.broadcast_in_dim %0, dims = [0, 1, 2, 3, 4] : (tensor<64x16x7x7x1xf32>) -> tensor<64x16x7x7x4xf32>
    %5 = stablehlo.constant dense<0.0> : tensor<64x16x7x7x4xf32>
    %6 = stablehlo.select %3, %4, %5 : tensor<64x16x7x7x4xi1>, tensor<64x16x7x7x4xf32>
    %7 = stablehlo.reshape %6 : (tensor<64x16x7x7x4xf32>) -> tensor<64x16x7x7x2x2xf32>
    %8 = stablehlo.transpose %7, dims = [0, 1, 2, 3, 5, 4] : (tensor<64x16x7x7x2x2xf32>) -> tensor<64x16x7x7x2x2xf32>
    %9 = stablehlo.reshape %8 : (tensor<64x16x7x7x2x2xf32>) -> tensor<64x16x7x14x2xf32>
    %10 = stablehlo.constant dense<0.0> : tensor<f32>
    %11 = stablehlo.pad %9, %10, low = [0, 0, 0, 0, 0], high = [0, 0, 0, 0, 0], interior = [0, 0, 0, 0, 0] : (tensor<64x16x7x14x2xf32>, tensor<f32>) -> tensor<64x16x7x14x2xf32>
    %12 = stablehlo.transpose %11, dims = [0, 1, 2, 4, 3] : (tensor<64x16x7x14x2xf32>) -> tensor<64x16x7x2x14xf32>
    %13 = stablehlo.reshape %12 : (tensor<64x16x7x2x14xf32>) -> tensor<64x16x14x14xf32>
    %14 = stablehlo.pad %13, %10, low = [0, 0, 0, 0], high = [0, 0, 0, 0], interior = [0, 0, 0, 0] : (tensor<64x16x14x14xf32>, tensor<f32>) -> tensor<64x16x14x14xf32>
    return %14 : tensor<64x16x14x14xf32>
  }
  func.func private @relu_backward(%arg0: tensor<64x16x14x14xi1>, %arg1: tensor<64x16x14x14xf32>) -> tensor<64x16x14x14xf32> {
    %0 = stablehlo.constant dense<false> : tensor<64x16x14x14xi1>
    %1 = stablehlo.compare EQ, %arg0, %0, UNSIGNED : (tensor<64x16x14x14xi1>, tensor<64x16x14x14xi1>) -> tensor<64x16x14x14xi1>
    %2 = stablehlo.constant dense<0.0> : tensor<64x16x14x14xf32>
    %3 = stablehlo.select %1, %arg1, %2 : tensor<64x16x14x14xi1>, tensor<64x16x14x14xf32>
    return %3 : tensor<64x16x14x14xf32>
  }
  func.func private @conv2d_backward(%arg0: tensor<64x16x14x14xf32>, %arg1: tensor<16x8x5x5xf32>, %arg2: tensor<64x8x14x14x1xf32>) -> (tensor<16xf32>, tensor<64x8x14x14xf32>, tensor<16x8x5x5xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [0, 2, 3] : (tensor<64x16x14x14xf32>, tensor<f32>) -> tensor<16xf32>
    %2 = stablehlo.reshape %1 : (tensor<16xf32>) -> tensor<1x16x1x1xf32>
    %3 = stablehlo.reshape %2 : (tensor<1x16x1x1xf32>) -> tensor<16xf32>
    %4 = stablehlo.reverse %arg1, dims = [2, 3] : (tensor<16x8x5x5xf32>) -> tensor<16x8x5x5xf32>
    %5 = stablehlo.reshape %4 : (tensor<16x8x5x5xf32>) -> tensor<1x16x8x5x5xf32>
    %6 = stablehlo.transpose %5, dims = [0, 2, 1, 3, 4] : (tensor<1x16x8x5x5xf32>) -> tensor<1x8x16x5x5xf32>
    %7 = stablehlo.reshape %6 : (tensor<1x8x16x5x5xf32>) -> tensor<8x16x5x5xf32>
    %8 = stablehlo.convolution(%arg0, %7) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {stride = [1, 1], pad = [[2, 2], [2, 2]], lhs_dilate = [1, 1], rhs_dilate = [1, 1]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : (tensor<64x16x14x14xf32>, tensor<8x16x5x5xf32>) -> tensor<64x8x14x14xf32>
    %9 = stablehlo.reshape %arg2 : (tensor<64x8x14x14x1xf32>) -> tensor<64x1x8x14x14xf32>
    %10 = stablehlo.transpose %9, dims = [2, 1, 0, 3, 4] : (tensor<64x1x8x14x14xf32>) -> tensor<8x1x64x14x14xf32>
    %11 = stablehlo.reshape %10 : (tensor<8x1x64x14x14xf32>) -> tensor<8x64x14x14xf32>
    %12 = stablehlo.transpose %arg0, dims = [1, 0, 2, 3] : (tensor<64x16x14x14xf32>) -> tensor<16x64x14x14xf32>
    %13 = stablehlo.convolution(%11, %12) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {stride = [1, 1], pad = [[2, 2], [2, 2]], lhs_dilate = [1, 1], rhs_dilate = [1, 1]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : (tensor<8x64x14x14xf32>, tensor<16x64x14x14xf32>) -> tensor<8x16x5x5xf32>
    %14 = stablehlo.transpose %13, dims = [1, 0, 2, 3] : (tensor<8x16x5x5xf32>) -> tensor<16x8x5x5xf32>
    return %3, %8, %14 : tensor<16xf32>, tensor<64x8x14x14xf32>, tensor<16x8x5x5xf32>
  }
  func.func private @maxPool2d_backward_2(%arg0: tensor<64x8x14x14xf32>, %arg1: tensor<64x8x14x14x1xi32>) -> tensor<64x8x28x28xf32> {
    %0 = stablehlo.reshape %arg0 : (tensor<64x8x14x14xf32>) -> tensor<64x8x14x14x1xf32>
    %1 = stablehlo.broadcast_in_dim %arg1, dims = [0, 1, 2, 3, 4] : (tensor<64x8x14x14x1xi32>) -> tensor<64x8x14x14x4xi32>
    %2 = stablehlo.iota dim = 4 : tensor<64x8x14x14x4xi32>
    %3 = stablehlo.compare EQ, %1, %2, SIGNED : (tensor<64x8x14x14x4xi32>, tensor<64x8x14x14x4xi32>) -> tensor<64x8x14x14x4xi1>
    %4 = stablehlo.broadcast_in_dim %0, dims = [0, 1, 2, 3, 4] : (tensor<64x8x14x14x1xf32>) -> tensor<64x8x14x14x4xf32>
    %5 = stablehlo.constant dense<0.0> : tensor<64x8x14x14x4xf32>
    %6 = stablehlo.select %3, %4, %5 : tensor<64x8x14x14x4xi1>, tensor<64x8x14x14x4xf32>
    %7 = stablehlo.reshape %6 : (tensor<64x8x14x14x4xf32>) -> tensor<64x8x14x14x2x2xf32>
    %8 = stablehlo.transpose %7, dims = [0, 1, 2, 3, 5, 4] : (tensor<64x8x14x14x2x2xf32>) -> tensor<64x8x14x14x2x2xf32>
    %9 = stablehlo.reshape %8 : (tensor<64x8x14x14x2x2xf32>) -> tensor<64x8x14x28x2xf32>
    %10 = stablehlo.constant dense<0.0> : tensor<f32>
    %11 = stablehlo.pad %9, %10, low = [0, 0, 0, 0, 0], high = [0, 0, 0, 0, 0], interior = [0, 0, 0, 0, 0] : (tensor<64x8x14x28x2xf32>, tensor<f32>) -> tensor<64x8x14x28x2xf32>
    %12 = stablehlo.transpose %11, dims = [0, 1, 2, 4, 3] : (tensor<64x8x14x28x2xf32>) -> tensor<64x8x14x2x28xf32>
    %13 = stablehlo.reshape %12 : (tensor<64x8x14x2x28xf32>) -> tensor<64x8x28x28xf32>
    %14 = stablehlo.pad %13, %10, low = [0, 0, 0, 0], high = [0, 0, 0, 0], interior = [0, 0, 0, 0] : (tensor<64x8x28x28xf32>, tensor<f32>) -> tensor<64x8x28x28xf32>
    return %14 : tensor<64x8x28x28xf32>
  }
  func.func private @relu_backward_2(%arg0: tensor<64x8x28x28xi1>, %arg1: tensor<64x8x28x28xf32>) -> tensor<64x8x28x28xf32> {
    %0 = stablehlo.constant dense<false> : tensor<64x8x28x28xi1>
    %1 = stablehlo.compare EQ, %arg0, %0, UNSIGNED : (tensor<64x8x28x28xi1>, tensor<64x8x28x28xi1>) -> tensor<64x8x28x28xi1>
    %2 = stablehlo.constant dense<0.0> : tensor<64x8x28x28xf32>
    %3 = stablehlo.select %1, %arg1, %2 : tensor<64x8x28x28xi1>, tensor<64x8x28x28xf32>
    return %3 : tensor<64x8x28x28xf32>
  }
  func.func private @conv2d_backward_2(%arg0: tensor<64x8x28x28xf32>, %arg1: tensor<64x1x28x28xf32>) -> (tensor<8xf32>, tensor<8x1x5x5xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [0, 2, 3] : (tensor<64x8x28x28xf32>, tensor<f32>) -> tensor<8xf32>
    %2 = stablehlo.reshape %1 : (tensor<8xf32>) -> tensor<1x8x1x1xf32>
    %3 = stablehlo.reshape %2 : (tensor<1x8x1x1xf32>) -> tensor<8xf32>
    %4 = stablehlo.reshape %arg1 : (tensor<64x1x28x28xf32>) -> tensor<64x1x1x28x28xf32>
    %5 = stablehlo.transpose %4, dims = [2, 1, 0, 3, 4] : (tensor<64x1x1x28x28xf32>) -> tensor<1x1x64x28x28xf32>
    %6 = stablehlo.reshape %5 : (tensor<1x1x64x28x28xf32>) -> tensor<1x64x28x28xf32>
    %7 = stablehlo.transpose %arg0, dims = [1, 0, 2, 3] : (tensor<64x8x28x28xf32>) -> tensor<8x64x28x28xf32>
    %8 = stablehlo.convolution(%6, %7) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {stride = [1, 1], pad = [[2, 2], [2, 2]], lhs_dilate = [1, 1], rhs_dilate = [1, 1]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]} : (tensor<1x64x28x28xf32>, tensor<8x64x28x28xf32>) -> tensor<1x8x5x5xf32>
    %9 = stablehlo.transpose %8, dims = [1, 0, 2, 3] : (tensor<1x8x5x5xf32>) -> tensor<8x1x5x5xf32>
    return %3, %9 : tensor<8xf32>, tensor<8x1x5x5xf32>
  }
  func.func private @update(
      %arg0: tensor<f64>,
      %arg1: tensor<8x1x5x5xf32>,
      %arg2: tensor<8x1x5x5xf32>,
      %arg3: tensor<8x1x5x5xf32>,
      %arg4: tensor<f64>,
      %arg5: tensor<8x1x5x5xf32>
  ) -> (tensor<f64>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>) {
    %0 = stablehlo.constant dense<1.0> : tensor<f64>
    %1 = stablehlo.add %arg0, %0 : tensor<f64>
    %2 = stablehlo.constant dense<0.9> : tensor<8x1x5x5xf32>
    %3 = stablehlo.multiply %arg1, %2 : tensor<8x1x5x5xf32>
    %4 = stablehlo.constant dense<0.1> : tensor<8x1x5x5xf32>
    %5 = stablehlo.multiply %arg2, %4 : tensor<8x1x5x5xf32>
    %6 = stablehlo.add %3, %5 : tensor<8x1x5x5xf32>
    %7 = stablehlo.constant dense<0.999> : tensor<8x1x5x5xf32>
    %8 = stablehlo.multiply %arg3, %7 : tensor<8x1x5x5xf32>
    %9 = stablehlo.multiply %arg2, %arg2 : tensor<8x1x5x5xf32>
    %10 = stablehlo.constant dense<0.001> : tensor<8x1x5x5xf32>
    %11 = stablehlo.multiply %9, %10 : tensor<8x1x5x5xf32>
    %12 = stablehlo.add %8, %11 : tensor<8x1x5x5xf32>
    %13 = stablehlo.constant dense<-0.10536051565782628> : tensor<f64>
    %14 = stablehlo.multiply %1, %13 : tensor<f64>
    %15 = stablehlo.exponential_minus_one %14 : tensor<f64>
    %16 = stablehlo.negate %15 : tensor<f64>
    %17 = stablehlo.constant dense<-0.0010005003335835344> : tensor<f64>
    %18 = stablehlo.multiply %1, %17 : tensor<f64>
    %19 = stablehlo.exponential_minus_one %18 : tensor<f64>
    %20 = stablehlo.negate %19 : tensor<f64>
    %21 = stablehlo.sqrt %12 : tensor<8x1x5x5xf32>
    %22 = stablehlo.sqrt %20 : tensor<f64>
    %23 = stablehlo.convert %22 : (tensor<f64>) -> tensor<f32>
    %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<f32>) -> tensor<8x1x5x5xf32>
    %25 = stablehlo.divide %21, %24 : tensor<8x1x5x5xf32>
    %26 = stablehlo.constant dense<1.0e-8> : tensor<8x1x5x5xf32>
    %27 = stablehlo.add %25, %26 : tensor<8x1x5x5xf32>
    %28 = stablehlo.divide %6, %27 : tensor<8x1x5x5xf32>
    %29 = stablehlo.divide %arg4, %16 : tensor<f64>
    %30 = stablehlo.convert %29 : (tensor<f64>) -> tensor<f32>
    %31 = stablehlo.broadcast_in_dim %30, dims = [] : (tensor<f32>) -> tensor<8x1x5x5xf32>
    %32 = stablehlo.multiply %28, %31 : tensor<8x1x5x5xf32>
    %33 = stablehlo.subtract %arg5, %32 : tensor<8x1x5x5xf32>
    return %1, %6, %12, %33 : tensor<f64>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>, tensor<8x1x5x5xf32>
  }
  func.func private @update_2(
      %arg0: tensor<f64>,
      %arg1: tensor<8xf32>,
      %arg2: tensor<8xf32>,
      %arg3: tensor<8xf32>,
      %arg4: tensor<f64>,
      %arg5: tensor<8xf32>
  ) -> (tensor<f64>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
    %0 = stablehlo.constant dense<1.0> : tensor<f64>
    %1 = stablehlo.add %arg0, %0 : tensor<f64>
    %2 = stablehlo.constant dense<0.9> : tensor<8xf32>
    %3 = stablehlo.multiply %arg1, %2 : tensor<8xf32>
    %4 = stablehlo.constant dense<0.1> : tensor<8xf32>
    %5 = stablehlo.multiply %arg2, %4 : tensor<8xf32>
    %6 = stablehlo.add %3, %5 : tensor<8xf32>
    %7 = stablehlo.constant dense<0.999> : tensor<8xf32>
    %8 = stablehlo.multiply %arg3, %7 : tensor<8xf32>
    %9 = stablehlo.multiply %arg2, %arg2 : tensor<8xf32>
    %10 = stablehlo.constant dense<0.001> : tensor<8xf32>
    %11 = stablehlo.multiply %9, %10 : tensor<8xf32>
    %12 = stablehlo.add %8, %11 : tensor<8xf32>
    %13 = stablehlo.constant dense<-0.10536051565782628> : tensor<f64>
    %14 = stablehlo.multiply %1, %13 : tensor<f64>
    %15 = stablehlo.exponential_minus_one %14 : tensor<f64>
    %16 = stablehlo.negate %15 : tensor<f64>
    %17 = stablehlo.constant dense<-0.0010005003335835344> : tensor<f64>
    %18 = stablehlo.multiply %1, %17 : tensor<f64>
    %19 = stablehlo.exponential_minus_one %18 : tensor<f64>
    %20 = stablehlo.negate %19 : tensor<f64>
    %21 = stablehlo.sqrt %12 : tensor<8xf32>
    %22 = stablehlo.sqrt %20 : tensor<f64>
    %23 = stablehlo.convert %22 : (tensor<f64>) -> tensor<f32>
    %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<f32>) -> tensor<8xf32>
    %25 = stablehlo.divide %21, %24 : tensor<8xf32>
    %26 = stablehlo.constant dense<1.0e-8> : tensor<8xf32>
    %27 = stablehlo.add %25, %26 : tensor<8xf32>
    %28 = stablehlo.divide %6, %27 : tensor<8xf32>
    %29 = stablehlo.divide %arg4, %16 : tensor<f64>
    %30 = stablehlo.convert %29 : (tensor<f64>) -> tensor<f32>
    %31 = stablehlo.broadcast_in_dim %30, dims = [] : (tensor<f32>) -> tensor<8xf32>
    %32 = stablehlo.multiply %28, %31 : tensor<8xf32>
    %33 = stablehlo.subtract %arg5, %32 : tensor<8xf32>
    return %1, %6, %12, %33 : tensor<f64>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  }
  func.func private @update_3(
      %arg0: tensor<f64>,
      %arg1: tensor<16x8x5x5xf32>,
      %arg2: tensor<16x8x5x5xf32>,
      %arg3: tensor<16x8x5x5xf32>,
      %arg4: tensor<f64>,
      %arg5: tensor<16x8x5x5xf32>
  ) -> (tensor<f64>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>) {
    %0 = stablehlo.constant dense<1.0> : tensor<f64>
    %1 = stablehlo.add %arg0, %0 : tensor<f64>
    %2 = stablehlo.constant dense<0.9> : tensor<16x8x5x5xf32>
    %3 = stablehlo.multiply %arg1, %2 : tensor<16x8x5x5xf32>
    %4 = stablehlo.constant dense<0.1> : tensor<16x8x5x5xf32>
    %5 = stablehlo.multiply %arg2, %4 : tensor<16x8x5x5xf32>
    %6 = stablehlo.add %3, %5 : tensor<16x8x5x5xf32>
    %7 = stablehlo.constant dense<0.999> : tensor<16x8x5x5xf32>
    %8 = stablehlo.multiply %arg3, %7 : tensor<16x8x5x5xf32>
    %9 = stablehlo.multiply %arg2, %arg2 : tensor<16x8x5x5xf32>
    %10 = stablehlo.constant dense<0.001> : tensor<16x8x5x5xf32>
    %11 = stablehlo.multiply %9, %10 : tensor<16x8x5x5xf32>
    %12 = stablehlo.add %8, %11 : tensor<16x8x5x5xf32>
    %13 = stablehlo.constant dense<-0.10536051565782628> : tensor<f64>
    %14 = stablehlo.multiply %1, %13 : tensor<f64>
    %15 = stablehlo.exponential_minus_one %14 : tensor<f64>
    %16 = stablehlo.negate %15 : tensor<f64>
    %17 = stablehlo.constant dense<-0.0010005003335835344> : tensor<f64>
    %18 = stablehlo.multiply %1, %17 : tensor<f64>
    %19 = stablehlo.exponential_minus_one %18 : tensor<f64>
    %20 = stablehlo.negate %19 : tensor<f64>
    %21 = stablehlo.sqrt %12 : tensor<16x8x5x5xf32>
    %22 = stablehlo.sqrt %20 : tensor<f64>
    %23 = stablehlo.convert %22 : (tensor<f64>) -> tensor<f32>
    %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<f32>) -> tensor<16x8x5x5xf32>
    %25 = stablehlo.divide %21, %24 : tensor<16x8x5x5xf32>
    %26 = stablehlo.constant dense<1.0e-8> : tensor<16x8x5x5xf32>
    %27 = stablehlo.add %25, %26 : tensor<16x8x5x5xf32>
    %28 = stablehlo.divide %6, %27 : tensor<16x8x5x5xf32>
    %29 = stablehlo.divide %arg4, %16 : tensor<f64>
    %30 = stablehlo.convert %29 : (tensor<f64>) -> tensor<f32>
    %31 = stablehlo.broadcast_in_dim %30, dims = [] : (tensor<f32>) -> tensor<16x8x5x5xf32>
    %32 = stablehlo.multiply %28, %31 : tensor<16x8x5x5xf32>
    %33 = stablehlo.subtract %arg5, %32 : tensor<16x8x5x5xf32>
    return %1, %6, %12, %33 : tensor<f64>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>, tensor<16x8x5x5xf32>
  }
  func.func private @update_4(
      %arg0: tensor<f64>,
      %arg1: tensor<16xf32>,
      %arg2: tensor<16xf32>,
      %arg3: tensor<16xf32>,
      %arg4: tensor<f64>,
      %arg5: tensor<16xf32>
  ) -> (tensor<f64>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>) {
    %0 = stablehlo.constant dense<1.0> : tensor<f64>
    %1 = stablehlo.add %arg0, %0 : tensor<f64>
    %2 = stablehlo.constant dense<0.9> : tensor<16xf32>
    %3 = stablehlo.multiply %arg1, %2 : tensor<16xf32>
    %4 = stablehlo.constant dense<0.1> : tensor<16xf32>
    %5 = stablehlo.multiply %arg2, %4 : tensor<16xf32>
    %6 = stablehlo.add %3, %5 : tensor<16xf32>
    %7 = stablehlo.constant dense<0.999> : tensor<16xf32>
    %8 = stablehlo.multiply %arg3, %7 : tensor<16xf32>
    %9 = stablehlo.multiply %arg2, %arg2 : tensor<16xf32>
    %10 = stablehlo.constant dense<0.001> : tensor<16xf32>
    %11 = stablehlo.multiply %9, %10 : tensor<16xf32>
    %12 = stablehlo.add %8, %11 : tensor<16xf32>
    %13 = stablehlo.constant dense<-0.10536051565782628> : tensor<f64>
    %14 = stablehlo.multiply %1, %13 : tensor<f64>
    %15 = stablehlo.exponential_minus_one %14 : tensor<f64>
    %16 = stablehlo.negate %15 : tensor<f64>
    %17 = stablehlo.constant dense<-0.0010005003335835344> : tensor<f64>
    %18 = stablehlo.multiply %1, %17 : tensor<f64>
    %19 = stablehlo.exponential_minus_one %18 : tensor<f64>
    %20 = stablehlo.negate %19 : tensor<f64>
    %21 = stablehlo.sqrt %12 : tensor<16xf32>
    %22 = stablehlo.sqrt %20 : tensor<f64>
    %23 = stablehlo.convert %22 : (tensor<f64>) -> tensor<f32>
    %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<f32>) -> tensor<16xf32>
    %25 = stablehlo.divide %21, %24 : tensor<16xf32>
    %26 = stablehlo.constant dense<1.0e-8> : tensor<16xf32>
    %27 = stablehlo.add %25, %26 : tensor<16xf32>
    %28 = stablehlo.divide %6, %27 : tensor<16xf32>
    %29 = stablehlo.divide %arg4, %16 : tensor<f64>
    %30 = stablehlo.convert %29 : (tensor<f64>) -> tensor<f32>
    %31 = stablehlo.broadcast_in_dim %30, dims = [] : (tensor<f32>) -> tensor<16xf32>
    %32 = stablehlo.multiply %28, %31 : tensor<16xf32>
    %33 = stablehlo.subtract %arg5, %32 : tensor<16xf32>
    return %1, %6, %12, %33 : tensor<f64>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>
  }
  func.func private @update_5(
      %arg0: tensor<f64>,
      %arg1: tensor<10x784xf32>,
      %arg2: tensor<10x784xf32>,
      %arg3: tensor<10x784xf32>,
      %arg4: tensor<f64>,
      %arg5: tensor<10x784xf32>
  ) -> (tensor<f64>, tensor<10x784xf32>, tensor<10x784xf32>, tensor<10x784xf32>) {
    %0 = stablehlo.constant dense<1.0> : tensor<f64>
    %1 = stablehlo.add %arg0, %0 : tensor<f64>
    %2 = stablehlo.constant dense<0.9> : tensor<10x784xf32>
    %3 = stablehlo.multiply %arg1, %2 : tensor<10x784xf32>
    %4 = stablehlo.constant dense<0.1> : tensor<10x784xf32>
    %5 = stablehlo.multiply %arg2, %4 : tensor<10x784xf32>
    %6 = stablehlo.add %3, %5 : tensor<10x784xf32>
    %7 = stablehlo.constant dense<0.999> : tensor<10x784xf32>
    %8 = stablehlo.multiply %arg3, %7 : tensor<10x784xf32>
    %9 = stablehlo.multiply %arg2, %arg2 : tensor<10x784xf32>
    %10 = stablehlo.constant dense<0.001> : tensor<10x784xf32>
    %11 = stablehlo.multiply %9, %10 : tensor<10x784xf32>
    %12 = stablehlo.add %8, %11 : tensor<10x784xf32>
    %13 = stablehlo.constant dense<-0.10536051565782628> : tensor<f64>
    %14 = stablehlo.multiply %1, %13 : tensor<f64>
    %15 = stablehlo.exponential_minus_one %14 : tensor<f64>
    %16 = stablehlo.negate %15 : tensor<f64>
    %17 = stablehlo.constant dense<-0.0010005003335835344> : tensor<f64>
    %18 = stablehlo.multiply %1, %17 : tensor<f64>
    %19 = stablehlo.exponential_minus_one %18 : tensor<f64>
    %20 = stablehlo.negate %19 : tensor<f64>
    %21 = stablehlo.sqrt %12 : tensor<10x784xf32>
    %22 = stablehlo.sqrt %20 : tensor<f64>
    %23 = stablehlo.convert %22 : (tensor<f64>) -> tensor<f32>
    %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<f32>) -> tensor<10x784xf32>
    %25 = stablehlo.divide %21, %24 : tensor<10x784xf32>
    %26 = stablehlo.constant dense<1.0e-8> : tensor<10x784xf32>
    %27 = stablehlo.add %25, %26 : tensor<10x784xf32>
    %28 = stablehlo.divide %6, %27 : tensor<10x784xf32>
    %29 = stablehlo.divide %arg4, %16 : tensor<f64>
    %30 = stablehlo.convert %29 : (tensor<f64>) -> tensor<f32>
    %31 = stablehlo.broadcast_in_dim %30, dims = [] : (tensor<f32>) -> tensor<10x784xf32>
    %32 = stablehlo.multiply %28, %31 : tensor<10x784xf32>
    %33 = stablehlo.subtract %arg5, %32 : tensor<10x784xf32>
    return %1, %6, %12, %33 : tensor<f64>, tensor<10x784xf32>, tensor<10x784xf32>, tensor<10x784xf32>
  }
  func.func private @update_6(
      %arg0: tensor<f64>,
      %arg1: tensor<10xf32>,
      %arg2: tensor<10xf32>,
      %arg3: tensor<10xf32>,
      %arg4: tensor<f64>,
      %arg5: tensor<10xf32>
  ) -> (tensor<f64>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>) {
    %0 = stablehlo.constant dense<1.0> : tensor<f64>
    %1 = stablehlo.add %arg0, %0 : tensor<f64>
    %2 = stablehlo.constant dense<0.9> : tensor<10xf32>
    %3 = stablehlo.multiply %arg1, %2 : tensor<10xf32>
    %4 = stablehlo.constant dense<0.1> : tensor<10xf32>
    %5 = stablehlo.multiply %arg2, %4 : tensor<10xf32>
    %6 = stablehlo.add %3, %5 : tensor<10xf32>
    %7 = stablehlo.constant dense<0.999> : tensor<10xf32>
    %8 = stablehlo.multiply %arg3, %7 : tensor<10xf32>
    %9 = stablehlo.multiply %arg2, %arg2 : tensor<10xf32>
    %10 = stablehlo.constant dense<0.001> : tensor<10xf32>
    %11 = stablehlo.multiply %9, %10 : tensor<10xf32>
    %12 = stablehlo.add %8, %11 : tensor<10xf32>
    %13 = stablehlo.constant dense<-0.10536051565782628> : tensor<f64>
    %14 = stablehlo.multiply %1, %13 : tensor<f64>
    %15 = stablehlo.exponential_minus_one %14 : tensor<f64>
    %16 = stablehlo.negate %15 : tensor<f64>
    %17 = stablehlo.constant dense<-0.0010005003335835344> : tensor<f64>
    %18 = stablehlo.multiply %1, %17 : tensor<f64>
    %19 = stablehlo.exponential_minus_one %18 : tensor<f64>
    %20 = stablehlo.negate %19 : tensor<f64>
    %21 = stablehlo.sqrt %12 : tensor<10xf32>
    %22 = stablehlo.sqrt %20 : tensor<f64>
    %23 = stablehlo.convert %22 : (tensor<f64>) -> tensor<f32>
    %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<f32>) -> tensor<10xf32>
    %25 = stablehlo.divide %21, %24 : tensor<10xf32>
    %26 = stablehlo.constant dense<1.0e-8> : tensor<10xf32>
    %27 = stablehlo.add %25, %26 : tensor<10xf32>
    %28 = stablehlo.divide %6, %27 : tensor<10xf32>
    %29 = stablehlo.divide %arg4, %16 : tensor<f64>
    %30 = stablehlo.convert %29 : (tensor<f64>) -> tensor<f32>
    %31 = stablehlo.broadcast_in_dim %30, dims = [] : (tensor<f32>) -> tensor<10xf32>
    %32 = stablehlo.multiply %28, %31 : tensor<10xf32>
    %33 = stablehlo.subtract %arg5, %32 : tensor<10xf32>
    return %1, %6, %12, %33 : tensor<f64>, tensor<10xf32>, tensor<10xf32>, tensor<10xf32>
  }
}
