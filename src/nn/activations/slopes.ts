// Rectifiers whose slope below 0 is learned (PReLU) or drawn at random (RReLU).
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { full } from "../../tensor/create.ts";
import { describe } from "../../tensor/dtype.ts";
import { floating } from "../../tensor/promotion.ts";
import { randScaled } from "../../tensor/random.ts";
import { inRegion } from "../../tensor/region.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** x where x > 0, else slope · x; the slopes broadcast to x. */
const rectified = (x: Tensor, slope: Tensor): Tensor => x.where(x.gt(0), x.mul(slope));

/**
 * x where x > 0, else weight · x (He et al. 2015): the weight, [1] or [], is for all channels, or [C] has one for each channel of x [N, C, ...].
 * Throws if it has another shape.
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  takes("prelu", arguments.length, 2);
  checkTensor("prelu", "x", x);
  checkTensor("prelu", "weight", weight);
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (weight.ndim > 1 || (weight.size !== 1 && weight.size !== channels))
    throw new ChainruleError(
      "shape",
      "prelu",
      `the weight of ${describe(x)} is [1] or has a number for each channel, [${channels}], not ${describe(weight)}`,
    );
  const shape = x.shape.map((_, dim) => (dim === 1 ? weight.size : 1));
  return inRegion("prelu", {}, () => rectified(floating(x), weight.reshape(shape)));
}

/** Applies prelu: x where x > 0, else weight · x, with a learned weight (He et al. 2015). */
export class PReLU extends Module implements Layer {
  /** The slopes below 0, [channels]. */
  readonly weight: Tensor;

  constructor(channels = 1, initial = 0.25) {
    super();
    takes("PReLU", arguments.length, 2);
    checkWhole("PReLU", "channels", channels, { from: 1 });
    checkNumber("PReLU", "initial", initial);
    this.weight = full([channels], initial, { requiresGrad: true });
  }

  forward(x: Tensor): Tensor {
    checkInput("PReLU.forward", x, arguments.length);
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return settings([this.weight.size]);
  }
}

/**
 * x where x > 0, else slope · x. In training the slope of each element is drawn from the uniform distribution on [lower, upper); in
 * evaluation it is (lower + upper)/2 (Xu et al. 2015).
 */
export class RReLU extends Module implements Layer {
  /** The smallest slope. */
  readonly lower: number;
  /** The largest slope. */
  readonly upper: number;

  constructor(lower = 1 / 8, upper = 1 / 3) {
    super();
    takes("RReLU", arguments.length, 2);
    checkNumber("RReLU", "lower", lower);
    checkNumber("RReLU", "upper", upper, { from: lower });
    this.lower = lower;
    this.upper = upper;
  }

  forward(x: Tensor): Tensor {
    checkInput("RReLU.forward", x, arguments.length);
    const { lower, upper } = this;
    if (!this.training) return x.leakyRelu((lower + upper) / 2);
    return inRegion("rrelu", { lower, upper }, () => {
      const y = floating(x);
      return rectified(y, randScaled(y.shape, upper - lower, lower).to(y.dtype));
    });
  }

  override extraRepr(): string {
    return settings([], { lower: this.lower, upper: this.upper });
  }
}
