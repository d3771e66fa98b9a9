// The gamma distribution.
import { takes } from "../tensor/arguments.ts";
import { digamma, lgamma } from "../tensor/elementary/gamma.ts";
import { xlogy } from "../tensor/elementary/logarithms.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Distribution } from "./distribution.ts";
import { drawGamma, movingGamma } from "./gamma-draws.ts";
import { broadcast, checkPositive, type Parameter } from "./parameters.ts";

/** The gamma distribution with these parameters, both above 0, which broadcast; its mean is concentration / rate. */
export class Gamma extends Distribution {
  readonly concentration: Tensor;
  readonly rate: Tensor;

  constructor(concentration: Parameter, rate: Parameter) {
    takes("Gamma", arguments.length, 2);
    const given = broadcast("Gamma", { concentration, rate });
    checkPositive("Gamma", "concentration", given.concentration);
    checkPositive("Gamma", "rate", given.rate);
    super(given.shape);
    this.concentration = given.concentration;
    this.rate = given.rate;
  }

  get mean(): Tensor {
    return this.concentration.div(this.rate);
  }
  get variance(): Tensor {
    return this.concentration.div(this.rate.square());
  }

  protected draw(shape: Shape): Tensor {
    return drawGamma(this.concentration, shape, false).z.div(this.rate);
  }

  protected override reparameterised(shape: Shape): Tensor {
    return movingGamma(this.concentration, shape).div(this.rate);
  }

  /** a · log b + (a - 1) · log x - b · x - log Γ(a) */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    const [a, b] = [this.concentration, this.rate];
    return xlogy(a, b)
      .add(xlogy(a.sub(1), value))
      .sub(b.mul(value))
      .sub(lgamma(a));
  }

  /** a - log b + log Γ(a) + (1 - a) · ψ(a) */
  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    const a = this.concentration;
    return a
      .sub(this.rate.log())
      .add(lgamma(a))
      .add(a.neg().add(1).mul(digamma(a)));
  }

  divergence(other: Gamma): Tensor {
    const [a, b] = [this.concentration, this.rate];
    const rates = other.concentration.mul(b.div(other.rate).log());
    const shapes = lgamma(other.concentration).sub(lgamma(a));
    const means = a.sub(other.concentration).mul(digamma(a));
    return rates
      .add(shapes)
      .add(means)
      .add(other.rate.sub(b).mul(a.div(b)));
  }
}
