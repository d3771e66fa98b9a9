// The Dirichlet distribution, on probabilities of several classes.
import { takes } from "../tensor/arguments.ts";
import { digamma, lgamma } from "../tensor/elementary/gamma.ts";
import { xlogy } from "../tensor/elementary/logarithms.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Distribution } from "./distribution.ts";
import { orderedSum } from "./exact.ts";
import { drawGamma, movingGamma } from "./gamma-draws.ts";
import { broadcast, checkClasses, checkPositive } from "./parameters.ts";

/** The Dirichlet distribution with concentrations [..., classes], above 0: gamma draws divided by their sum. */
export class Dirichlet extends Distribution {
  readonly concentration: Tensor;

  constructor(concentration: Tensor) {
    takes("Dirichlet", arguments.length, 1);
    const given = broadcast("Dirichlet", { concentration }).concentration;
    checkClasses("Dirichlet", given);
    checkPositive("Dirichlet", "concentration", given);
    super(given.shape.slice(0, -1), given.shape.slice(-1));
    this.concentration = given;
  }

  get mean(): Tensor {
    return this.concentration.div(this.concentration.sum(-1, true));
  }
  get variance(): Tensor {
    const a = this.concentration;
    const total = a.sum(-1, true);
    return a.mul(total.sub(a)).div(total.square().mul(total.add(1)));
  }

  protected draw(shape: Shape): Tensor {
    const z = drawGamma(this.concentration, shape, false).z;
    return z.div(orderedSum(z));
  }

  protected override reparameterised(shape: Shape): Tensor {
    const z = movingGamma(this.concentration, shape);
    return z.div(orderedSum(z));
  }

  /** Σ (aᵢ - 1) · log xᵢ + log Γ(Σ aᵢ) - Σ log Γ(aᵢ) */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    const a = this.concentration;
    return xlogy(a.sub(1), value)
      .sum(-1)
      .add(lgamma(a.sum(-1)))
      .sub(lgamma(a).sum(-1));
  }

  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    const a = this.concentration;
    const total = a.sum(-1);
    const classes = this.eventShape[0];
    return lgamma(a)
      .sum(-1)
      .sub(lgamma(total))
      .sub(total.neg().add(classes).mul(digamma(total)))
      .sub(a.sub(1).mul(digamma(a)).sum(-1));
  }

  divergence(other: Dirichlet): Tensor {
    const [a, b] = [this.concentration, other.concentration];
    const [total, otherTotal] = [a.sum(-1), b.sum(-1)];
    const shapes = lgamma(total)
      .sub(lgamma(otherTotal))
      .sub(lgamma(a).sub(lgamma(b)).sum(-1));
    return shapes.add(
      a
        .sub(b)
        .mul(digamma(a).sub(digamma(total).unsqueeze(-1)))
        .sum(-1),
    );
  }
}
