// The uniform distribution.
import { takes } from "../tensor/arguments.ts";
import { constant } from "../tensor/promotion.ts";
import { rand } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Distribution } from "./distribution.ts";
import { broadcast, checkEach, type Parameter } from "./parameters.ts";

/** The uniform distribution on [low, high), which broadcast. Throws unless low is below high. */
export class Uniform extends Distribution {
  readonly low: Tensor;
  readonly high: Tensor;

  constructor(low: Parameter, high: Parameter) {
    takes("Uniform", arguments.length, 2);
    const given = broadcast("Uniform", { low, high });
    checkEach("Uniform", "low", () => given.low.lt(given.high), "below high");
    super(given.shape);
    this.low = given.low;
    this.high = given.high;
  }

  get mean(): Tensor {
    return this.low.add(this.high).div(2);
  }
  get variance(): Tensor {
    return this.high.sub(this.low).square().div(12);
  }

  protected draw(shape: Shape): Tensor {
    return this.reparameterised(shape);
  }

  protected override reparameterised(shape: Shape): Tensor {
    const place = rand([...shape, ...this.batchShape]).to(this.low.dtype);
    return place.mul(this.high.sub(this.low)).add(this.low);
  }

  /** -log(high - low) from low up to, but without, high; -∞ elsewhere. */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    const isInside = value.ge(this.low).logicalAnd(value.lt(this.high));
    const inside = this.high.sub(this.low).log().neg();
    return inside.expand(isInside.shape).where(isInside, -Infinity);
  }

  /** log(high - low) */
  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    return this.high.sub(this.low).log();
  }

  /** log of the ratio of the widths; ∞ where the other one does not cover this one. */
  divergence(other: Uniform): Tensor {
    const ratio = other.high.sub(other.low).div(this.high.sub(this.low)).log();
    const isCovered = other.low.le(this.low).logicalAnd(other.high.ge(this.high));
    return ratio.where(isCovered, constant(ratio, Infinity));
  }
}
