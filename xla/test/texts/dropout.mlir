module @chainrule {
  func.func public @main(%arg0: tensor<2x3xf32>, %random.key: tensor<2xi32>, %random.counter: tensor<i32> {tf.aliasing_output = 1 : i32}) -> (tensor<2x3xf32>, tensor<i32>) {
    %0:2 = call @dropout(%random.key, %random.counter, %arg0) : (tensor<2xi32>, tensor<i32>, tensor<2x3xf32>) -> (tensor<i32>, tensor<2x3xf32>)
    return %0#1, %0#0 : tensor<2x3xf32>, tensor<i32>
  }
  func.func private @dropout(%arg0: tensor<2xi32>, %arg1: tensor<i32>, %arg2: tensor<2x3xf32>) -> (tensor<i32>, tensor<2x3xf32>) {
    %0 = call @random_bits(%arg0, %arg1) : (tensor<2xi32>, tensor<i32>) -> tensor<2x3xi32>
    %1 = stablehlo.constant dense<1> : tensor<i32>
    %2 = stablehlo.add %arg1, %1 : tensor<i32>
    %3 = stablehlo.convert %0 : (tensor<2x3xi32>) -> tensor<2x3xf32>
    %4 = stablehlo.constant dense<5.9604645e-8> : tensor<2x3xf32>
    %5 = stablehlo.multiply %3, %4 : tensor<2x3xf32>
    %6 = stablehlo.constant dense<0.5> : tensor<2x3xf32>
    %7 = stablehlo.compare LE, %6, %5, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %8 = stablehlo.convert %7 : (tensor<2x3xi1>) -> tensor<2x3xf32>
    %9 = stablehlo.constant dense<2.0> : tensor<2x3xf32>
    %10 = stablehlo.multiply %8, %9 : tensor<2x3xf32>
    %11 = stablehlo.multiply %arg2, %10 : tensor<2x3xf32>
    return %2, %11 : tensor<i32>, tensor<2x3xf32>
  }
  func.func private @random_bits(%arg0: tensor<2xi32>, %arg1: tensor<i32>) -> tensor<2x3xi32> {
    %0 = stablehlo.slice %arg0 [0:1] : (tensor<2xi32>) -> tensor<1xi32>
    %1 = stablehlo.reshape %0 : (tensor<1xi32>) -> tensor<i32>
    %2 = stablehlo.slice %arg0 [1:2] : (tensor<2xi32>) -> tensor<1xi32>
    %3 = stablehlo.reshape %2 : (tensor<1xi32>) -> tensor<i32>
    %4 = stablehlo.iota dim = 0 : tensor<3xi32>
    %5 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<i32>) -> tensor<3xi32>
    %6:2 = call @threefry(%1, %3, %4, %5) : (tensor<i32>, tensor<i32>, tensor<3xi32>, tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>)
    %7 = stablehlo.reshape %6#0 : (tensor<3xi32>) -> tensor<3x1xi32>
    %8 = stablehlo.reshape %6#1 : (tensor<3xi32>) -> tensor<3x1xi32>
    %9 = stablehlo.concatenate %7, %8, dim = 1 : (tensor<3x1xi32>, tensor<3x1xi32>) -> tensor<3x2xi32>
    %10 = stablehlo.reshape %9 : (tensor<3x2xi32>) -> tensor<6xi32>
    %11 = stablehlo.reshape %10 : (tensor<6xi32>) -> tensor<2x3xi32>
    %12 = stablehlo.constant dense<8> : tensor<2x3xi32>
    %13 = stablehlo.shift_right_logical %11, %12 : tensor<2x3xi32>
    return %13 : tensor<2x3xi32>
  }
  func.func private @threefry(%arg0: tensor<i32>, %arg1: tensor<i32>, %arg2: tensor<3xi32>, %arg3: tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>) {
    %0 = stablehlo.xor %arg0, %arg1 : tensor<i32>
    %1 = stablehlo.constant dense<466688986> : tensor<i32>
    %2 = stablehlo.xor %0, %1 : tensor<i32>
    %3 = stablehlo.broadcast_in_dim %arg0, dims = [] : (tensor<i32>) -> tensor<3xi32>
    %4 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<i32>) -> tensor<3xi32>
    %5 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<i32>) -> tensor<3xi32>
    %6 = stablehlo.add %arg2, %3 : tensor<3xi32>
    %7 = stablehlo.add %arg3, %4 : tensor<3xi32>
    %8:2 = call @four_rounds(%6, %7) : (tensor<3xi32>, tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>)
    %9 = stablehlo.constant dense<1> : tensor<3xi32>
    %10 = stablehlo.add %5, %9 : tensor<3xi32>
    %11 = stablehlo.add %8#0, %4 : tensor<3xi32>
    %12 = stablehlo.add %8#1, %10 : tensor<3xi32>
    %13:2 = call @four_rounds_2(%11, %12) : (tensor<3xi32>, tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>)
    %14 = stablehlo.constant dense<2> : tensor<3xi32>
    %15 = stablehlo.add %3, %14 : tensor<3xi32>
    %16 = stablehlo.add %13#0, %5 : tensor<3xi32>
    %17 = stablehlo.add %13#1, %15 : tensor<3xi32>
    %18:2 = call @four_rounds(%16, %17) : (tensor<3xi32>, tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>)
    %19 = stablehlo.constant dense<3> : tensor<3xi32>
    %20 = stablehlo.add %4, %19 : tensor<3xi32>
    %21 = stablehlo.add %18#0, %3 : tensor<3xi32>
    %22 = stablehlo.add %18#1, %20 : tensor<3xi32>
    %23:2 = call @four_rounds_2(%21, %22) : (tensor<3xi32>, tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>)
    %24 = stablehlo.constant dense<4> : tensor<3xi32>
    %25 = stablehlo.add %5, %24 : tensor<3xi32>
    %26 = stablehlo.add %23#0, %4 : tensor<3xi32>
    %27 = stablehlo.add %23#1, %25 : tensor<3xi32>
    %28:2 = call @four_rounds(%26, %27) : (tensor<3xi32>, tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>)
    %29 = stablehlo.constant dense<5> : tensor<3xi32>
    %30 = stablehlo.add %3, %29 : tensor<3xi32>
    %31 = stablehlo.add %28#0, %5 : tensor<3xi32>
    %32 = stablehlo.add %28#1, %30 : tensor<3xi32>
    return %31, %32 : tensor<3xi32>, tensor<3xi32>
  }
  func.func private @four_rounds(%arg0: tensor<3xi32>, %arg1: tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>) {
    %0 = stablehlo.add %arg0, %arg1 : tensor<3xi32>
    %1 = stablehlo.constant dense<13> : tensor<3xi32>
    %2 = stablehlo.shift_left %arg1, %1 : tensor<3xi32>
    %3 = stablehlo.constant dense<19> : tensor<3xi32>
    %4 = stablehlo.shift_right_logical %arg1, %3 : tensor<3xi32>
    %5 = stablehlo.or %2, %4 : tensor<3xi32>
    %6 = stablehlo.xor %5, %0 : tensor<3xi32>
    %7 = stablehlo.add %0, %6 : tensor<3xi32>
    %8 = stablehlo.constant dense<15> : tensor<3xi32>
    %9 = stablehlo.shift_left %6, %8 : tensor<3xi32>
    %10 = stablehlo.constant dense<17> : tensor<3xi32>
    %11 = stablehlo.shift_right_logical %6, %10 : tensor<3xi32>
    %12 = stablehlo.or %9, %11 : tensor<3xi32>
    %13 = stablehlo.xor %12, %7 : tensor<3xi32>
    %14 = stablehlo.add %7, %13 : tensor<3xi32>
    %15 = stablehlo.constant dense<26> : tensor<3xi32>
    %16 = stablehlo.shift_left %13, %15 : tensor<3xi32>
    %17 = stablehlo.constant dense<6> : tensor<3xi32>
    %18 = stablehlo.shift_right_logical %13, %17 : tensor<3xi32>
    %19 = stablehlo.or %16, %18 : tensor<3xi32>
    %20 = stablehlo.xor %19, %14 : tensor<3xi32>
    %21 = stablehlo.add %14, %20 : tensor<3xi32>
    %22 = stablehlo.shift_left %20, %17 : tensor<3xi32>
    %23 = stablehlo.shift_right_logical %20, %15 : tensor<3xi32>
    %24 = stablehlo.or %22, %23 : tensor<3xi32>
    %25 = stablehlo.xor %24, %21 : tensor<3xi32>
    return %21, %25 : tensor<3xi32>, tensor<3xi32>
  }
  func.func private @four_rounds_2(%arg0: tensor<3xi32>, %arg1: tensor<3xi32>) -> (tensor<3xi32>, tensor<3xi32>) {
    %0 = stablehlo.add %arg0, %arg1 : tensor<3xi32>
    %1 = stablehlo.constant dense<17> : tensor<3xi32>
    %2 = stablehlo.shift_left %arg1, %1 : tensor<3xi32>
    %3 = stablehlo.constant dense<15> : tensor<3xi32>
    %4 = stablehlo.shift_right_logical %arg1, %3 : tensor<3xi32>
    %5 = stablehlo.or %2, %4 : tensor<3xi32>
    %6 = stablehlo.xor %5, %0 : tensor<3xi32>
    %7 = stablehlo.add %0, %6 : tensor<3xi32>
    %8 = stablehlo.constant dense<29> : tensor<3xi32>
    %9 = stablehlo.shift_left %6, %8 : tensor<3xi32>
    %10 = stablehlo.constant dense<3> : tensor<3xi32>
    %11 = stablehlo.shift_right_logical %6, %10 : tensor<3xi32>
    %12 = stablehlo.or %9, %11 : tensor<3xi32>
    %13 = stablehlo.xor %12, %7 : tensor<3xi32>
    %14 = stablehlo.add %7, %13 : tensor<3xi32>
    %15 = stablehlo.constant dense<16> : tensor<3xi32>
    %16 = stablehlo.shift_left %13, %15 : tensor<3xi32>
    %17 = stablehlo.shift_right_logical %13, %15 : tensor<3xi32>
    %18 = stablehlo.or %16, %17 : tensor<3xi32>
    %19 = stablehlo.xor %18, %14 : tensor<3xi32>
    %20 = stablehlo.add %14, %19 : tensor<3xi32>
    %21 = stablehlo.constant dense<24> : tensor<3xi32>
    %22 = stablehlo.shift_left %19, %21 : tensor<3xi32>
    %23 = stablehlo.constant dense<8> : tensor<3xi32>
    %24 = stablehlo.shift_right_logical %19, %23 : tensor<3xi32>
    %25 = stablehlo.or %22, %24 : tensor<3xi32>
    %26 = stablehlo.xor %25, %20 : tensor<3xi32>
    return %20, %26 : tensor<3xi32>, tensor<3xi32>
  }
}
