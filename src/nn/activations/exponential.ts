// Activations that are x where x is positive, and approach a constant by an exponential where it is negative.
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { pointwise } from "../../tensor/pointwise.ts";
import { floating, type Operand } from "../../tensor/promotion.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/**
 * scale · x where x > 0, else scale · alpha · (e^(x · rate) - 1); NaN is taken for positive. The exponential is of 0 where it is not used, so that it
 * cannot overflow.
 */
function exponential(x: Tensor, alpha: Operand, rate: Operand = 1, scale: Operand = 1): Tensor {
  const isNegative = x.le(0);
  const negative = x.where(isNegative, 0);
  const exponent = rate === 1 ? negative : negative.mul(rate);
  const y = exponent.expm1().mul(alpha).where(isNegative, x);
  return scale === 1 ? y : y.mul(scale);
}

const eluOf = pointwise<["alpha"]>("elu", (x, alpha) => exponential(x, alpha));
const celuOf = pointwise<["alpha", "rate"]>("celu", (x, alpha, rate) => exponential(x, alpha, rate));
// The constants with which the mean 0 and the variance 1 are a fixed point of a layer (Klambauer et al. 2017).
const [seluAlpha, seluScale] = [1.6732632423543772, 1.0507009873554805];
const seluOf = pointwise("selu", (x) => exponential(x, seluAlpha, 1, seluScale));

/** x where x > 0, else alpha · (eˣ - 1) (Clevert et al. 2016). */
export function elu(x: Tensor, alpha = 1): Tensor {
  takes("elu", arguments.length, 2);
  checkTensor("elu", "x", x);
  checkNumber("elu", "alpha", alpha);
  return eluOf(floating(x), { alpha });
}

/** 1.0507 · elu(x, 1.6733): layers of it keep mean 0 and variance 1 by themselves (Klambauer et al. 2017). */
export function selu(x: Tensor): Tensor {
  takes("selu", arguments.length, 1);
  checkTensor("selu", "x", x);
  return seluOf(floating(x));
}

/** x where x > 0, else alpha · (e^(x/alpha) - 1), whose slope at 0 is 1 for every alpha (Barron 2017). Throws if alpha is 0. */
export function celu(x: Tensor, alpha = 1): Tensor {
  takes("celu", arguments.length, 2);
  checkTensor("celu", "x", x);
  checkAlpha("celu", alpha);
  return celuOf(floating(x), { alpha, rate: 1 / alpha });
}

function checkAlpha(call: string, alpha: number): void {
  checkNumber(call, "alpha", alpha, alpha < 0 ? {} : { above: 0 });
}

/** Applies elu: x where x > 0, else alpha · (eˣ - 1) (Clevert et al. 2016). */
export class ELU extends Module implements Layer {
  /** The negative of the limit at -∞. */
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    takes("ELU", arguments.length, 1);
    checkNumber("ELU", "alpha", alpha);
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    checkInput("ELU.forward", x, arguments.length);
    return elu(x, this.alpha);
  }

  override extraRepr(): string {
    return settings([], { alpha: this.alpha });
  }
}

/** Applies selu: 1.0507 · elu(x, 1.6733) (Klambauer et al. 2017). */
export class SELU extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("SELU.forward", x, arguments.length);
    return selu(x);
  }
}

/** Applies celu: x where x > 0, else alpha · (e^(x/alpha) - 1) (Barron 2017). */
export class CELU extends Module implements Layer {
  /** The negative of the limit at -∞; not 0. */
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    takes("CELU", arguments.length, 1);
    checkAlpha("CELU", alpha);
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    checkInput("CELU.forward", x, arguments.length);
    return celu(x, this.alpha);
  }

  override extraRepr(): string {
    return settings([], { alpha: this.alpha });
  }
}
