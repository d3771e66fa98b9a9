// ln |Γ(x)| and its derivative, digamma. The polynomial comes from scripts/special-functions.py.
import { takes } from "../arguments.ts";
import { pointwise } from "../pointwise.ts";
import { constant } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { elementary, isNegative, polynomial } from "./elementary.ts";

/** ln Γ(2 + s) / s in s, for |s| ≤ 1/2. */
const nearTwo = [
  0.42278433509846713, 0.32246703342411326, -0.0673523010531981, 0.02058080842778038, -0.0073855510286719986,
  0.002890510331034267, -0.0011927539118428156, 0.0005096695154115458, -0.00022315475400520507, 9.945767355819498e-5,
  -4.49263133791557e-5, 2.0505590755833454e-5, -9.438715099211534e-6, 4.38470440459836e-6, -2.0439048107029907e-6,
  9.200527894968101e-7, -4.3252393445604814e-7, 2.78740805211359e-7, -1.3219945666117874e-7,
];

/** Stirling's series: ln Γ(x) = (x - 1/2) ln x - x + ln(2π)/2 + 1/x · Σ cₖ x⁻²ᵏ, with cₖ = B₂ₖ₊₂ / ((2k + 1)(2k + 2)). */
const stirling = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
  -174611 / 125400,
];

/** ψ(x) = ln x - 1/(2x) - 1/x² · Σ cₖ x⁻²ᵏ, with cₖ = B₂ₖ₊₂ / (2k + 2). */
const asymptotic = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160];

/** From here on Stirling's series has the digits of float64. */
const large = 8;

/** sin πx, whose argument is reduced exactly: x - round x. */
function sineOfHalfTurns(x: Tensor): Tensor {
  const whole = x.detach().round();
  const sine = x.sub(whole).mul(Math.PI).sin();
  const isOdd = whole.sub(whole.div(2).floor().mul(2)).eq(1);
  return sine.neg().where(isOdd, sine);
}

/**
 * ln Γ(x) for 0 < x < 8. Γ(x) = (x - 1) Γ(x - 1) leads from 2.5 on down to u = 2 + s with |s| ≤ 1/2, where ln Γ(2 + s) = s · p(s) keeps its digits
 * beside its root 2. Below 1.5, where s is x - 1, ln Γ(x) = s · p(s) - ln(1 + s), and below 1/2, where s is x, ln x is subtracted too.
 */
function logGammaOfSmall(x: Tensor): Tensor {
  let u = x;
  let product = constant(x, 1);
  for (let step = 0; step < 6; step++) {
    const isLarge = u.detach().ge(2.5);
    const smaller = u.sub(1);
    product = product.mul(smaller.where(isLarge, 1));
    u = smaller.where(isLarge, u);
  }
  const [isBelow, isNearZero] = [x.detach().lt(1.5), x.detach().lt(0.5)];
  const s = x.where(isNearZero, x.sub(1).where(isBelow, u.sub(2)));
  const below = s.where(isBelow, 0).log1p().add(x.where(isNearZero, 1).log());
  return s.mul(polynomial(s, nearTwo)).add(product.log()).sub(below);
}

function logGammaOfLarge(x: Tensor): Tensor {
  const series = polynomial(x.square().reciprocal(), stirling).div(x);
  const main = x.log().sub(1).mul(x.sub(0.5));
  return main.add(series).add(Math.log(2 * Math.PI) / 2 - 0.5);
}

/** ln Γ(x) for x > 0. */
function logGammaOfPositive(x: Tensor): Tensor {
  const isLarge = x.detach().ge(large);
  const isInfinite = x.detach().eq(Infinity);
  const big = x.where(isLarge.logicalAnd(isInfinite.logicalNot()), large);
  const y = logGammaOfLarge(big).where(isLarge, logGammaOfSmall(x.where(isLarge.logicalNot(), 2)));
  return x.mul(x.detach()).where(isInfinite, y);
}

/** By the reflection Γ(x) Γ(-x) = -π / (x sin πx) for x < 0; ∞ at 0, -1, -2, ... */
const logGamma = /* @__PURE__ */ pointwise("lgamma", (x) => {
  const value = x.detach();
  const isBelow = value.lt(0);
  const isPole = value.le(0).logicalAnd(value.eq(value.floor()));
  const size = x.neg().where(isBelow, x).where(isPole.logicalNot(), 0.5);
  const positive = logGammaOfPositive(size);
  const isReflected = isBelow.logicalAnd(isPole.logicalNot());
  const sine = sineOfHalfTurns(size.where(isReflected, 0.5));
  const mirror = size.where(isReflected, 1).mul(sine.mul(sine.detach().sign())).log().neg().add(Math.log(Math.PI));
  const y = mirror.sub(positive).where(isReflected, positive);
  return constant(x, Infinity).where(isPole, y);
});

/** ψ(x) for x > 0: ψ(x) = ψ(x + 1) - 1/x leads up to 10, from where on the series has the digits of float64. */
function digammaOfPositive(x: Tensor): Tensor {
  let u = x;
  let sum = constant(x, 0);
  for (let step = 0; step < 10; step++) {
    const isSmall = u.detach().lt(10);
    sum = sum.add(u.where(isSmall, 1).reciprocal().where(isSmall, 0));
    u = u.add(1).where(isSmall, u);
  }
  const inverse = u.reciprocal();
  const series = polynomial(inverse.square(), asymptotic).mul(inverse.square());
  return u.log().sub(inverse.mul(0.5)).sub(series).sub(sum);
}

/** By the reflection ψ(x) = ψ(1 - x) - π / tan πx for x < 0; ∓∞ at ±0, NaN at -1, -2, ... and -∞. */
const derivative = /* @__PURE__ */ pointwise("digamma", (x) => {
  const value = x.detach();
  const isBelow = value.lt(0);
  const isWhole = value.le(0).logicalAnd(value.eq(value.floor()));
  const isReflected = isBelow.logicalAnd(isWhole.logicalNot());
  const y = digammaOfPositive(
    x
      .neg()
      .add(1)
      .where(isReflected, x.where(value.gt(0).logicalOr(value.isnan()), 1)),
  );
  const angle = x.sub(value.round()).where(isReflected, 0.25).mul(Math.PI);
  const reflected = y.sub(angle.cos().div(angle.sin()).mul(Math.PI));
  const atZero = constant(x, Infinity).where(isNegative(value), -Infinity);
  const atWhole = atZero.where(value.eq(0), Number.NaN);
  return atWhole.where(isWhole, reflected.where(isReflected, y));
});

/** ln |Γ(x)|; ∞ at 0, -1, -2, ... Its gradient is digamma. */
export function lgamma(x: Tensor): Tensor {
  takes("lgamma", arguments.length, 1);
  return elementary("lgamma", x, logGamma);
}

/** ψ(x) = Γ'(x) / Γ(x), the derivative of lgamma. */
export function digamma(x: Tensor): Tensor {
  takes("digamma", arguments.length, 1);
  return elementary("digamma", x, derivative);
}
