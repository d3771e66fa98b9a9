// Adaptive pooling layers.
import { takes } from "../../tensor/arguments.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Pooled } from "../../tensor/pooling.ts";
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  adaptiveNames,
} from "../../tensor/pools/adaptive.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** Applies adaptiveAvgPool1d: means over windows that divide x of any size into this many parts. */
export class AdaptiveAvgPool1d extends Module implements Layer {
  /** The sizes of the result. */
  readonly outputSize: number;

  constructor(outputSize: number) {
    super();
    takes("AdaptiveAvgPool1d", arguments.length, 1);
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    checkInput("AdaptiveAvgPool1d.forward", x, arguments.length);
    return adaptiveAvgPool1d(x, this.outputSize);
  }

  override extraRepr(): string {
    return settings([this.outputSize]);
  }
}

/** Applies adaptiveAvgPool3d: means over windows that divide x of any size into this many parts. */
export class AdaptiveAvgPool3d extends Module implements Layer {
  /** The sizes of the result. */
  readonly outputSize: number | readonly [number, number, number];

  constructor(outputSize: number | readonly [number, number, number]) {
    super();
    takes("AdaptiveAvgPool3d", arguments.length, 1);
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    checkInput("AdaptiveAvgPool3d.forward", x, arguments.length);
    return adaptiveAvgPool3d(x, this.outputSize);
  }

  override extraRepr(): string {
    return settings([this.outputSize]);
  }
}

/** Applies adaptiveMaxPool1d: maxima over windows that divide x of any size into this many parts. With `returnIndices`, forward gives { values, indices }. */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends Module {
  /** The sizes of the result. */
  readonly outputSize: number;
  /** Whether forward gives indices too. */
  readonly returnIndices: boolean;

  constructor(outputSize: number, options: { readonly returnIndices?: Indices | undefined } = {}) {
    super();
    takes("AdaptiveMaxPool1d", arguments.length, 2);
    checkOptions("AdaptiveMaxPool1d", options, adaptiveNames);
    this.outputSize = outputSize;
    this.returnIndices = options.returnIndices ?? false;
  }

  /** Pools x. Its shapes are those of adaptiveMaxPool1d. */
  forward(x: Tensor): Indices extends true ? Pooled : Tensor {
    checkInput("AdaptiveMaxPool1d.forward", x, arguments.length);
    const pooled = this.returnIndices
      ? adaptiveMaxPool1d(x, this.outputSize, { returnIndices: true })
      : adaptiveMaxPool1d(x, this.outputSize);
    return pooled as Indices extends true ? Pooled : Tensor;
  }

  override extraRepr(): string {
    return settings([this.outputSize], { returnIndices: this.returnIndices || undefined });
  }
}

/** Applies adaptiveMaxPool2d: maxima over windows that divide x of any size into this many parts. With `returnIndices`, forward gives { values, indices }. */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends Module {
  /** The sizes of the result. */
  readonly outputSize: number | readonly [number, number];
  /** Whether forward gives indices too. */
  readonly returnIndices: boolean;

  constructor(
    outputSize: number | readonly [number, number],
    options: { readonly returnIndices?: Indices | undefined } = {},
  ) {
    super();
    takes("AdaptiveMaxPool2d", arguments.length, 2);
    checkOptions("AdaptiveMaxPool2d", options, adaptiveNames);
    this.outputSize = outputSize;
    this.returnIndices = options.returnIndices ?? false;
  }

  /** Pools x. Its shapes are those of adaptiveMaxPool2d. */
  forward(x: Tensor): Indices extends true ? Pooled : Tensor {
    checkInput("AdaptiveMaxPool2d.forward", x, arguments.length);
    const pooled = this.returnIndices
      ? adaptiveMaxPool2d(x, this.outputSize, { returnIndices: true })
      : adaptiveMaxPool2d(x, this.outputSize);
    return pooled as Indices extends true ? Pooled : Tensor;
  }

  override extraRepr(): string {
    return settings([this.outputSize], { returnIndices: this.returnIndices || undefined });
  }
}

/** Applies adaptiveMaxPool3d: maxima over windows that divide x of any size into this many parts. With `returnIndices`, forward gives { values, indices }. */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends Module {
  /** The sizes of the result. */
  readonly outputSize: number | readonly [number, number, number];
  /** Whether forward gives indices too. */
  readonly returnIndices: boolean;

  constructor(
    outputSize: number | readonly [number, number, number],
    options: { readonly returnIndices?: Indices | undefined } = {},
  ) {
    super();
    takes("AdaptiveMaxPool3d", arguments.length, 2);
    checkOptions("AdaptiveMaxPool3d", options, adaptiveNames);
    this.outputSize = outputSize;
    this.returnIndices = options.returnIndices ?? false;
  }

  /** Pools x. Its shapes are those of adaptiveMaxPool3d. */
  forward(x: Tensor): Indices extends true ? Pooled : Tensor {
    checkInput("AdaptiveMaxPool3d.forward", x, arguments.length);
    const pooled = this.returnIndices
      ? adaptiveMaxPool3d(x, this.outputSize, { returnIndices: true })
      : adaptiveMaxPool3d(x, this.outputSize);
    return pooled as Indices extends true ? Pooled : Tensor;
  }

  override extraRepr(): string {
    return settings([this.outputSize], { returnIndices: this.returnIndices || undefined });
  }
}
