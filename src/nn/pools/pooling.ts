// Pooling layers, which make images [N, C, H, W] or [C, H, W] smaller: each window becomes its maximum or its mean.
import { takes } from "../../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import {
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  avgPoolNames,
  type MaxPoolOptions,
  maxPool2d,
  maxPoolNames,
  type Pooled,
} from "../../tensor/pooling.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

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

type MaxPoolLayerOptions = MaxPoolOptions & { readonly returnIndices?: boolean | undefined };

class MaximumPool extends Pool2d<MaxPoolLayerOptions> {
  static override readonly name = "MaxPool2d";

  constructor(kernelSize: number | readonly [number, number], options: MaxPoolLayerOptions = {}) {
    takes("MaxPool2d", arguments.length, 2);
    super(kernelSize, options, { ...maxPoolNames, returnIndices: true });
  }

  forward(x: Tensor): Tensor | Pooled {
    checkInput("MaxPool2d.forward", x, arguments.length);
    const { returnIndices, ...options } = this.options;
    if (!returnIndices) return maxPool2d(x, this.kernelSize, options);
    return maxPool2d(x, this.kernelSize, { ...options, returnIndices: true });
  }
}

/** A layer that applies maxPool2d. */
export interface MaxPool2d extends Layer {
  /** Rows and columns of the window. */
  readonly kernelSize: number | readonly [number, number];
  /** The options, as they were given. */
  readonly options: MaxPoolOptions;
}

/** A layer that applies maxPool2d with `returnIndices`: it is no Layer, since it gives maxima and their indices. */
export interface MaxPool2dWithIndices extends Module {
  /** Rows and columns of the window. */
  readonly kernelSize: number | readonly [number, number];
  /** The options, as they were given. */
  readonly options: MaxPoolOptions & { readonly returnIndices: true };
  /** Pools x. Its shapes are those of maxPool2d. */
  forward(x: Tensor): Pooled;
}

/** Applies maxPool2d; the stride is the window's size if left out. With `returnIndices: true`, forward gives { values, indices }. */
export const MaxPool2d = MaximumPool as unknown as {
  /** Makes a layer whose forward gives { values, indices }. */
  new (
    kernelSize: number | readonly [number, number],
    options: MaxPoolOptions & { readonly returnIndices: true },
  ): MaxPool2dWithIndices;
  /** Makes a layer with this window and these options. */
  new (
    kernelSize: number | readonly [number, number],
    options?: MaxPoolOptions & { readonly returnIndices?: false | undefined },
  ): MaxPool2d;
  readonly prototype: MaxPool2d;
};

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
