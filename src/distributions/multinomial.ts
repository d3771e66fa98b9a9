// The multinomial distribution: how often each class is drawn in several independent draws.
import { checkWhole } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { tensor } from "../tensor/create.ts";
import { lgamma } from "../tensor/elementary/gamma.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { drawClasses, normalised } from "./categorical.ts";
import { Distribution } from "./distribution.ts";
import { type ChoiceParameters, checkClasses, choiceOf } from "./parameters.ts";

/** Counts of classes, [..., classes], in totalCount draws with replacement; the probabilities as in Categorical. */
export class Multinomial extends Distribution {
  readonly totalCount: number;
  readonly probs: Tensor;
  readonly logits: Tensor;
  readonly #given: { readonly name: "probs" | "logits"; readonly given: Tensor };

  constructor(totalCount: number, parameters: ChoiceParameters) {
    takes("Multinomial", arguments.length, 2);
    checkWhole("Multinomial", "totalCount", totalCount, { from: 0 });
    const given = choiceOf("Multinomial", parameters);
    checkClasses("Multinomial", given.given);
    super(given.given.shape.slice(0, -1), given.given.shape.slice(-1));
    const { probs, logits } = normalised(given);
    this.totalCount = totalCount;
    this.probs = probs;
    this.logits = logits;
    this.#given = given;
  }

  get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }
  get variance(): Tensor {
    return this.probs.mul(this.probs.neg().add(1)).mul(this.totalCount);
  }

  protected draw(shape: Shape): Tensor {
    const classes = drawClasses(this.#given, [this.totalCount, ...shape]);
    return classes.oneHot(this.eventShape[0]).sum(0).to(this.probs.dtype);
  }

  /** log n! - Σ log xᵢ! + Σ xᵢ · log pᵢ, where 0 · log 0 is 0. */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    const isNever = value.eq(0).logicalAnd(this.logits.eq(-Infinity));
    const terms = value.mul(this.logits.expand(isNever.shape).where(isNever.logicalNot(), 0));
    const orders = lgamma(value.sum(-1).add(1)).sub(lgamma(value.add(1)).sum(-1));
    return orders.add(terms.sum(-1));
  }

  /** n · H - log n! + Σᵢ E[log xᵢ!], where xᵢ is binomial, and H is the entropy of one draw. */
  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    const n = this.totalCount;
    const counts = tensor(Float64Array.from({ length: n + 1 }, (_, k) => k)).to(this.probs.dtype);
    const orders = lgamma(counts.add(1));
    const whole = lgamma(tensor(n + 1, { dtype: this.probs.dtype }));
    const ways = whole.sub(orders).sub(orders.flip(0));
    const logits = this.logits.unsqueeze(-1);
    const others = this.probs.neg().log1p().unsqueeze(-1);
    const weighed = (logarithm: Tensor, times: Tensor) => logarithm.mul(times).where(times.ne(0), 0);
    const logp = ways.add(weighed(logits, counts)).add(weighed(others, counts.neg().add(n)));
    const expected = logp.exp().mul(orders).sum([-2, -1]);
    const one = this.logits.mul(this.probs).sum(-1).neg();
    return one.mul(n).sub(whole).add(expected);
  }

  /** n times the divergence of one draw. Throws unless both have as many draws. */
  divergence(other: Multinomial): Tensor {
    checkWhole("klDivergence", "totalCount of both", other.totalCount, { from: this.totalCount, to: this.totalCount });
    return this.probs.mul(this.logits.sub(other.logits)).sum(-1).mul(this.totalCount);
  }
}
