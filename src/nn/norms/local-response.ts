// Local response normalisation: neighbouring channels inhibit each other, as in AlexNet (Krizhevsky et al. 2012).
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** The options of localResponseNorm and LocalResponseNorm. */
export interface LocalResponseNormOptions {
  /** The factor of the mean square; 1e-4 if left out. */
  readonly alpha?: number | undefined;
  /** The power of the denominator; 0.75 if left out. */
  readonly beta?: number | undefined;
  /** Added to the mean square; 1 if left out. */
  readonly k?: number | undefined;
}

const names: OptionNames<LocalResponseNormOptions> = { alpha: true, beta: true, k: true };

/**
 * y = x / (k + alpha · m)^beta for x [N, C, ...], where m is the mean of the squares of `size` channels: ⌊size/2⌋ before the element's own, itself, and
 * the others after it; missing ones are 0.
 */
export function localResponseNorm(x: Tensor, size: number, options: LocalResponseNormOptions = {}): Tensor {
  takes("localResponseNorm", arguments.length, 3);
  checkTensor("localResponseNorm", "x", x);
  checkOptions("localResponseNorm", options, names);
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  checkWhole("localResponseNorm", "size", size, { from: 1 });
  for (const [name, value] of Object.entries({ alpha, beta, k })) checkNumber("localResponseNorm", name, value);
  if (x.ndim < 3 || !isFloating(x.dtype))
    throw new ChainruleError("shape", "localResponseNorm", `x is floating, [N, C, ...], not ${describe(x)}`);
  return inRegion("localResponseNorm", { size, alpha, beta, k }, () => {
    const before = Math.floor(size / 2);
    const widths = x.shape.map((_, dim) => (dim === 1 ? ([before, size - 1 - before] as const) : ([0, 0] as const)));
    const means = x.square().pad(widths).unfold(1, size, 1).mean(-1);
    return x.div(means.mul(alpha).add(k).pow(beta));
  });
}

/** Applies localResponseNorm: x divided by a power of the mean square of neighbouring channels. */
export class LocalResponseNorm extends Module implements Layer {
  /** The number of channels in a mean. */
  readonly size: number;
  /** The options, as they were given. */
  readonly options: LocalResponseNormOptions;

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    takes("LocalResponseNorm", arguments.length, 2);
    checkOptions("LocalResponseNorm", options, names);
    checkWhole("LocalResponseNorm", "size", size, { from: 1 });
    this.size = size;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("LocalResponseNorm.forward", x, arguments.length);
    return localResponseNorm(x, this.size, this.options);
  }

  override extraRepr(): string {
    return settings([this.size], this.options);
  }
}
