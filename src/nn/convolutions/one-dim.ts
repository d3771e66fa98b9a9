// The convolution layer of sequences [N, C, L].
import { takes } from "../../tensor/arguments.ts";
import { type Conv1dOptions, conv1d, conv1dNames } from "../../tensor/convolutions/one-dim.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { checkInput } from "../input.ts";
import { type Layer, Module } from "../module.ts";
import { convolutionSettings, parametersOf } from "./parameters.ts";

/** What Conv1d takes: conv1d's options, and whether there is a bias. */
export interface Conv1dLayerOptions extends Conv1dOptions {
  /** Whether the layer has a bias; true if left out. */
  readonly bias?: boolean | undefined;
}

/** Applies conv1d with a weight [outChannels, inChannels/groups, k] and a bias [outChannels] of its own. */
export class Conv1d extends Module implements Layer {
  /** [outChannels, inChannels/groups, k], initially uniform in ±1/√fanIn, where fanIn = inChannels/groups times the sizes of the kernel. */
  readonly weight: Tensor;
  /** [outChannels], initially uniform in ±1/√fanIn; null with `bias: false`. */
  readonly bias: Tensor | null;
  /** The options but the bias, as they were given. */
  readonly options: Conv1dOptions;

  constructor(inChannels: number, outChannels: number, kernelSize: number, options: Conv1dLayerOptions = {}) {
    super();
    takes("Conv1d", arguments.length, 4);
    checkOptions("Conv1d", options, { ...conv1dNames, bias: true });
    const { bias = true, groups = 1, ...others } = options;
    const channels = { inChannels, outChannels, groups, bias };
    const made = parametersOf("Conv1d", channels, kernelSize, 1, false);
    this.weight = made.weight;
    this.bias = made.bias;
    this.options = { ...others, groups };
  }

  forward(x: Tensor): Tensor {
    checkInput("Conv1d.forward", x, arguments.length);
    return within("Conv1d.forward", () => conv1d(x, this.weight, this.bias, this.options));
  }

  override extraRepr(): string {
    return convolutionSettings(this.weight, this.bias, this.options, false);
  }
}
