// The beta distribution, on the numbers from 0 to 1.
import { takes } from "../tensor/arguments.ts";
import { digamma, lgamma } from "../tensor/elementary/gamma.ts";
import { xlogy } from "../tensor/elementary/logarithms.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Distribution } from "./distribution.ts";
import { drawGamma, movingGamma } from "./gamma-draws.ts";
import { broadcast, checkPositive, type Parameter } from "./parameters.ts";

const logBeta = (a: Tensor, b: Tensor): Tensor =>
  lgamma(a)
    .add(lgamma(b))
    .sub(lgamma(a.add(b)));

/** The beta distribution with these concentrations, both above 0, which broadcast: x/(x + y) of two gamma draws. */
export class Beta extends Distribution {
  readonly concentration1: Tensor;
  readonly concentration0: Tensor;

  constructor(concentration1: Parameter, concentration0: Parameter) {
    takes("Beta", arguments.length, 2);
    const given = broadcast("Beta", { concentration1, concentration0 });
    checkPositive("Beta", "concentration1", given.concentration1);
    checkPositive("Beta", "concentration0", given.concentration0);
    super(given.shape);
    this.concentration1 = given.concentration1;
    this.concentration0 = given.concentration0;
  }

  get mean(): Tensor {
    return this.concentration1.div(this.concentration1.add(this.concentration0));
  }
  get variance(): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    const total = a.add(b);
    return a.mul(b).div(total.square().mul(total.add(1)));
  }

  protected draw(shape: Shape): Tensor {
    const x = drawGamma(this.concentration1, shape, false).z;
    return x.div(x.add(drawGamma(this.concentration0, shape, false).z));
  }

  protected override reparameterised(shape: Shape): Tensor {
    const x = movingGamma(this.concentration1, shape);
    return x.div(x.add(movingGamma(this.concentration0, shape)));
  }

  /** (a - 1) · log x + (b - 1) · log(1 - x) - log B(a, b) */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    const [a, b] = [this.concentration1, this.concentration0];
    return xlogy(a.sub(1), value)
      .add(xlogy(b.sub(1), value.neg().add(1)))
      .sub(logBeta(a, b));
  }

  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    const [a, b] = [this.concentration1, this.concentration0];
    const total = a.add(b);
    return logBeta(a, b)
      .sub(a.sub(1).mul(digamma(a)))
      .sub(b.sub(1).mul(digamma(b)))
      .add(total.sub(2).mul(digamma(total)));
  }

  divergence(other: Beta): Tensor {
    const [a, b] = [this.concentration1, this.concentration0];
    const [c, d] = [other.concentration1, other.concentration0];
    const shapes = logBeta(c, d).sub(logBeta(a, b));
    const first = a
      .sub(c)
      .mul(digamma(a))
      .add(b.sub(d).mul(digamma(b)));
    return shapes.add(first).add(
      c
        .add(d)
        .sub(a)
        .sub(b)
        .mul(digamma(a.add(b))),
    );
  }
}
