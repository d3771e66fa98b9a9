// The convolution layer of volumes [N, C, D, H, W].
import { takes } from "../../tensor/arguments.ts";
import { type Conv3dOptions, conv3d, conv3dNames } from "../../tensor/convolutions/three-dims.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { checkInput } from "../input.ts";
import { type Layer, Module } from "../module.ts";
import { convolutionSettings, parametersOf } from "./parameters.ts";

/** What Conv3d takes: conv3d's options, and whether there is a bias. */
export interface Conv3dLayerOptions extends Conv3dOptions {
  /** Whether the layer has a bias; true if left out. */
  readonly bias?: boolean | undefined;
}

/** Applies conv3d with a weight [outChannels, inChannels/groups, kD, kH, kW] and a bias [outChannels] of its own. */
export class Conv3d extends Module implements Layer {
  /** [outChannels, inChannels/groups, kD, kH, kW], initially uniform in ±1/√fanIn, where fanIn = inChannels/groups times the sizes of the kernel. */
  readonly weight: Tensor;
  /** [outChannels], initially uniform in ±1/√fanIn; null with `bias: false`. */
  readonly bias: Tensor | null;
  /** The options but the bias, as they were given. */
  readonly options: Conv3dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number, number],
    options: Conv3dLayerOptions = {},
  ) {
    super();
    takes("Conv3d", arguments.length, 4);
    checkOptions("Conv3d", options, { ...conv3dNames, bias: true });
    const { bias = true, groups = 1, ...others } = options;
    const channels = { inChannels, outChannels, groups, bias };
    const made = parametersOf("Conv3d", channels, kernelSize, 3, false);
    this.weight = made.weight;
    this.bias = made.bias;
    this.options = { ...others, groups };
  }

  forward(x: Tensor): Tensor {
    checkInput("Conv3d.forward", x, arguments.length);
    return within("Conv3d.forward", () => conv3d(x, this.weight, this.bias, this.options));
  }

  override extraRepr(): string {
    return convolutionSettings(this.weight, this.bias, this.options, false);
  }
}
