// Transposed convolution layers, which make sequences, images and volumes larger.
import { takes } from "../../tensor/arguments.ts";
import {
  type ConvTranspose1dOptions,
  type ConvTranspose2dOptions,
  type ConvTranspose3dOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  transposeNames,
} from "../../tensor/convolutions/transposed.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { checkInput } from "../input.ts";
import { type Layer, Module } from "../module.ts";
import { convolutionSettings, parametersOf } from "./parameters.ts";

/** What ConvTranspose1d takes: convTranspose1d's options, and whether there is a bias. */
export interface ConvTranspose1dLayerOptions extends ConvTranspose1dOptions {
  /** Whether the layer has a bias; true if left out. */
  readonly bias?: boolean | undefined;
}

/** Applies convTranspose1d with a weight [inChannels, outChannels/groups, k] and a bias [outChannels] of its own. */
export class ConvTranspose1d extends Module implements Layer {
  /** [inChannels, outChannels/groups, k], initially uniform in ±1/√fanIn, where fanIn = outChannels/groups times the sizes of the kernel. */
  readonly weight: Tensor;
  /** [outChannels], initially uniform in ±1/√fanIn; null with `bias: false`. */
  readonly bias: Tensor | null;
  /** The options but the bias, as they were given. */
  readonly options: ConvTranspose1dOptions;

  constructor(inChannels: number, outChannels: number, kernelSize: number, options: ConvTranspose1dLayerOptions = {}) {
    super();
    takes("ConvTranspose1d", arguments.length, 4);
    checkOptions("ConvTranspose1d", options, { ...transposeNames, bias: true });
    const { bias = true, groups = 1, ...others } = options;
    const channels = { inChannels, outChannels, groups, bias };
    const made = parametersOf("ConvTranspose1d", channels, kernelSize, 1, true);
    this.weight = made.weight;
    this.bias = made.bias;
    this.options = { ...others, groups };
  }

  forward(x: Tensor): Tensor {
    checkInput("ConvTranspose1d.forward", x, arguments.length);
    return within("ConvTranspose1d.forward", () => convTranspose1d(x, this.weight, this.bias, this.options));
  }

  override extraRepr(): string {
    return convolutionSettings(this.weight, this.bias, this.options, true);
  }
}

/** What ConvTranspose2d takes: convTranspose2d's options, and whether there is a bias. */
export interface ConvTranspose2dLayerOptions extends ConvTranspose2dOptions {
  /** Whether the layer has a bias; true if left out. */
  readonly bias?: boolean | undefined;
}

/** Applies convTranspose2d with a weight [inChannels, outChannels/groups, kH, kW] and a bias [outChannels] of its own. */
export class ConvTranspose2d extends Module implements Layer {
  /** [inChannels, outChannels/groups, kH, kW], initially uniform in ±1/√fanIn, where fanIn = outChannels/groups times the sizes of the kernel. */
  readonly weight: Tensor;
  /** [outChannels], initially uniform in ±1/√fanIn; null with `bias: false`. */
  readonly bias: Tensor | null;
  /** The options but the bias, as they were given. */
  readonly options: ConvTranspose2dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number],
    options: ConvTranspose2dLayerOptions = {},
  ) {
    super();
    takes("ConvTranspose2d", arguments.length, 4);
    checkOptions("ConvTranspose2d", options, { ...transposeNames, bias: true });
    const { bias = true, groups = 1, ...others } = options;
    const channels = { inChannels, outChannels, groups, bias };
    const made = parametersOf("ConvTranspose2d", channels, kernelSize, 2, true);
    this.weight = made.weight;
    this.bias = made.bias;
    this.options = { ...others, groups };
  }

  forward(x: Tensor): Tensor {
    checkInput("ConvTranspose2d.forward", x, arguments.length);
    return within("ConvTranspose2d.forward", () => convTranspose2d(x, this.weight, this.bias, this.options));
  }

  override extraRepr(): string {
    return convolutionSettings(this.weight, this.bias, this.options, true);
  }
}

/** What ConvTranspose3d takes: convTranspose3d's options, and whether there is a bias. */
export interface ConvTranspose3dLayerOptions extends ConvTranspose3dOptions {
  /** Whether the layer has a bias; true if left out. */
  readonly bias?: boolean | undefined;
}

/** Applies convTranspose3d with a weight [inChannels, outChannels/groups, kD, kH, kW] and a bias [outChannels] of its own. */
export class ConvTranspose3d extends Module implements Layer {
  /** [inChannels, outChannels/groups, kD, kH, kW], initially uniform in ±1/√fanIn, where fanIn = outChannels/groups times the sizes of the kernel. */
  readonly weight: Tensor;
  /** [outChannels], initially uniform in ±1/√fanIn; null with `bias: false`. */
  readonly bias: Tensor | null;
  /** The options but the bias, as they were given. */
  readonly options: ConvTranspose3dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number, number],
    options: ConvTranspose3dLayerOptions = {},
  ) {
    super();
    takes("ConvTranspose3d", arguments.length, 4);
    checkOptions("ConvTranspose3d", options, { ...transposeNames, bias: true });
    const { bias = true, groups = 1, ...others } = options;
    const channels = { inChannels, outChannels, groups, bias };
    const made = parametersOf("ConvTranspose3d", channels, kernelSize, 3, true);
    this.weight = made.weight;
    this.bias = made.bias;
    this.options = { ...others, groups };
  }

  forward(x: Tensor): Tensor {
    checkInput("ConvTranspose3d.forward", x, arguments.length);
    return within("ConvTranspose3d.forward", () => convTranspose3d(x, this.weight, this.bias, this.options));
  }

  override extraRepr(): string {
    return convolutionSettings(this.weight, this.bias, this.options, true);
  }
}
