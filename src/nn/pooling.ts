// Layers that make pictures smaller, [N, C, H, W] or [C, H, W]: windows that keep the largest, or the mean.
import { adaptiveAvgPool2d, avgPool2d, maxPool2d } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";

/** What MaxPool2d and AvgPool2d take. */
export interface Pool2dOptions {
  /** Rows and columns from one window to the next; the window's size if left out. */
  readonly stride?: number | undefined;
  /** Around the picture, at most half of the window; 0 if left out. */
  readonly padding?: number | undefined;
}

/** A square window that slides; what the two below differ in is what they make of what it sees. */
abstract class Pool2d extends Module {
  /** Rows and columns of the window. */
  readonly kernelSize: number;
  /** Stride and padding, as they were given. */
  readonly options: Pool2dOptions;

  constructor(kernelSize: number, options: Pool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** maxPool2d with a square window; the stride is the window's size if left out. */
export class MaxPool2d extends Pool2d implements Layer {
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** avgPool2d with a square window, padding counted; the stride is the window's size if left out. */
export class AvgPool2d extends Pool2d implements Layer {
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** adaptiveAvgPool2d: means of windows that divide the picture into this many rows and columns, however large it is. */
export class AdaptiveAvgPool2d extends Module implements Layer {
  /** Rows and columns of what comes out. */
  readonly outputSize: number | [number, number];

  constructor(outputSize: number | [number, number]) {
    super();
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return settings([this.outputSize]);
  }
}
