// Learning not to rely on any one input: in training some are left out by chance (Srivastava et al. 2014).
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { describe } from "../tensor/dtype.ts";
import { rand } from "../tensor/random.ts";
import { inRegion } from "../tensor/region.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";

/** x · kept / (1 - p), kept being 0 with probability p and else 1, one draw for each element of the shape, which broadcasts to x. */
function thin(x: Tensor, shape: Shape, p: number): Tensor {
  const kept = rand(shape).ge(p).to(x.dtype);
  return x.mul(kept.mul(p === 1 ? 0 : 1 / (1 - p)));
}

/** In training each element is 0 with probability p, and the others grow by 1/(1 - p), so that the mean stays; else x itself. */
export class Dropout extends Module implements Layer {
  /** The probability of being left out, 0 to 1. */
  readonly p: number;

  constructor(p = 0.5) {
    super();
    takes("Dropout", arguments.length, 1);
    checkNumber("Dropout", "p", p, { from: 0, to: 1 });
    this.p = p;
  }

  forward(x: Tensor): Tensor {
    checkInput("Dropout.forward", x, arguments.length);
    if (!this.training || this.p === 0) return x;
    return inRegion("dropout", { p: this.p }, () => thin(x, x.shape, this.p));
  }

  override extraRepr(): string {
    return settings([], { p: this.p });
  }
}

/**
 * The same with whole channels of x [N, C, H, W] or [C, H, W], whose neighbouring places say much the same (Tompson et al. 2015).
 * Throws where x has other dims.
 */
export class Dropout2d extends Module implements Layer {
  /** The probability of being left out, 0 to 1. */
  readonly p: number;

  constructor(p = 0.5) {
    super();
    takes("Dropout2d", arguments.length, 1);
    checkNumber("Dropout2d", "p", p, { from: 0, to: 1 });
    this.p = p;
  }

  forward(x: Tensor): Tensor {
    checkInput("Dropout2d.forward", x, arguments.length);
    if (x.ndim !== 3 && x.ndim !== 4)
      throw new ChainruleError(
        "shape",
        "Dropout2d.forward",
        `x is [N, C, H, W] or [C, H, W], not ${describe(x)}; Dropout takes any shape`,
      );
    if (!this.training || this.p === 0) return x;
    return inRegion("dropout2d", { p: this.p }, () => thin(x, [...x.shape.slice(0, -2), 1, 1], this.p));
  }

  override extraRepr(): string {
    return settings([], { p: this.p });
  }
}
