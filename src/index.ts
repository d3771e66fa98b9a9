// The whole public API, by name.
import "./backends/bind.ts";

export { type Compiled, type CompileOptions, compile } from "./compiler/compile.ts";
export { ReLU, Sigmoid, Tanh } from "./nn/activations.ts";
export { Flatten, Sequential } from "./nn/containers.ts";
export { Conv2d, MaxPool2d } from "./nn/convolution.ts";
export { Dropout } from "./nn/dropout.ts";
export { Linear } from "./nn/linear.ts";
export { crossEntropy, mseLoss } from "./nn/losses.ts";
export { Module } from "./nn/module.ts";
export { Adam } from "./optim/adam.ts";
export { Optimizer } from "./optim/optimizer.ts";
export { SGD } from "./optim/sgd.ts";
export { arange, eye, full, linspace, ones, tensor, zeros } from "./tensor/create.ts";
export { checkGradients, grad, valueAndGrad } from "./tensor/derivatives.ts";
export type { DType, TypedArray } from "./tensor/dtype.ts";
export { avgPool2d, concat, conv2d, maxPool2d, stack } from "./tensor/functions.ts";
export { noGrad } from "./tensor/mode.ts";
export type { Nested } from "./tensor/nested.ts";
export { getRngState, manualSeed, multinomial, rand, randn, randperm, setRngState } from "./tensor/random.ts";
export type { Shape } from "./tensor/shape.ts";
export { Tensor } from "./tensor/tensor.ts";
