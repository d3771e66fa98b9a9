// Pooling layers of sequences and of volumes.
import { takes } from "../../tensor/arguments.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Pooled } from "../../tensor/pooling.ts";
import {
  type AvgPool1dOptions,
  avgPool1d,
  avgPool1dNames,
  type MaxPool1dOptions,
  maxPool1d,
  maxPool1dNames,
} from "../../tensor/pools/one-dim.ts";
import {
  type AvgPool3dOptions,
  avgPool3d,
  avgPool3dNames,
  type MaxPool3dOptions,
  maxPool3d,
  maxPool3dNames,
} from "../../tensor/pools/three-dims.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** Applies maxPool1d; the stride is the window's size if left out. With `returnIndices`, forward gives { values, indices }. */
export class MaxPool1d<Indices extends boolean = false> extends Module {
  /** The sizes of the window. */
  readonly kernelSize: number;
  /** The options, as they were given. */
  readonly options: MaxPool1dOptions & { readonly returnIndices?: Indices | undefined };

  constructor(kernelSize: number, options: MaxPool1dOptions & { readonly returnIndices?: Indices | undefined } = {}) {
    super();
    takes("MaxPool1d", arguments.length, 2);
    checkOptions("MaxPool1d", options, { ...maxPool1dNames, returnIndices: true });
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** Pools x. Its shapes are those of maxPool1d. */
  forward(x: Tensor): Indices extends true ? Pooled : Tensor {
    checkInput("MaxPool1d.forward", x, arguments.length);
    const { returnIndices, ...options } = this.options;
    const pooled = returnIndices
      ? maxPool1d(x, this.kernelSize, { ...options, returnIndices: true })
      : maxPool1d(x, this.kernelSize, options);
    return pooled as Indices extends true ? Pooled : Tensor;
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** Applies maxPool3d; the stride is the window's size if left out. With `returnIndices`, forward gives { values, indices }. */
export class MaxPool3d<Indices extends boolean = false> extends Module {
  /** The sizes of the window. */
  readonly kernelSize: number | readonly [number, number, number];
  /** The options, as they were given. */
  readonly options: MaxPool3dOptions & { readonly returnIndices?: Indices | undefined };

  constructor(
    kernelSize: number | readonly [number, number, number],
    options: MaxPool3dOptions & { readonly returnIndices?: Indices | undefined } = {},
  ) {
    super();
    takes("MaxPool3d", arguments.length, 2);
    checkOptions("MaxPool3d", options, { ...maxPool3dNames, returnIndices: true });
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** Pools x. Its shapes are those of maxPool3d. */
  forward(x: Tensor): Indices extends true ? Pooled : Tensor {
    checkInput("MaxPool3d.forward", x, arguments.length);
    const { returnIndices, ...options } = this.options;
    const pooled = returnIndices
      ? maxPool3d(x, this.kernelSize, { ...options, returnIndices: true })
      : maxPool3d(x, this.kernelSize, options);
    return pooled as Indices extends true ? Pooled : Tensor;
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** Applies avgPool1d; the stride is the window's size if left out. */
export class AvgPool1d extends Module implements Layer {
  /** The sizes of the window. */
  readonly kernelSize: number;
  /** The options, as they were given. */
  readonly options: AvgPool1dOptions;

  constructor(kernelSize: number, options: AvgPool1dOptions = {}) {
    super();
    takes("AvgPool1d", arguments.length, 2);
    checkOptions("AvgPool1d", options, avgPool1dNames);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("AvgPool1d.forward", x, arguments.length);
    return avgPool1d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** Applies avgPool3d; the stride is the window's size if left out. */
export class AvgPool3d extends Module implements Layer {
  /** The sizes of the window. */
  readonly kernelSize: number | readonly [number, number, number];
  /** The options, as they were given. */
  readonly options: AvgPool3dOptions;

  constructor(kernelSize: number | readonly [number, number, number], options: AvgPool3dOptions = {}) {
    super();
    takes("AvgPool3d", arguments.length, 2);
    checkOptions("AvgPool3d", options, avgPool3dNames);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("AvgPool3d.forward", x, arguments.length);
    return avgPool3d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}
