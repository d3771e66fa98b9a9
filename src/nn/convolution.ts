// Layers over pictures, [N, C, H, W]: filters that slide, and windows that keep the largest.
import { type Conv2dOptions, conv2d, maxPool2d, type PoolOptions } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSize, uniformByFanIn } from "./initialize.ts";
import { Module } from "./module.ts";

/** conv2d with its own weight [outChannels, inChannels/groups, kH, kW] and bias [outChannels]. */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly #options: Conv2dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | [number, number],
    options: { bias?: boolean; stride?: number; padding?: number | "same"; dilation?: number; groups?: number } = {},
  ) {
    super();
    const { bias = true, groups = 1, ...others } = options;
    const [height, width] = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
    for (const [name, value] of Object.entries({ inChannels, outChannels, height, width, groups }))
      checkSize("Conv2d", name, value);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new Error(`Conv2d: ${inChannels} and ${outChannels} channels do not divide into ${groups} groups`);
    }
    const fanIn = (inChannels / groups) * height * width;
    this.weight = uniformByFanIn([outChannels, inChannels / groups, height, width], fanIn);
    this.bias = bias ? uniformByFanIn([outChannels], fanIn) : null;
    this.#options = { ...others, groups };
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.#options);
  }
}

export class MaxPool2d extends Module {
  readonly #kernelSize: number;
  readonly #options: PoolOptions;

  constructor(kernelSize: number, options: { stride?: number; padding?: number } = {}) {
    super();
    this.#kernelSize = kernelSize;
    this.#options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.#kernelSize, this.#options);
  }
}
