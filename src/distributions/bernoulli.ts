// The Bernoulli distribution: 1 with a probability, else 0.
import { takes } from "../tensor/arguments.ts";
import { constant } from "../tensor/promotion.ts";
import { rand } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Distribution } from "./distribution.ts";
import { type ChoiceParameters, checkEach, choiceOf, limited } from "./parameters.ts";

/** log(1 + eˣ) = max(x, 0) + log(1 + e^-|x|), with the slope ½ at 0. */
function softplus(x: Tensor): Tensor {
  const isNegative = x.lt(0);
  return x.where(isNegative.logicalNot(), 0).add(x.where(isNegative, x.neg()).exp().log1p());
}

/** 1 with probability p, else 0: { probs: p }, from 0 to 1, or { logits: log(p / (1 - p)) }. */
export class Bernoulli extends Distribution {
  readonly probs: Tensor;
  readonly logits: Tensor;

  constructor(parameters: ChoiceParameters) {
    takes("Bernoulli", arguments.length, 1);
    const { name, given } = choiceOf("Bernoulli", parameters);
    if (name === "probs") checkEach("Bernoulli", "probs", () => given.le(1), "a number from 0 to 1");
    super(given.shape);
    this.probs = name === "probs" ? given : given.sigmoid();
    const p = limited(given);
    this.logits = name === "logits" ? given : p.log().sub(p.neg().log1p());
  }

  get mean(): Tensor {
    return this.probs;
  }
  get variance(): Tensor {
    return this.probs.mul(this.probs.neg().add(1));
  }

  protected draw(shape: Shape): Tensor {
    const place = rand([...shape, ...this.batchShape]).to(this.probs.dtype);
    return place.lt(this.probs).to(this.probs.dtype);
  }

  /** value · log p + (1 - value) · log(1 - p), from the logits x: value · x - log(1 + eˣ). */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    return value.mul(this.logits).sub(softplus(this.logits));
  }

  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    return softplus(this.logits).sub(this.probs.mul(this.logits));
  }

  /** p · log(p/q) + (1 - p) · log((1 - p)/(1 - q)), where 0 · log 0 is 0. */
  divergence(other: Bernoulli): Tensor {
    const [p, q] = [this.probs, other.probs];
    const ones = p.mul(softplus(other.logits.neg()).sub(softplus(this.logits.neg())));
    const zeros = p
      .neg()
      .add(1)
      .mul(softplus(other.logits).sub(softplus(this.logits)));
    const side = (term: Tensor, never: Tensor, impossible: Tensor) =>
      constant(term, 0).where(never, constant(term, Infinity).where(impossible, term));
    return side(ones, p.eq(0), q.eq(0)).add(side(zeros, p.eq(1), q.eq(1)));
  }
}
