// Activation functions as layers: the nonlinearities between linear layers, without which two linear layers would compute no more
// than one. They take any shape and work element by element, except Softmax and LogSoftmax, which work along a dim.
import { takes } from "../tensor/arguments.ts";
import { type GeluOptions, isApproximated } from "../tensor/gelu-options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";

/** max(x, 0) */
export class ReLU extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("ReLU.forward", x, arguments.length);
    return x.relu();
  }
}

/** x where x > 0, else negativeSlope · x (Maas et al. 2013). */
export class LeakyReLU extends Module implements Layer {
  /** The slope below 0. */
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    takes("LeakyReLU", arguments.length, 1);
    this.negativeSlope = negativeSlope;
  }

  forward(x: Tensor): Tensor {
    checkInput("LeakyReLU.forward", x, arguments.length);
    return x.leakyRelu(this.negativeSlope);
  }

  override extraRepr(): string {
    return settings([], { negativeSlope: this.negativeSlope });
  }
}

/**
 * x · Φ(x), where Φ is the cumulative distribution function of the standard normal distribution. It is computed with erf; with
 * { approximate: "tanh" } by the tanh approximation (Hendrycks and Gimpel 2016).
 */
export class GELU extends Module implements Layer {
  /** "tanh" for the approximation, else "none". */
  readonly approximate: "none" | "tanh";

  constructor(options: GeluOptions = {}) {
    super();
    takes("GELU", arguments.length, 1);
    this.approximate = isApproximated("GELU", options) ? "tanh" : "none";
  }

  forward(x: Tensor): Tensor {
    checkInput("GELU.forward", x, arguments.length);
    return this.approximate === "tanh" ? x.gelu({ approximate: "tanh" }) : x.gelu();
  }

  override extraRepr(): string {
    return settings([], { approximate: this.approximate === "none" ? undefined : this.approximate });
  }
}

/** x · sigmoid(x) (Elfwing et al. 2018). */
export class SiLU extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("SiLU.forward", x, arguments.length);
    return x.silu();
  }
}

/** tanh x */
export class Tanh extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Tanh.forward", x, arguments.length);
    return x.tanh();
  }
}

/** 1 / (1 + e⁻ˣ) */
export class Sigmoid extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Sigmoid.forward", x, arguments.length);
    return x.sigmoid();
  }
}

/** eˣ / Σ eˣ along `dim`, by default the last one. Throws if x has no such dim. */
export class Softmax extends Module implements Layer {
  /** The dim along which the results add up to 1; negative numbers count from the end. */
  readonly dim: number;

  constructor(dim = -1) {
    super();
    takes("Softmax", arguments.length, 1);
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    checkInput("Softmax.forward", x, arguments.length);
    return x.softmax(this.dim);
  }

  override extraRepr(): string {
    return settings([], { dim: this.dim });
  }
}

/** x - log Σ eˣ along `dim`, by default the last one: the input that nllLoss takes. Throws if x has no such dim. */
export class LogSoftmax extends Module implements Layer {
  /** The dim along which the probabilities add up to 1; negative numbers count from the end. */
  readonly dim: number;

  constructor(dim = -1) {
    super();
    takes("LogSoftmax", arguments.length, 1);
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    checkInput("LogSoftmax.forward", x, arguments.length);
    return x.logSoftmax(this.dim);
  }

  override extraRepr(): string {
    return settings([], { dim: this.dim });
  }
}
