// Layers that make pictures smaller, [N, C, H, W] or [C, H, W]: windows that keep the largest, or the mean.
import { takes } from "../tensor/arguments.ts";
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type PoolOptions, poolNames } from "../tensor/functions.ts";
import { checkOptions } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";

/** A window that slides; what the two below differ in is what they make of what it sees. */
abstract class Pool2d extends Module {
  /** Rows and columns of the window. */
  readonly kernelSize: number | readonly [number, number];
  /** Stride and padding, as they were given. */
  readonly options: PoolOptions;

  constructor(kernelSize: number | readonly [number, number], options: PoolOptions = {}) {
    super();
    takes(new.target.name, arguments.length, 2);
    checkOptions(new.target.name, options, poolNames);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** maxPool2d as a layer; the stride is the window's size if left out. */
export class MaxPool2d extends Pool2d implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("MaxPool2d.forward", x, arguments.length);
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** avgPool2d as a layer, padding counted; the stride is the window's size if left out. */
export class AvgPool2d extends Pool2d implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("AvgPool2d.forward", x, arguments.length);
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** adaptiveAvgPool2d: means of windows that divide the picture into this many rows and columns, however large it is. */
export class AdaptiveAvgPool2d extends Module implements Layer {
  /** Rows and columns of what comes out. */
  readonly outputSize: number | readonly [number, number];

  constructor(outputSize: number | readonly [number, number]) {
    super();
    takes("AdaptiveAvgPool2d", arguments.length, 1);
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    checkInput("AdaptiveAvgPool2d.forward", x, arguments.length);
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return settings([this.outputSize]);
  }
}
