// Layers that make pictures smaller, [N, C, H, W] or [C, H, W]: windows that keep the largest, or the mean.
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type PoolOptions } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";

type Pool = (x: Tensor, kernelSize: number, options: PoolOptions) => Tensor;

/** A square window that slides; what the two below differ in is what they make of what it sees. */
abstract class Pool2d extends Module implements Layer {
  readonly #pool: Pool;
  readonly #kernelSize: number;
  readonly #options: PoolOptions;

  protected constructor(pool: Pool, kernelSize: number, options: PoolOptions) {
    super();
    this.#pool = pool;
    this.#kernelSize = kernelSize;
    this.#options = options;
  }

  forward(x: Tensor): Tensor {
    return this.#pool(x, this.#kernelSize, this.#options);
  }

  override extraRepr(): string {
    return settings([this.#kernelSize], this.#options);
  }
}

/** maxPool2d with a square window; the stride is the window's size if left out. */
export class MaxPool2d extends Pool2d {
  constructor(kernelSize: number, options: { stride?: number; padding?: number } = {}) {
    super(maxPool2d, kernelSize, options);
  }
}

/** avgPool2d with a square window, padding counted; the stride is the window's size if left out. */
export class AvgPool2d extends Pool2d {
  constructor(kernelSize: number, options: { stride?: number; padding?: number } = {}) {
    super(avgPool2d, kernelSize, options);
  }
}

/** adaptiveAvgPool2d: means of windows that divide the picture into this many rows and columns, however large it is. */
export class AdaptiveAvgPool2d extends Module implements Layer {
  readonly #outputSize: number | [number, number];

  constructor(outputSize: number | [number, number]) {
    super();
    this.#outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.#outputSize);
  }

  override extraRepr(): string {
    return settings([this.#outputSize]);
  }
}
