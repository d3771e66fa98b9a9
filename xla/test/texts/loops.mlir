module @chainrule {
  func.func public @main(%arg0: tensor<4x2xf32>, %arg1: tensor<2xf32>, %state0: tensor<2xf32> {tf.aliasing_output = 1 : i32}) -> (tensor<4x2xf32>, tensor<2xf32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<4x2xf32>
    %1 = stablehlo.constant dense<0> : tensor<i32>
    %2 = stablehlo.constant dense<4> : tensor<i32>
    %3:4 = stablehlo.while(%loop3_0 = %1, %loop3_1 = %state0, %loop3_2 = %0, %loop3_3 = %0) : tensor<i32>, tensor<2xf32>, tensor<4x2xf32>, tensor<4x2xf32>
    cond {
      %loop3_more = stablehlo.compare LT, %loop3_0, %2, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %loop3_more : tensor<i1>
    } do {
      %loop3_next:4 = func.call @scan_step(%loop3_0, %loop3_1, %loop3_2, %loop3_3, %arg0, %arg1) : (tensor<i32>, tensor<2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<2xf32>) -> (tensor<i32>, tensor<2xf32>, tensor<4x2xf32>, tensor<4x2xf32>)
      stablehlo.return %loop3_next#0, %loop3_next#1, %loop3_next#2, %loop3_next#3 : tensor<i32>, tensor<2xf32>, tensor<4x2xf32>, tensor<4x2xf32>
    }
    return %3#2, %3#1 : tensor<4x2xf32>, tensor<2xf32>
  }
  func.func private @scan_step(
      %arg0: tensor<i32>,
      %arg1: tensor<2xf32>,
      %arg2: tensor<4x2xf32>,
      %arg3: tensor<4x2xf32>,
      %arg4: tensor<4x2xf32>,
      %arg5: tensor<2xf32>
  ) -> (tensor<i32>, tensor<2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) {
    %0 = stablehlo.constant dense<3> : tensor<i32>
    %1 = stablehlo.subtract %0, %arg0 : tensor<i32>
    %2 = stablehlo.constant dense<0> : tensor<i32>
    %3 = stablehlo.dynamic_slice %arg4, %1, %2, sizes = [1, 2] : (tensor<4x2xf32>, tensor<i32>, tensor<i32>) -> tensor<1x2xf32>
    %4 = stablehlo.reshape %3 : (tensor<1x2xf32>) -> tensor<2xf32>
    %5 = stablehlo.multiply %arg1, %arg5 : tensor<2xf32>
    %6 = stablehlo.add %5, %4 : tensor<2xf32>
    %7 = stablehlo.constant dense<1> : tensor<i32>
    %8 = stablehlo.add %arg0, %7 : tensor<i32>
    %9 = stablehlo.reshape %arg1 : (tensor<2xf32>) -> tensor<1x2xf32>
    %10 = stablehlo.dynamic_update_slice %arg2, %9, %1, %2 : (tensor<4x2xf32>, tensor<1x2xf32>, tensor<i32>, tensor<i32>) -> tensor<4x2xf32>
    %11 = stablehlo.reshape %5 : (tensor<2xf32>) -> tensor<1x2xf32>
    %12 = stablehlo.dynamic_update_slice %arg3, %11, %1, %2 : (tensor<4x2xf32>, tensor<1x2xf32>, tensor<i32>, tensor<i32>) -> tensor<4x2xf32>
    return %8, %6, %10, %12 : tensor<i32>, tensor<2xf32>, tensor<4x2xf32>, tensor<4x2xf32>
  }
}
