// Layers that put the maxima of pooling back to their places.
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { checkOptions } from "../../tensor/options.ts";
import { maxUnpool2d, type UnpoolOptions } from "../../tensor/pooling.ts";
import { maxUnpool1d, type Unpool1dOptions } from "../../tensor/pools/one-dim.ts";
import { maxUnpool3d, type Unpool3dOptions } from "../../tensor/pools/three-dims.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { settings } from "../layer-tree.ts";
import { Module } from "../module.ts";

/** Applies maxUnpool1d, the inverse of MaxPool1d, to maxima and their indices; the stride is the window's size if left out. */
export class MaxUnpool1d extends Module {
  /** The sizes of the window. */
  readonly kernelSize: number;
  /** Stride and padding, as they were given. */
  readonly options: Omit<Unpool1dOptions, "outputSize">;

  constructor(kernelSize: number, options: Omit<Unpool1dOptions, "outputSize"> = {}) {
    super();
    takes("MaxUnpool1d", arguments.length, 2);
    checkOptions("MaxUnpool1d", options, { stride: true, padding: true });
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** Puts the maxima x back to their indices. The sizes of the result follow from the pooling, unless outputSize names them. */
  forward(x: Tensor, indices: Tensor, outputSize?: Unpool1dOptions["outputSize"]): Tensor {
    takes("MaxUnpool1d.forward", arguments.length, 3);
    checkTensor("MaxUnpool1d.forward", "x", x);
    checkTensor("MaxUnpool1d.forward", "indices", indices);
    return maxUnpool1d(x, indices, this.kernelSize, { ...this.options, outputSize });
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** Applies maxUnpool2d, the inverse of MaxPool2d, to maxima and their indices; the stride is the window's size if left out. */
export class MaxUnpool2d extends Module {
  /** The sizes of the window. */
  readonly kernelSize: number | readonly [number, number];
  /** Stride and padding, as they were given. */
  readonly options: Omit<UnpoolOptions, "outputSize">;

  constructor(kernelSize: number | readonly [number, number], options: Omit<UnpoolOptions, "outputSize"> = {}) {
    super();
    takes("MaxUnpool2d", arguments.length, 2);
    checkOptions("MaxUnpool2d", options, { stride: true, padding: true });
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** Puts the maxima x back to their indices. The sizes of the result follow from the pooling, unless outputSize names them. */
  forward(x: Tensor, indices: Tensor, outputSize?: UnpoolOptions["outputSize"]): Tensor {
    takes("MaxUnpool2d.forward", arguments.length, 3);
    checkTensor("MaxUnpool2d.forward", "x", x);
    checkTensor("MaxUnpool2d.forward", "indices", indices);
    return maxUnpool2d(x, indices, this.kernelSize, { ...this.options, outputSize });
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** Applies maxUnpool3d, the inverse of MaxPool3d, to maxima and their indices; the stride is the window's size if left out. */
export class MaxUnpool3d extends Module {
  /** The sizes of the window. */
  readonly kernelSize: number | readonly [number, number, number];
  /** Stride and padding, as they were given. */
  readonly options: Omit<Unpool3dOptions, "outputSize">;

  constructor(
    kernelSize: number | readonly [number, number, number],
    options: Omit<Unpool3dOptions, "outputSize"> = {},
  ) {
    super();
    takes("MaxUnpool3d", arguments.length, 2);
    checkOptions("MaxUnpool3d", options, { stride: true, padding: true });
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** Puts the maxima x back to their indices. The sizes of the result follow from the pooling, unless outputSize names them. */
  forward(x: Tensor, indices: Tensor, outputSize?: Unpool3dOptions["outputSize"]): Tensor {
    takes("MaxUnpool3d.forward", arguments.length, 3);
    checkTensor("MaxUnpool3d.forward", "x", x);
    checkTensor("MaxUnpool3d.forward", "indices", indices);
    return maxUnpool3d(x, indices, this.kernelSize, { ...this.options, outputSize });
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}
