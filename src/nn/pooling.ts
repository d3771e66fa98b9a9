// Pooling layers, which make images [N, C, H, W] or [C, H, W] smaller: each window becomes its maximum or its mean.
import { takes } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import {
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  avgPoolNames,
  type MaxPoolOptions,
  maxPool2d,
  maxPoolNames,
} from "../tensor/pooling.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";

/** A window that slides over the image. The subclasses define what they compute from the elements in it. */
abstract class Pool2d<Options extends object> extends Module {
  /** Rows and columns of the window. */
  readonly kernelSize: number | readonly [number, number];
  /** The options, as they were given. */
  readonly options: Options;

  constructor(kernelSize: number | readonly [number, number], options: Options, names: OptionNames<Options>) {
    super();
    checkOptions(new.target.name, options, names);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** Applies maxPool2d; the stride is the window's size if left out. */
export class MaxPool2d extends Pool2d<MaxPoolOptions> implements Layer {
  constructor(kernelSize: number | readonly [number, number], options: MaxPoolOptions = {}) {
    takes("MaxPool2d", arguments.length, 2);
    super(kernelSize, options, maxPoolNames);
  }

  forward(x: Tensor): Tensor {
    checkInput("MaxPool2d.forward", x, arguments.length);
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** Applies avgPool2d, which counts the padding as zeros unless told otherwise; the stride is the window's size if left out. */
export class AvgPool2d extends Pool2d<AvgPoolOptions> implements Layer {
  constructor(kernelSize: number | readonly [number, number], options: AvgPoolOptions = {}) {
    takes("AvgPool2d", arguments.length, 2);
    super(kernelSize, options, avgPoolNames);
  }

  forward(x: Tensor): Tensor {
    checkInput("AvgPool2d.forward", x, arguments.length);
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** Applies adaptiveAvgPool2d: means over windows that divide an image of any size into this many rows and columns. */
export class AdaptiveAvgPool2d extends Module implements Layer {
  /** Rows and columns of the result. */
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
