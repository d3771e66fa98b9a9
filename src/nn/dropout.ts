// Dropout: in training, random elements are set to 0, so that a net learns not to rely on any one of them (Srivastava et al. 2014).
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

/** x · mask / (1 - p). The mask, of a shape that broadcasts to x, has one draw an element: 0 with probability p, else 1. */
export function dropElements(x: Tensor, shape: Shape, p: number): Tensor {
  const mask = rand(shape).ge(p).to(x.dtype);
  return x.mul(mask.mul(p === 1 ? 0 : 1 / (1 - p)));
}

/**
 * In training, sets each element to 0 with probability p and multiplies the others by 1/(1 - p), so that the expected value stays the
 * same; in evaluation, returns x itself.
 */
export class Dropout extends Module implements Layer {
  /** The probability that an element is set to 0, from 0 to 1. */
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
    return inRegion("dropout", { p: this.p }, () => dropElements(x, x.shape, this.p));
  }

  override extraRepr(): string {
    return settings([], { p: this.p });
  }
}

/**
 * Dropout of whole channels of x [N, C, H, W] or [C, H, W]: the neighbouring elements of a channel are strongly correlated, so that
 * dropping single ones removes little (Tompson et al. 2015). Throws if x has another number of dims.
 */
export class Dropout2d extends Module implements Layer {
  /** The probability that a channel is set to 0, from 0 to 1. */
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
    return inRegion("dropout2d", { p: this.p }, () => dropElements(x, [...x.shape.slice(0, -2), 1, 1], this.p));
  }

  override extraRepr(): string {
    return settings([], { p: this.p });
  }
}
