// Logarithms and powers of other bases than e, and sums of exponentials in logarithms.
import { takes } from "../arguments.ts";
import { pointwise } from "../pointwise.ts";
import { constant, floating, type Operand, operands } from "../promotion.ts";
import { inRegion } from "../region.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { corrected, elementary } from "./elementary.ts";

/** ln x / ln base, rounded where x is a whole power of the base: there the result is exact, as log₂ 8 = 3. */
function logarithm(x: Tensor, base: number): Tensor {
  const y = x.log().mul(1 / Math.log(base));
  const whole = y.detach().round();
  const isPower = constant(x, base).pow(whole).eq(x.detach());
  return corrected(y, whole.where(isPower, y.detach()));
}

const binaryLogarithm = /* @__PURE__ */ pointwise("log2", (x) => logarithm(x, 2));
const decimalLogarithm = /* @__PURE__ */ pointwise("log10", (x) => logarithm(x, 10));
const binaryPower = /* @__PURE__ */ pointwise("exp2", (x) => constant(x, 2).pow(x));

/** The logarithm to the base 2, exact for powers of 2; -∞ at 0, NaN below 0. */
export function log2(x: Tensor): Tensor {
  takes("log2", arguments.length, 1);
  return elementary("log2", x, binaryLogarithm);
}

/** The logarithm to the base 10, exact for powers of 10; -∞ at 0, NaN below 0. */
export function log10(x: Tensor): Tensor {
  takes("log10", arguments.length, 1);
  return elementary("log10", x, decimalLogarithm);
}

/** 2ˣ */
export function exp2(x: Tensor): Tensor {
  takes("exp2", arguments.length, 1);
  return elementary("exp2", x, binaryPower);
}

/** log(eᵃ + eᵇ), which does not overflow. The shapes broadcast. */
export function logaddexp(a: Tensor, b: Operand): Tensor {
  takes("logaddexp", arguments.length, 2);
  return within("logaddexp", () => {
    const [x, y] = operands("logaddexp", a, b).map(floating);
    return inRegion("logaddexp", {}, () => logarithmOfSum(x, y));
  });
}

/**
 * larger + ln(1 + eˢᵐᵃˡˡᵉʳ⁻ˡᵃʳᵍᵉʳ); where the larger is infinite it is the result. Two equal infinities, such as -∞ of what is masked, have the
 * gradient 0, as in logsumexp.
 */
function logarithmOfSum(a: Tensor, b: Tensor): Tensor {
  const isFirst = a.ge(b).logicalOr(a.isnan());
  const [larger, smaller] = [a.where(isFirst, b), b.where(isFirst, a)];
  const isInfinite = larger.abs().eq(Infinity);
  const difference = smaller.sub(larger).where(isInfinite.logicalNot().logicalOr(smaller.isnan()), -Infinity);
  const isEqual = isInfinite.logicalAnd(a.eq(b));
  return larger.detach().where(isEqual, larger).add(difference.exp().log1p());
}

/** x · log y, and 0 where x is 0, unless y is NaN. The shapes broadcast. */
export function xlogy(x: Tensor, y: Operand): Tensor {
  takes("xlogy", arguments.length, 2);
  return within("xlogy", () => {
    const [a, b] = operands("xlogy", x, y).map(floating);
    return inRegion("xlogy", {}, () => {
      const isNone = a.eq(0).logicalAnd(b.le(0).logicalOr(b.eq(Infinity)));
      return constant(a, 0).where(isNone, a.mul(b.where(isNone.logicalNot(), 1).log()));
    });
  });
}
