// The Poisson distribution: counts of events that happen at a rate.
import { ChainruleError } from "../errors/error.ts";
import { takes } from "../tensor/arguments.ts";
import { lgamma } from "../tensor/elementary/gamma.ts";
import { xlogy } from "../tensor/elementary/logarithms.ts";
import { logUnit, rand } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Distribution } from "./distribution.ts";
import { exponential, logarithm, positiveUniform } from "./exact.ts";
import { broadcast, checkEach, type Parameter } from "./parameters.ts";

/** Below this rate a draw is found in the distribution function, above it by rejection. */
const fewEvents = 10;

/** The k with P(X < k) ≤ u < P(X ≤ k), for rates below 10: it is below 50, except in one draw of 10¹⁷. */
function byInversion(rate: Tensor, shape: Shape): Tensor {
  const u = rand(shape).to(rate.dtype);
  let p = exponential(rate.neg());
  let total = p;
  let k = u.ge(total).to(rate.dtype);
  for (let i = 1; i < 50; i++) {
    p = p.mul(rate).div(i);
    total = total.add(p);
    k = k.add(u.ge(total).to(rate.dtype));
  }
  return k;
}

/**
 * log of λᵏ · e^-λ / k!, for k from 0: k · (log(1 + r) - r) - log(2πk)/2 - 1/(12k) + 1/(360k³) with r = (λ - k)/k, by Stirling's series; for small r its first factor is a
 * series too, since log(1 + r) and r nearly cancel. log k is log λ - log(λ/k), so that one logarithm is enough.
 */
function logMass(k: Tensor, rate: Tensor, logRate: Tensor): Tensor {
  const n = k.maximum(1);
  const ratio = rate.div(n);
  const r = rate.sub(n).div(n);
  const isSmall = r.abs().lt(0.2);
  const near = r.where(isSmall, 0);
  let series = near.mul(0).add(1 / 12);
  for (let i = 11; i >= 2; i--)
    series = near
      .neg()
      .mul(series)
      .add(1 / i);
  const logRatio = logarithm(ratio.maximum(2 ** -30));
  const first = near.square().mul(series).neg().where(isSmall, logRatio.sub(r));
  const correction = n
    .square()
    .mul(360)
    .reciprocal()
    .sub(1 / 12)
    .div(n);
  const half = logRate
    .sub(logRatio)
    .add(Math.log(2 * Math.PI))
    .mul(0.5);
  return n.mul(first).sub(half).add(correction).where(k.gt(0), rate.neg());
}

/** How many proposals there are for a draw. One in five is rejected at most, so that none is accepted in one draw of 10⁷, which is then ⌊rate⌋. */
const rounds = 10;

/** Hörmann's transformed rejection, PTRS (1993), for rates from 10. */
function byRejection(rate: Tensor, shape: Shape): Tensor {
  const b = rate.sqrt().mul(2.53).add(0.931);
  const a = b.mul(0.02483).sub(0.059);
  const inverse = b.sub(3.4).reciprocal().mul(1.1328).add(1.1239);
  const limit = b.sub(2).reciprocal().mul(-3.6224).add(0.9277);
  const logRate = logarithm(rate);
  let found = rate.floor().expand(shape);
  let isDone = found.lt(0);
  for (let round = 0; round < rounds; round++) {
    const u = rand(shape).to(rate.dtype).sub(0.5);
    const v = positiveUniform(shape, rate);
    const us = u
      .abs()
      .neg()
      .add(0.5)
      .maximum(2 ** -25);
    const k = a.mul(2).div(us).add(b).mul(u).add(rate).add(0.43).floor();
    const isInside = us.ge(0.07).logicalAnd(v.le(limit));
    const isPossible = k.ge(0).logicalAnd(us.lt(0.013).logicalAnd(v.gt(us)).logicalNot());
    // Below e⁻²¹ the height does not matter: no k of such a probability is proposed often enough.
    const height = v
      .mul(inverse)
      .div(a.div(us.square()).add(b))
      .maximum(2 ** -31)
      .minimum(1);
    const accepted = isInside.logicalOr(isPossible.logicalAnd(logUnit(height).le(logMass(k, rate, logRate))));
    found = k.where(accepted.logicalAnd(isDone.logicalNot()), found);
    isDone = isDone.logicalOr(accepted);
  }
  return found;
}

/** The Poisson distribution with this rate, from 0; draws are floating, and whole up to rates of 2²⁴ in float32. */
export class Poisson extends Distribution {
  readonly rate: Tensor;

  constructor(rate: Parameter) {
    takes("Poisson", arguments.length, 1);
    const given = broadcast("Poisson", { rate });
    checkEach("Poisson", "rate", () => given.rate.ge(0), "a number from 0");
    super(given.shape);
    this.rate = given.rate;
  }

  get mean(): Tensor {
    return this.rate;
  }
  get variance(): Tensor {
    return this.rate;
  }

  protected draw(shape: Shape): Tensor {
    const whole = [...shape, ...this.batchShape];
    const isFew = this.rate.lt(fewEvents);
    const few = byInversion(this.rate.minimum(fewEvents), whole);
    return few.where(isFew, byRejection(this.rate.maximum(fewEvents), whole));
  }

  /** k · log λ - λ - log k! */
  logProb(value: Tensor): Tensor {
    takes("logProb", arguments.length, 1);
    return xlogy(value, this.rate)
      .sub(this.rate)
      .sub(lgamma(value.add(1)));
  }

  /** Throws: there is no closed form, and PyTorch has none either. */
  entropy(): Tensor {
    throw new ChainruleError(
      "option",
      "entropy",
      "the entropy of Poisson has no closed form; take the mean of -logProb(sample([n]))",
    );
  }

  divergence(other: Poisson): Tensor {
    return this.rate.mul(this.rate.log().sub(other.rate.log())).sub(this.rate.sub(other.rate));
  }
}
