// Power-average pooling layers.
import { checkNumber } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import { checkOptions } from "../../tensor/options.ts";
import {
  type LPPool1dOptions,
  type LPPool2dOptions,
  type LPPool3dOptions,
  lpNames,
  lpPool1d,
  lpPool2d,
  lpPool3d,
} from "../../tensor/pools/powers.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** Applies lpPool1d: (Σ xᵖ)^(1/p) over each window, where p is normType; the stride is the window's size if left out. */
export class LPPool1d extends Module implements Layer {
  /** The power, above 0. */
  readonly normType: number;
  /** The sizes of the window. */
  readonly kernelSize: number;
  /** The options, as they were given. */
  readonly options: LPPool1dOptions;

  constructor(normType: number, kernelSize: number, options: LPPool1dOptions = {}) {
    super();
    takes("LPPool1d", arguments.length, 3);
    checkOptions("LPPool1d", options, lpNames);
    checkNumber("LPPool1d", "normType", normType, { above: 0 });
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("LPPool1d.forward", x, arguments.length);
    return lpPool1d(x, this.normType, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return settings([this.normType, this.kernelSize], this.options);
  }
}

/** Applies lpPool2d: (Σ xᵖ)^(1/p) over each window, where p is normType; the stride is the window's size if left out. */
export class LPPool2d extends Module implements Layer {
  /** The power, above 0. */
  readonly normType: number;
  /** The sizes of the window. */
  readonly kernelSize: number | readonly [number, number];
  /** The options, as they were given. */
  readonly options: LPPool2dOptions;

  constructor(normType: number, kernelSize: number | readonly [number, number], options: LPPool2dOptions = {}) {
    super();
    takes("LPPool2d", arguments.length, 3);
    checkOptions("LPPool2d", options, lpNames);
    checkNumber("LPPool2d", "normType", normType, { above: 0 });
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("LPPool2d.forward", x, arguments.length);
    return lpPool2d(x, this.normType, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return settings([this.normType, this.kernelSize], this.options);
  }
}

/** Applies lpPool3d: (Σ xᵖ)^(1/p) over each window, where p is normType; the stride is the window's size if left out. */
export class LPPool3d extends Module implements Layer {
  /** The power, above 0. */
  readonly normType: number;
  /** The sizes of the window. */
  readonly kernelSize: number | readonly [number, number, number];
  /** The options, as they were given. */
  readonly options: LPPool3dOptions;

  constructor(normType: number, kernelSize: number | readonly [number, number, number], options: LPPool3dOptions = {}) {
    super();
    takes("LPPool3d", arguments.length, 3);
    checkOptions("LPPool3d", options, lpNames);
    checkNumber("LPPool3d", "normType", normType, { above: 0 });
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("LPPool3d.forward", x, arguments.length);
    return lpPool3d(x, this.normType, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return settings([this.normType, this.kernelSize], this.options);
  }
}
