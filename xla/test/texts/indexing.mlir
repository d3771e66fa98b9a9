module @chainrule {
  func.func public @main(%arg0: tensor<7x2xf32>, %arg1: tensor<4xi32>, %arg2: tensor<3x2xi32>) -> (tensor<7x2xf32>, tensor<3x2xf32>, tensor<5x2xf32>, tensor<7x2xf32>) {
    %0 = stablehlo.reshape %arg1 : (tensor<4xi32>) -> tensor<4x1xi32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [0, 1] : (tensor<4x1xi32>) -> tensor<4x2xi32>
    %2 = stablehlo.slice %1 [0:4, 0:1] : (tensor<4x2xi32>) -> tensor<4x1xi32>
    %3 = "stablehlo.gather"(%arg0, %2) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 2>}> : (tensor<7x2xf32>, tensor<4x1xi32>) -> tensor<4x2xf32>
    %4 = stablehlo.reshape %arg2 : (tensor<3x2xi32>) -> tensor<3x2x1xi32>
    %5 = "stablehlo.gather"(%arg0, %4) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], operand_batching_dims = [1], start_indices_batching_dims = [1], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 1>}> : (tensor<7x2xf32>, tensor<3x2x1xi32>) -> tensor<3x2xf32>
    %6 = stablehlo.constant dense<0.0> : tensor<7x2xf32>
    %7 = stablehlo.slice %1 [0:4, 0:1] : (tensor<4x2xi32>) -> tensor<4x1xi32>
    %8 = "stablehlo.scatter"(%6, %7, %3) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %sum = stablehlo.add %a, %b : tensor<f32>
      stablehlo.return %sum : tensor<f32>
    }) : (tensor<7x2xf32>, tensor<4x1xi32>, tensor<4x2xf32>) -> tensor<7x2xf32>
    %9 = stablehlo.slice %arg2 [0:1, 0:2] : (tensor<3x2xi32>) -> tensor<1x2xi32>
    %10 = stablehlo.slice %5 [0:1, 0:2] : (tensor<3x2xf32>) -> tensor<1x2xf32>
    %11 = stablehlo.broadcast_in_dim %9, dims = [0, 1] : (tensor<1x2xi32>) -> tensor<5x2xi32>
    %12 = stablehlo.iota dim = 0 : tensor<5x2xi32>
    %13 = stablehlo.compare EQ, %11, %12, SIGNED : (tensor<5x2xi32>, tensor<5x2xi32>) -> tensor<5x2xi1>
    %14 = stablehlo.broadcast_in_dim %10, dims = [0, 1] : (tensor<1x2xf32>) -> tensor<5x2xf32>
    %15 = stablehlo.constant dense<0.0> : tensor<5x2xf32>
    %16 = stablehlo.select %13, %14, %15 : tensor<5x2xi1>, tensor<5x2xf32>
    %17 = stablehlo.reshape %arg2 : (tensor<3x2xi32>) -> tensor<3x2x1xi32>
    %18 = "stablehlo.scatter"(%6, %17, %5) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], input_batching_dims = [1], scatter_indices_batching_dims = [1], scatter_dims_to_operand_dims = [0], index_vector_dim = 2>, unique_indices = false}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %sum = stablehlo.add %a, %b : tensor<f32>
      stablehlo.return %sum : tensor<f32>
    }) : (tensor<7x2xf32>, tensor<3x2x1xi32>, tensor<3x2xf32>) -> tensor<7x2xf32>
    return %8, %5, %16, %18 : tensor<7x2xf32>, tensor<3x2xf32>, tensor<5x2xf32>, tensor<7x2xf32>
  }
}
