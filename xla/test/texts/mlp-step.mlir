module @chainrule {
  func.func public @main(
      %arg0: tensor<64x784xf32>,
      %arg1: tensor<64xi32>,
      %model.0.weight: tensor<128x784xf32> {tf.aliasing_output = 1 : i32},
      %model.0.bias: tensor<128xf32> {tf.aliasing_output = 2 : i32},
      %model.2.weight: tensor<10x128xf32> {tf.aliasing_output = 3 : i32},
      %model.2.bias: tensor<10xf32> {tf.aliasing_output = 4 : i32},
      %optimizer.lr: tensor<f64>
  ) -> (tensor<f32>, tensor<128x784xf32>, tensor<128xf32>, tensor<10x128xf32>, tensor<10xf32>) {
    %0 = call @linear(%model.0.weight, %arg0, %model.0.bias) : (tensor<128x784xf32>, tensor<64x784xf32>, tensor<128xf32>) -> tensor<64x128xf32>
    %1:2 = call @relu(%0) : (tensor<64x128xf32>) -> (tensor<64x128xi1>, tensor<64x128xf32>)
    %2:2 = call @linear_2(%model.2.weight, %1#1, %model.2.bias) : (tensor<10x128xf32>, tensor<64x128xf32>, tensor<10xf32>) -> (tensor<128x10xf32>, tensor<64x10xf32>)
    %3:6 = call @crossEntropy(%2#1, %arg1) : (tensor<64x10xf32>, tensor<64xi32>) -> (tensor<64x10xf32>, tensor<64x1xf32>, tensor<64xi1>, tensor<64x1xi32>, tensor<f32>, tensor<f32>)
    %4 = call @crossEntropy_backward(%3#4, %3#2, %3#3, %3#1, %3#0) : (tensor<f32>, tensor<64xi1>, tensor<64x1xi32>, tensor<64x1xf32>, tensor<64x10xf32>) -> tensor<64x10xf32>
    %5:3 = call @linear_backward(%4, %2#0, %1#1) : (tensor<64x10xf32>, tensor<128x10xf32>, tensor<64x128xf32>) -> (tensor<10xf32>, tensor<64x128xf32>, tensor<10x128xf32>)
    %6 = call @relu_backward(%1#0, %5#1) : (tensor<64x128xi1>, tensor<64x128xf32>) -> tensor<64x128xf32>
    %7:2 = call @linear_backward_2(%6, %arg0) : (tensor<64x128xf32>, tensor<64x784xf32>) -> (tensor<128xf32>, tensor<128x784xf32>)
    %8 = call @update(%optimizer.lr, %7#1, %model.0.weight) : (tensor<f64>, tensor<128x784xf32>, tensor<128x784xf32>) -> tensor<128x784xf32>
    %9 = call @update_2(%optimizer.lr, %7#0, %model.0.bias) : (tensor<f64>, tensor<128xf32>, tensor<128xf32>) -> tensor<128xf32>
    %10 = call @update_3(%optimizer.lr, %5#2, %model.2.weight) : (tensor<f64>, tensor<10x128xf32>, tensor<10x128xf32>) -> tensor<10x128xf32>
    %11 = call @update_4(%optimizer.lr, %5#0, %model.2.bias) : (tensor<f64>, tensor<10xf32>, tensor<10xf32>) -> tensor<10xf32>
    return %3#5, %8, %9, %10, %11 : tensor<f32>, tensor<128x784xf32>, tensor<128xf32>, tensor<10x128xf32>, tensor<10xf32>
  }
  func.func private @linear(%arg0: tensor<128x784xf32>, %arg1: tensor<64x784xf32>, %arg2: tensor<128xf32>) -> tensor<64x128xf32> {
    %0 = stablehlo.transpose %arg0, dims = [1, 0] : (tensor<128x784xf32>) -> tensor<784x128xf32>
    %1 = stablehlo.dot_general %arg1, %0, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<64x784xf32>, tensor<784x128xf32>) -> tensor<64x128xf32>
    %2 = stablehlo.broadcast_in_dim %arg2, dims = [1] : (tensor<128xf32>) -> tensor<64x128xf32>
    %3 = stablehlo.add %1, %2 : tensor<64x128xf32>
    return %3 : tensor<64x128xf32>
  }
  func.func private @relu(%arg0: tensor<64x128xf32>) -> (tensor<64x128xi1>, tensor<64x128xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<64x128xf32>
    %1 = stablehlo.compare LE, %arg0, %0, FLOAT : (tensor<64x128xf32>, tensor<64x128xf32>) -> tensor<64x128xi1>
    %2 = stablehlo.select %1, %0, %arg0 : tensor<64x128xi1>, tensor<64x128xf32>
    return %1, %2 : tensor<64x128xi1>, tensor<64x128xf32>
  }
  func.func private @linear_2(%arg0: tensor<10x128xf32>, %arg1: tensor<64x128xf32>, %arg2: tensor<10xf32>) -> (tensor<128x10xf32>, tensor<64x10xf32>) {
    %0 = stablehlo.transpose %arg0, dims = [1, 0] : (tensor<10x128xf32>) -> tensor<128x10xf32>
    %1 = stablehlo.dot_general %arg1, %0, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<64x128xf32>, tensor<128x10xf32>) -> tensor<64x10xf32>
    %2 = stablehlo.broadcast_in_dim %arg2, dims = [1] : (tensor<10xf32>) -> tensor<64x10xf32>
    %3 = stablehlo.add %1, %2 : tensor<64x10xf32>
    return %0, %3 : tensor<128x10xf32>, tensor<64x10xf32>
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
  func.func private @linear_backward(%arg0: tensor<64x10xf32>, %arg1: tensor<128x10xf32>, %arg2: tensor<64x128xf32>) -> (tensor<10xf32>, tensor<64x128xf32>, tensor<10x128xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [0] : (tensor<64x10xf32>, tensor<f32>) -> tensor<10xf32>
    %2 = stablehlo.reshape %1 : (tensor<10xf32>) -> tensor<1x10xf32>
    %3 = stablehlo.reshape %2 : (tensor<1x10xf32>) -> tensor<10xf32>
    %4 = stablehlo.transpose %arg1, dims = [1, 0] : (tensor<128x10xf32>) -> tensor<10x128xf32>
    %5 = stablehlo.dot_general %arg0, %4, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<64x10xf32>, tensor<10x128xf32>) -> tensor<64x128xf32>
    %6 = stablehlo.transpose %arg2, dims = [1, 0] : (tensor<64x128xf32>) -> tensor<128x64xf32>
    %7 = stablehlo.dot_general %6, %arg0, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<128x64xf32>, tensor<64x10xf32>) -> tensor<128x10xf32>
    %8 = stablehlo.transpose %7, dims = [1, 0] : (tensor<128x10xf32>) -> tensor<10x128xf32>
    return %3, %5, %8 : tensor<10xf32>, tensor<64x128xf32>, tensor<10x128xf32>
  }
  func.func private @relu_backward(%arg0: tensor<64x128xi1>, %arg1: tensor<64x128xf32>) -> tensor<64x128xf32> {
    %0 = stablehlo.constant dense<false> : tensor<64x128xi1>
    %1 = stablehlo.compare EQ, %arg0, %0, UNSIGNED : (tensor<64x128xi1>, tensor<64x128xi1>) -> tensor<64x128xi1>
    %2 = stablehlo.constant dense<0.0> : tensor<64x128xf32>
    %3 = stablehlo.select %1, %arg1, %2 : tensor<64x128xi1>, tensor<64x128xf32>
    return %3 : tensor<64x128xf32>
  }
  func.func private @linear_backward_2(%arg0: tensor<64x128xf32>, %arg1: tensor<64x784xf32>) -> (tensor<128xf32>, tensor<128x784xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [0] : (tensor<64x128xf32>, tensor<f32>) -> tensor<128xf32>
    %2 = stablehlo.reshape %1 : (tensor<128xf32>) -> tensor<1x128xf32>
    %3 = stablehlo.reshape %2 : (tensor<1x128xf32>) -> tensor<128xf32>
    %4 = stablehlo.transpose %arg1, dims = [1, 0] : (tensor<64x784xf32>) -> tensor<784x64xf32>
    %5 = stablehlo.dot_general %4, %arg0, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<784x64xf32>, tensor<64x128xf32>) -> tensor<784x128xf32>
    %6 = stablehlo.transpose %5, dims = [1, 0] : (tensor<784x128xf32>) -> tensor<128x784xf32>
    return %3, %6 : tensor<128xf32>, tensor<128x784xf32>
  }
  func.func private @update(%arg0: tensor<f64>, %arg1: tensor<128x784xf32>, %arg2: tensor<128x784xf32>) -> tensor<128x784xf32> {
    %0 = stablehlo.convert %arg0 : (tensor<f64>) -> tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<128x784xf32>
    %2 = stablehlo.multiply %arg1, %1 : tensor<128x784xf32>
    %3 = stablehlo.subtract %arg2, %2 : tensor<128x784xf32>
    return %3 : tensor<128x784xf32>
  }
  func.func private @update_2(%arg0: tensor<f64>, %arg1: tensor<128xf32>, %arg2: tensor<128xf32>) -> tensor<128xf32> {
    %0 = stablehlo.convert %arg0 : (tensor<f64>) -> tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<128xf32>
    %2 = stablehlo.multiply %arg1, %1 : tensor<128xf32>
    %3 = stablehlo.subtract %arg2, %2 : tensor<128xf32>
    return %3 : tensor<128xf32>
  }
  func.func private @update_3(%arg0: tensor<f64>, %arg1: tensor<10x128xf32>, %arg2: tensor<10x128xf32>) -> tensor<10x128xf32> {
    %0 = stablehlo.convert %arg0 : (tensor<f64>) -> tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<10x128xf32>
    %2 = stablehlo.multiply %arg1, %1 : tensor<10x128xf32>
    %3 = stablehlo.subtract %arg2, %2 : tensor<10x128xf32>
    return %3 : tensor<10x128xf32>
  }
  func.func private @update_4(%arg0: tensor<f64>, %arg1: tensor<10xf32>, %arg2: tensor<10xf32>) -> tensor<10xf32> {
    %0 = stablehlo.convert %arg0 : (tensor<f64>) -> tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<10xf32>
    %2 = stablehlo.multiply %arg1, %1 : tensor<10xf32>
    %3 = stablehlo.subtract %arg2, %2 : tensor<10xf32>
    return %3 : tensor<10xf32>
  }
}
