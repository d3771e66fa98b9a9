// Division with a remainder, and the whole and fractional parts of numbers.
import { takes } from "../arguments.ts";
import { isFloating } from "../dtype.ts";
import { type Operand, operands } from "../promotion.ts";
import { inRegion } from "../region.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { corrected, elementary, isNegative } from "./elementary.ts";

/** x rounded towards 0. */
const truncated = (x: Tensor): Tensor => x.ceil().where(x.lt(0), x.floor());

/** x rounded towards 0, with the gradient 0. */
export function trunc(x: Tensor): Tensor {
  takes("trunc", arguments.length, 1);
  return isFloating(x?.dtype) ? elementary("trunc", x, truncated) : elementary("trunc", x, () => x);
}

/** x - trunc x, with the sign of x. */
export function frac(x: Tensor): Tensor {
  takes("frac", arguments.length, 1);
  return elementary("frac", x, (t) => t.sub(truncated(t)));
}

/**
 * a · b as high + low without a rounding error, where each factor is split into halves of its digits, whose products are exact (Dekker 1971).
 * 2¹² + 1 splits the 24 digits of float32, and 2²⁷ + 1 the 53 of float64.
 */
function exactProduct(a: Tensor, b: Tensor): { high: Tensor; low: Tensor } {
  const splitter = a.dtype === "float32" ? 2 ** 12 + 1 : 2 ** 27 + 1;
  const halves = (x: Tensor) => {
    const scaled = x.mul(splitter);
    const upper = scaled.sub(scaled.sub(x));
    return [upper, x.sub(upper)];
  };
  const high = a.mul(b);
  const [[aHigh, aLow], [bHigh, bLow]] = [halves(a), halves(b)];
  const rest = aHigh.mul(bHigh).sub(high).add(aHigh.mul(bLow)).add(aLow.mul(bHigh));
  return { high, low: rest.add(aLow.mul(bLow)) };
}

/**
 * a - q·b with q = ⌊a/b⌋ for a, b ≥ 0. q is rounded, so that what is left may be -b or b off, and more where q has more digits than the
 * dtype: what is left is then reduced again.
 */
function reduced(a: Tensor, b: Tensor): Tensor {
  const once = (x: Tensor) => {
    const { high, low } = exactProduct(x.div(b).floor(), b);
    return x.sub(high).sub(low);
  };
  const upwards = (x: Tensor) => x.add(b).where(x.lt(0), x);
  const first = upwards(once(a));
  const second = upwards(once(first));
  return second.sub(b).where(second.ge(b), second);
}

/** a - trunc(a/b)·b with the sign of a, for floats; a where b is infinite. */
function remainderOf(a: Tensor, b: Tensor): Tensor {
  const [x, y] = [a.detach().abs(), b.detach().abs()];
  const isFar = y.eq(Infinity).logicalAnd(x.ne(Infinity));
  const size = x.where(isFar, reduced(x, y.where(isFar.logicalNot(), 1)));
  return size.neg().where(isNegative(a), size);
}

/** The remainder with the sign of the divisor. */
function flooredRemainder(a: Tensor, b: Tensor): Tensor {
  const rest = remainderOf(a, b);
  const isOpposite = rest.ne(0).logicalAnd(rest.lt(0).ne(b.detach().lt(0)));
  return rest.add(b.detach()).where(isOpposite, rest);
}

/** The quotient of whole numbers, rounded by `round`; 0 where the divisor is 0. float64 holds int32 and their quotients exactly. */
function wholeQuotient(a: Tensor, b: Tensor, round: (x: Tensor) => Tensor): Tensor {
  const divisor = b.where(b.ne(0), 1);
  const quotient = round(a.to("float64").div(divisor.to("float64")))
    .to("int32")
    .to(a.dtype);
  return quotient.where(b.ne(0), 0);
}

/** Both operands as numbers: bool becomes uint8's kin, int32. */
function numbers(call: string, a: Tensor, b: Operand): [Tensor, Tensor] {
  const [x, y] = operands(call, a, b);
  return x.dtype === "bool" ? [x.to("int32"), y.to("int32")] : [x, y];
}

/** a - q·b, whose quotient q counts as a constant for gradients, as in PyTorch. */
function remainderWith(
  call: string,
  [a, b]: readonly [Tensor, Tensor],
  round: (x: Tensor) => Tensor,
  exact: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  return inRegion(call, {}, () => {
    if (!isFloating(a.dtype)) {
      const rest = a.sub(wholeQuotient(a, b, round).mul(b));
      return rest.where(b.ne(0), 0);
    }
    const divisor = b.where(b.abs().ne(Infinity), 0);
    const quotient = round(a.detach().div(b.detach()));
    const base = a.sub(quotient.mul(divisor).where(divisor.ne(0).logicalOr(b.eq(0)), 0));
    const value = exact(a, b);
    return value.where(value.abs().eq(Infinity), corrected(base, value));
  });
}

/**
 * The remainder of a / b with the sign of a: a - trunc(a/b)·b. It is exact for quotients up to 2⁴⁶ (float64: 2¹⁰⁴), and NaN where b is 0; for
 * integers 0, where PyTorch throws. The shapes broadcast.
 */
export function fmod(a: Tensor, b: Operand): Tensor {
  takes("fmod", arguments.length, 2);
  return within("fmod", () => remainderWith("fmod", numbers("fmod", a, b), truncated, remainderOf));
}

/**
 * The remainder of a / b with the sign of b: a - ⌊a/b⌋·b, which is Python's %. It is exact for quotients up to 2⁴⁶ (float64: 2¹⁰⁴), and NaN where
 * b is 0; for integers 0, where PyTorch throws. The shapes broadcast.
 */
export function remainder(a: Tensor, b: Operand): Tensor {
  takes("remainder", arguments.length, 2);
  return within("remainder", () =>
    remainderWith("remainder", numbers("remainder", a, b), (x) => x.floor(), flooredRemainder),
  );
}

/** ⌊a/b⌋, of integers too, with the gradient 0; integers divided by 0 are 0, where PyTorch throws. The shapes broadcast. */
export function floorDivide(a: Tensor, b: Operand): Tensor {
  takes("floorDivide", arguments.length, 2);
  return within("floorDivide", () => {
    const [x, y] = numbers("floorDivide", a, b);
    return inRegion("floorDivide", {}, () =>
      isFloating(x.dtype) ? floored(x, y) : wholeQuotient(x, y, (t) => t.floor()),
    );
  });
}

/** (a - remainder) / b is nearly whole, and is rounded; a / b itself where b is 0. */
function floored(a: Tensor, b: Tensor): Tensor {
  const [x, y] = [a.detach(), b.detach()];
  const rest = remainderOf(x, y);
  const isOpposite = rest.ne(0).logicalAnd(rest.lt(0).ne(y.lt(0)));
  const quotient = x.sub(rest).div(y);
  const whole = quotient.sub(1).where(isOpposite, quotient).round();
  const signed = x.div(y).sign().mul(0).where(whole.eq(0), whole);
  return x.div(y).where(y.eq(0), signed);
}
