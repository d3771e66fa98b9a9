// The convolution layer, for images [N, C, H, W]: it slides its filters over rows and columns.
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import { type Conv2dOptions, conv2d, conv2dNames, pair } from "../../tensor/functions.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFanIn } from "../init/initialize.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** What Conv2d takes: conv2d's options, and whether there is a bias. */
export interface Conv2dLayerOptions extends Conv2dOptions {
  /** Whether the layer has a bias; true if left out. */
  readonly bias?: boolean | undefined;
}

const names: OptionNames<Conv2dLayerOptions> = { ...conv2dNames, bias: true };

/** Applies conv2d with a weight [outChannels, inChannels/groups, kH, kW] and a bias [outChannels] of its own. */
export class Conv2d extends Module implements Layer {
  /** [outChannels, inChannels/groups, kH, kW], initially uniform in ±1/√fanIn, where fanIn = inChannels/groups · kH · kW. */
  readonly weight: Tensor;
  /** [outChannels], initially uniform in ±1/√fanIn; null with `bias: false`. */
  readonly bias: Tensor | null;
  /** Stride, padding, dilation and groups, as they were given. */
  readonly options: Conv2dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number],
    options: Conv2dLayerOptions = {},
  ) {
    super();
    takes("Conv2d", arguments.length, 4);
    checkOptions("Conv2d", options, names);
    const { bias = true, groups = 1, ...others } = options;
    const [height, width] = pair("Conv2d", "kernelSize", kernelSize, 1);
    for (const [name, value] of Object.entries({ inChannels, outChannels, groups }))
      checkWhole("Conv2d", name, value, { from: 1 });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ChainruleError(
        "option",
        "Conv2d",
        `${inChannels} and ${outChannels} channels do not divide into ${groups} groups; groups must divide both`,
      );
    }
    const fanIn = (inChannels / groups) * height * width;
    this.weight = uniformByFanIn([outChannels, inChannels / groups, height, width], fanIn);
    this.bias = bias ? uniformByFanIn([outChannels], fanIn) : null;
    this.options = { ...others, groups };
  }

  forward(x: Tensor): Tensor {
    checkInput("Conv2d.forward", x, arguments.length);
    return conv2d(x, this.weight, this.bias, this.options);
  }

  override extraRepr(): string {
    const [outChannels, channelsPerGroup, height, width] = this.weight.shape;
    const { groups = 1, ...others } = this.options;
    const kernelSize = height === width ? height : [height, width];
    const options = { ...others, groups: groups === 1 ? undefined : groups, bias: this.bias ? undefined : false };
    return settings([channelsPerGroup * groups, outChannels, kernelSize], options);
  }
}
