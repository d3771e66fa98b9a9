module @chainrule {
  func.func public @main(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xf32>, %arg2: tensor<4xi32>, %arg3: tensor<4xui8>) -> (tensor<2x3xf32>, tensor<2x3xui8>, tensor<4xi32>) {
    %0 = stablehlo.constant dense<0.0> : tensor<2x3xf32>
    %1 = stablehlo.constant dense<1.0> : tensor<2x3xf32>
    %2 = stablehlo.compare LT, %arg0, %0, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %3 = stablehlo.constant dense<-1.0> : tensor<2x3xf32>
    %4 = stablehlo.select %2, %3, %0 : tensor<2x3xi1>, tensor<2x3xf32>
    %5 = stablehlo.compare GT, %arg0, %0, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %6 = stablehlo.select %5, %1, %4 : tensor<2x3xi1>, tensor<2x3xf32>
    %7 = stablehlo.sqrt %6 : tensor<2x3xf32>
    %8 = call @erf(%7) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %9 = stablehlo.power %8, %arg1 : tensor<2x3xf32>
    %10 = stablehlo.maximum %9, %arg1 : tensor<2x3xf32>
    %11 = stablehlo.compare LE, %10, %arg1, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %12 = stablehlo.select %11, %arg0, %arg1 : tensor<2x3xi1>, tensor<2x3xf32>
    %13 = call @to_int32(%12) : (tensor<2x3xf32>) -> tensor<2x3xi32>
    %14 = stablehlo.convert %13 : (tensor<2x3xi32>) -> tensor<2x3xui8>
    %15 = stablehlo.convert %arg3 : (tensor<4xui8>) -> tensor<4xi32>
    %16 = stablehlo.add %arg2, %15 : tensor<4xi32>
    %17 = stablehlo.abs %16 : tensor<4xi32>
    return %12, %14, %17 : tensor<2x3xf32>, tensor<2x3xui8>, tensor<4xi32>
  }
  func.func private @erf(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
    %0 = stablehlo.abs %arg0 : tensor<2x3xf32>
    %1 = stablehlo.constant dense<3.95> : tensor<2x3xf32>
    %2 = stablehlo.minimum %0, %1 : tensor<2x3xf32>
    %3 = stablehlo.multiply %2, %2 : tensor<2x3xf32>
    %4 = stablehlo.constant dense<-0.0006111294> : tensor<2x3xf32>
    %5 = stablehlo.constant dense<0.0050162286> : tensor<2x3xf32>
    %6 = stablehlo.constant dense<-0.026781958> : tensor<2x3xf32>
    %7 = stablehlo.constant dense<0.1128223> : tensor<2x3xf32>
    %8 = stablehlo.constant dense<-0.37612534> : tensor<2x3xf32>
    %9 = stablehlo.constant dense<0.12837915> : tensor<2x3xf32>
    %10 = stablehlo.multiply %4, %3 : tensor<2x3xf32>
    %11 = stablehlo.add %10, %5 : tensor<2x3xf32>
    %12 = stablehlo.multiply %11, %3 : tensor<2x3xf32>
    %13 = stablehlo.add %12, %6 : tensor<2x3xf32>
    %14 = stablehlo.multiply %13, %3 : tensor<2x3xf32>
    %15 = stablehlo.add %14, %7 : tensor<2x3xf32>
    %16 = stablehlo.multiply %15, %3 : tensor<2x3xf32>
    %17 = stablehlo.add %16, %8 : tensor<2x3xf32>
    %18 = stablehlo.multiply %17, %3 : tensor<2x3xf32>
    %19 = stablehlo.add %18, %9 : tensor<2x3xf32>
    %20 = stablehlo.multiply %19, %arg0 : tensor<2x3xf32>
    %21 = stablehlo.add %20, %arg0 : tensor<2x3xf32>
    %22 = stablehlo.constant dense<-0.000024016466> : tensor<2x3xf32>
    %23 = stablehlo.constant dense<0.00053830544> : tensor<2x3xf32>
    %24 = stablehlo.constant dense<-0.0055126636> : tensor<2x3xf32>
    %25 = stablehlo.constant dense<0.034696706> : tensor<2x3xf32>
    %26 = stablehlo.constant dense<-0.15349089> : tensor<2x3xf32>
    %27 = stablehlo.constant dense<-0.91650385> : tensor<2x3xf32>
    %28 = stablehlo.constant dense<-1.6280314> : tensor<2x3xf32>
    %29 = stablehlo.constant dense<-0.0000889433> : tensor<2x3xf32>
    %30 = stablehlo.multiply %22, %2 : tensor<2x3xf32>
    %31 = stablehlo.add %30, %23 : tensor<2x3xf32>
    %32 = stablehlo.multiply %31, %2 : tensor<2x3xf32>
    %33 = stablehlo.add %32, %24 : tensor<2x3xf32>
    %34 = stablehlo.multiply %33, %2 : tensor<2x3xf32>
    %35 = stablehlo.add %34, %25 : tensor<2x3xf32>
    %36 = stablehlo.multiply %35, %2 : tensor<2x3xf32>
    %37 = stablehlo.add %36, %26 : tensor<2x3xf32>
    %38 = stablehlo.multiply %37, %2 : tensor<2x3xf32>
    %39 = stablehlo.add %38, %27 : tensor<2x3xf32>
    %40 = stablehlo.multiply %39, %2 : tensor<2x3xf32>
    %41 = stablehlo.add %40, %28 : tensor<2x3xf32>
    %42 = stablehlo.multiply %41, %2 : tensor<2x3xf32>
    %43 = stablehlo.add %42, %29 : tensor<2x3xf32>
    %44 = stablehlo.constant dense<0.6931472> : tensor<2x3xf32>
    %45 = stablehlo.multiply %43, %44 : tensor<2x3xf32>
    %46 = stablehlo.constant dense<1.0> : tensor<2x3xf32>
    %47 = stablehlo.exponential %45 : tensor<2x3xf32>
    %48 = stablehlo.subtract %46, %47 : tensor<2x3xf32>
    %49 = stablehlo.sign %arg0 : tensor<2x3xf32>
    %50 = stablehlo.multiply %49, %48 : tensor<2x3xf32>
    %51 = stablehlo.constant dense<0.9> : tensor<2x3xf32>
    %52 = stablehlo.compare GE, %0, %51, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %53 = stablehlo.select %52, %50, %21 : tensor<2x3xi1>, tensor<2x3xf32>
    return %53 : tensor<2x3xf32>
  }
  func.func private @to_int32(%arg0: tensor<2x3xf32>) -> tensor<2x3xi32> {
    %0 = stablehlo.constant dense<0.0> : tensor<2x3xf32>
    %1 = stablehlo.constant dense<2147483600.0> : tensor<2x3xf32>
    %2 = stablehlo.constant dense<4294967300.0> : tensor<2x3xf32>
    %3 = stablehlo.compare LT, %arg0, %0, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %4 = stablehlo.ceil %arg0 : tensor<2x3xf32>
    %5 = stablehlo.floor %arg0 : tensor<2x3xf32>
    %6 = stablehlo.select %3, %4, %5 : tensor<2x3xi1>, tensor<2x3xf32>
    %7 = stablehlo.divide %6, %2 : tensor<2x3xf32>
    %8 = stablehlo.compare LT, %7, %0, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %9 = stablehlo.ceil %7 : tensor<2x3xf32>
    %10 = stablehlo.floor %7 : tensor<2x3xf32>
    %11 = stablehlo.select %8, %9, %10 : tensor<2x3xi1>, tensor<2x3xf32>
    %12 = stablehlo.multiply %11, %2 : tensor<2x3xf32>
    %13 = stablehlo.subtract %6, %12 : tensor<2x3xf32>
    %14 = stablehlo.compare GE, %13, %1, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %15 = stablehlo.subtract %13, %2 : tensor<2x3xf32>
    %16 = stablehlo.select %14, %15, %13 : tensor<2x3xi1>, tensor<2x3xf32>
    %17 = stablehlo.constant dense<-2147483600.0> : tensor<2x3xf32>
    %18 = stablehlo.compare LT, %13, %17, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %19 = stablehlo.add %13, %2 : tensor<2x3xf32>
    %20 = stablehlo.select %18, %19, %16 : tensor<2x3xi1>, tensor<2x3xf32>
    %21 = stablehlo.subtract %arg0, %arg0 : tensor<2x3xf32>
    %22 = stablehlo.compare EQ, %21, %0, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
    %23 = stablehlo.select %22, %20, %0 : tensor<2x3xi1>, tensor<2x3xf32>
    %24 = stablehlo.convert %23 : (tensor<2x3xf32>) -> tensor<2x3xi32>
    return %24 : tensor<2x3xi32>
  }
}
