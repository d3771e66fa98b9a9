// Activations without corners.
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { softplus } from "../../tensor/composites.ts";
import { pointwise } from "../../tensor/pointwise.ts";
import { floating } from "../../tensor/promotion.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

const mishOf = pointwise("mish", (x) => x.mul(softplus(x).tanh()));
const softsignOf = pointwise("softsign", (x) => x.div(x.abs().add(1)));
const tanhshrinkOf = pointwise("tanhshrink", (x) => x.sub(x.tanh()));
// min(x, 0) - log(1 + e^-|x|), written with `where` so that the slope at 0 is ½.
const logsigmoidOf = pointwise("logsigmoid", (x) => {
  const isNegative = x.lt(0);
  const exponent = x.where(isNegative, x.neg());
  return x.where(isNegative, 0).sub(exponent.exp().log1p());
});

/** x · tanh(log(1 + eˣ)) (Misra 2020). */
export function mish(x: Tensor): Tensor {
  takes("mish", arguments.length, 1);
  checkTensor("mish", "x", x);
  return mishOf(floating(x));
}

/** x / (1 + |x|). */
export function softsign(x: Tensor): Tensor {
  takes("softsign", arguments.length, 1);
  checkTensor("softsign", "x", x);
  return softsignOf(floating(x));
}

/** x - tanh x. */
export function tanhshrink(x: Tensor): Tensor {
  takes("tanhshrink", arguments.length, 1);
  checkTensor("tanhshrink", "x", x);
  return tanhshrinkOf(floating(x));
}

/** log(1 / (1 + e⁻ˣ)), computed as min(x, 0) - log(1 + e^-|x|), which does not overflow. */
export function logsigmoid(x: Tensor): Tensor {
  takes("logsigmoid", arguments.length, 1);
  checkTensor("logsigmoid", "x", x);
  return logsigmoidOf(floating(x));
}

/** Applies mish: x · tanh(log(1 + eˣ)) (Misra 2020). */
export class Mish extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Mish.forward", x, arguments.length);
    return mish(x);
  }
}

/** Applies softsign: x / (1 + |x|). */
export class Softsign extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Softsign.forward", x, arguments.length);
    return softsign(x);
  }
}

/** Applies tanhshrink: x - tanh x. */
export class Tanhshrink extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Tanhshrink.forward", x, arguments.length);
    return tanhshrink(x);
  }
}

/** Applies logsigmoid: log(1 / (1 + e⁻ˣ)). */
export class LogSigmoid extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("LogSigmoid.forward", x, arguments.length);
    return logsigmoid(x);
  }
}

/** log(1 + e^(beta · x)) / beta; x itself where beta · x is above the threshold. */
export class Softplus extends Module implements Layer {
  /** The factor of x inside the exponential. */
  readonly beta: number;
  /** Where beta · x is above it, the result is x. */
  readonly threshold: number;

  constructor(beta = 1, threshold = 20) {
    super();
    takes("Softplus", arguments.length, 2);
    checkNumber("Softplus", "beta", beta);
    checkNumber("Softplus", "threshold", threshold);
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(x: Tensor): Tensor {
    checkInput("Softplus.forward", x, arguments.length);
    return x.softplus(this.beta, this.threshold);
  }

  override extraRepr(): string {
    return settings([], { beta: this.beta, threshold: this.threshold });
  }
}
