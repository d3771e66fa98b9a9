// The categorical distribution: one of several classes.
import { takes } from "../tensor/arguments.ts";
import { constant } from "../tensor/promotion.ts";
import { logUnit } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { within } from "../tensor/within.ts";
import { Distribution } from "./distribution.ts";
import { logarithm, positiveUniform } from "./exact.ts";
import { type ChoiceParameters, checkClasses, choiceOf, limited, tiny } from "./parameters.ts";

/** Probabilities that add up to 1, and their logarithms, from what was given. */
export function normalised({ name, given }: { name: "probs" | "logits"; given: Tensor }) {
  if (name === "logits") return { probs: given.softmax(-1), logits: given.logSoftmax(-1) };
  const probs = given.div(given.sum(-1, true));
  return { probs, logits: limited(probs).log() };
}

/**
 * The classes of draws, int32 [...shape, ...batch]: the winner of a race in which class i arrives at E / pᵢ, with E from the exponential distribution. With
 * logits it is the largest of logit - log E. The parameters are taken as they were given, so that the same ones give the same draws everywhere.
 */
export function drawClasses({ name, given }: { name: "probs" | "logits"; given: Tensor }, shape: Shape): Tensor {
  const places = positiveUniform([...shape, ...given.shape], given);
  const arrival = logUnit(places).neg().maximum(tiny);
  const scores = name === "probs" ? given.div(arrival) : given.sub(logarithm(arrival.maximum(2 ** -30)));
  return scores.argmax(-1);
}

/** One of several classes, int32: { probs }, [..., classes], which are divided by their sum, or { logits }, logarithms up to a constant. */
export class Categorical extends Distribution {
  readonly probs: Tensor;
  readonly logits: Tensor;
  readonly #given: { readonly name: "probs" | "logits"; readonly given: Tensor };

  constructor(parameters: ChoiceParameters) {
    takes("Categorical", arguments.length, 1);
    const given = choiceOf("Categorical", parameters);
    checkClasses("Categorical", given.given);
    super(given.given.shape.slice(0, -1));
    const { probs, logits } = normalised(given);
    this.probs = probs;
    this.logits = logits;
    this.#given = given;
  }

  /** NaN: classes have no order. */
  get mean(): Tensor {
    return constant(this.probs.sum(-1), Number.NaN);
  }
  /** NaN: classes have no order. */
  get variance(): Tensor {
    return this.mean;
  }

  protected draw(shape: Shape): Tensor {
    return drawClasses(this.#given, shape);
  }

  /** The logarithm of the probability of each class in the value, int32 or uint8, which broadcasts with the batch. */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    return within("logProb", () => {
      const classes = value.to("int32").add(constant(this.probs.sum(-1), 0, "int32"));
      const logits = this.logits.expand([...classes.shape, this.logits.shape[this.logits.ndim - 1]]);
      return logits.gather(-1, classes.unsqueeze(-1)).squeeze(-1);
    });
  }

  /** -Σ p · log p */
  entropy(): Tensor {
    takes("entropy", arguments.length, 0);
    const least = this.logits.dtype === "float64" ? -Number.MAX_VALUE : -3.4028234663852886e38;
    return this.logits.maximum(least).mul(this.probs).sum(-1).neg();
  }

  /** Σ p · (log p - log q); ∞ where a q is 0 and its p is not. */
  divergence(other: Categorical): Tensor {
    const terms = this.probs.mul(this.logits.sub(other.logits));
    const possible = constant(terms, Infinity).where(other.probs.eq(0), terms);
    return constant(terms, 0).where(this.probs.eq(0), possible).sum(-1);
  }
}
