// Hyperbolic functions and their inverses, composed of expm1, exp and log1p so that they keep their digits near 0 and do not overflow before
// their results do.
import { takes } from "../arguments.ts";
import { pointwise } from "../pointwise.ts";
import type { Tensor } from "../tensor.ts";
import { elementary } from "./elementary.ts";

/** sinh(x/2) = ((eˣᐟ² - 1) - (e⁻ˣᐟ² - 1)) / 2, whose two differences have the same sign. */
function halfSine(x: Tensor): Tensor {
  const half = x.mul(0.5);
  return half.expm1().sub(half.neg().expm1()).mul(0.5);
}

/** f(x) where x is finite, and ±∞ with the gradient ±∞ of x² elsewhere. */
function throughInfinity(x: Tensor, f: (x: Tensor) => Tensor, isOdd: boolean): Tensor {
  const isInfinite = x.abs().eq(Infinity);
  const far = isOdd ? x.mul(x.detach().abs()) : x.mul(x.detach());
  return far.where(isInfinite, f(x.where(isInfinite.logicalNot(), 1)));
}

/** sinh x = 2 sinh(x/2) cosh(x/2) */
const sine = /* @__PURE__ */ pointwise("sinh", (x) =>
  throughInfinity(
    x,
    (t) => {
      const half = t.mul(0.5);
      return halfSine(t).mul(half.exp().add(half.neg().exp()));
    },
    true,
  ),
);

/** cosh x = 1 + 2 sinh²(x/2) */
const cosine = /* @__PURE__ */ pointwise("cosh", (x) =>
  throughInfinity(x, (t) => halfSine(t).square().mul(2).add(1), false),
);

/** From here on x² + 1 is x². */
const large = 1e8;

/**
 * f(|x|) with the sign of x: for |x| < 10⁸ arsinh |x| = ln(1 + |x| (1 + |x| / (1 + √(1 + x²)))), and beyond it ln |x| + ln 2. |x| has the
 * gradient 1 at 0, unlike abs.
 */
const areaSine = /* @__PURE__ */ pointwise("asinh", (x) => {
  const isBelow = x.lt(0);
  const size = x.neg().where(isBelow, x);
  const isLarge = size.gt(large);
  const s = size.where(isLarge.logicalNot(), 1);
  const ratio = s.div(s.square().add(1).sqrt().add(1));
  const near = s.mul(ratio.add(1)).log1p();
  const far = size.where(isLarge, 1).log().add(Math.LN2);
  const y = far.where(isLarge, near.where(x.isnan().logicalNot(), x));
  return y.neg().where(isBelow, y);
});

/** arcosh x = ln(1 + t + √t √(t + 2)) with t = x - 1, and ln x + ln 2 from 10⁸ on. */
const areaCosine = /* @__PURE__ */ pointwise("acosh", (x) => {
  const isLarge = x.gt(large);
  const t = x.where(isLarge.logicalNot(), 2).sub(1);
  const near = t.add(t.sqrt().mul(t.add(2).sqrt())).log1p();
  return x.where(isLarge, 1).log().add(Math.LN2).where(isLarge, near);
});

/** artanh x = (ln(1 + x) - ln(1 - x)) / 2 */
const areaTangent = /* @__PURE__ */ pointwise("atanh", (x) => x.log1p().sub(x.neg().log1p()).mul(0.5));

/** sinh x = (eˣ - e⁻ˣ) / 2 */
export function sinh(x: Tensor): Tensor {
  takes("sinh", arguments.length, 1);
  return elementary("sinh", x, sine);
}

/** cosh x = (eˣ + e⁻ˣ) / 2 */
export function cosh(x: Tensor): Tensor {
  takes("cosh", arguments.length, 1);
  return elementary("cosh", x, cosine);
}

/** arsinh x = ln(x + √(x² + 1)), the inverse of sinh. */
export function asinh(x: Tensor): Tensor {
  takes("asinh", arguments.length, 1);
  return elementary("asinh", x, areaSine);
}

/** arcosh x = ln(x + √(x² - 1)), the inverse of cosh for x ≥ 0; NaN below 1. */
export function acosh(x: Tensor): Tensor {
  takes("acosh", arguments.length, 1);
  return elementary("acosh", x, areaCosine);
}

/** artanh x = ln((1 + x) / (1 - x)) / 2, the inverse of tanh; ±∞ at ±1, NaN beyond. */
export function atanh(x: Tensor): Tensor {
  takes("atanh", arguments.length, 1);
  return elementary("atanh", x, areaTangent);
}
