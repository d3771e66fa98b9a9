// What the functions of this folder share. They are compositions, so gradients of any order, compiled programs and other formats follow. A
// branch that where does not choose must not be infinite or NaN, since 0 · ∞ is NaN in the gradient: such branches get other arguments there.
import { checkTensor } from "../arguments.ts";
import { floating } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** Runs a function of one tensor, whose integers become float32. */
export function elementary(call: string, x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  checkTensor(call, "x", x);
  return within(call, () => compute(floating(x)));
}

/**
 * The value of `exact` with the gradients of `base`. The two are nearly equal, but `base` loses digits, such as 1 - erf x, and the
 * gradients of `exact`, such as those of a polynomial that is fitted to erfc, are not exact. base + (exact - base) is `exact` to the last
 * digit, since the difference of two neighbouring numbers has no rounding; infinities are those of `base`, and NaN that of either.
 */
export function corrected(base: Tensor, exact: Tensor): Tensor {
  const difference = exact.detach().sub(base.detach());
  return base.add(difference.where(difference.isfinite().logicalOr(exact.isnan()), 0));
}

/** c₀ + c₁x + c₂x² + …, by Horner's rule. */
export function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [highest, ...others] = coefficients.toReversed();
  const [next = 0, ...rest] = others;
  return rest.reduce((sum, coefficient) => sum.mul(x).add(coefficient), x.mul(highest).add(next));
}

/** Whether x is below 0 or -0. */
export const isNegative = (x: Tensor): Tensor => x.lt(0).logicalOr(x.eq(0).logicalAnd(x.reciprocal().lt(0)));
