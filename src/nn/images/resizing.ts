// Layers that make images larger.
import { takes } from "../../tensor/arguments.ts";
import { checkOptions } from "../../tensor/options.ts";
import { type InterpolateOptions, interpolate, interpolateNames } from "../../tensor/resize/interpolate.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** Applies interpolate: resizes x [N, C, L], [N, C, H, W] or [N, C, D, H, W] to `size`, or by `scaleFactor`. */
export class Upsample extends Module implements Layer {
  /** The options, as they were given. */
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    takes("Upsample", arguments.length, 1);
    checkOptions("Upsample", options, interpolateNames);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("Upsample.forward", x, arguments.length);
    return interpolate(x, this.options);
  }

  override extraRepr(): string {
    return settings([], this.options);
  }
}
