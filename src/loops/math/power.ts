// aᵇ = 2^(b·log₂ |a|), computed in float64, two lanes at a time: b·log₂ |a| is up to 150, and its absolute error becomes the relative error
// of the result. In float64 the subnormals of float32 are normal numbers, and the single rounding to float32 at the end underflows and
// overflows correctly. Signs and the special values of IEEE 754 are handled afterwards, on all four lanes.
import type { Block } from "../block.ts";
import {
  abs,
  add,
  and,
  andNot,
  bits,
  constant,
  demoteLow,
  divide,
  eq,
  gt,
  lt,
  mul,
  ne,
  or,
  pmax,
  pmin,
  select,
  shiftLeft,
  shiftRightUnsigned,
  sub,
  trunc,
} from "../build.ts";
import type { Expression } from "../program.ts";
import { half, join, rounder } from "./double.ts";
import { asFloats, asIntegers, polynomial, signOf } from "./polynomial.ts";

/** (log₂((1 + s) / (1 - s)) - 2s / ln 2) / s³ in s² for (1 + s) / (1 - s) between √½ and √2, to 2⁻³⁷ of the logarithm. */
const logarithm = [0.9617966807886058, 0.5770829118912965, 0.4116877892139714, 0.3407356877166941];
/** (2ʳ - 1) / r on |r| ≤ 1/2, to 2⁻³⁴ of 2ʳ. */
const exponential = [
  0.6931471805415029, 0.24022651078132337, 0.05550410966769755, 0.009618036542026484, 0.0013333430259395646,
  0.000154672375354746, 1.53150754731119e-5,
];

/** Bits of √½, of 1, and of 2⁵², whose lowest 52 bits can hold an integer. */
const rootHalf = 0x3fe6_a09e_667f_3bcdn;
const one = 0x3ff0_0000_0000_0000n;
const twoTo52 = 0x4330_0000_0000_0000n;

/** log₂ a of two a ≥ 0, with a = 2ᵏ (1 + f), √½ ≤ 1 + f < √2, and s = f / (2 + f). */
function log2(block: Block, a: Expression): Expression {
  // The exponent bits are k + 1023, which is not negative; the significand of a is below them.
  const both = block.let("both", sub(bits(a, "i64x2"), rootHalf - one));
  const k = sub(bits(or(shiftRightUnsigned(both, 52), twoTo52), "f64x2"), 2 ** 52 + 1023);
  const f = block.let("f", sub(bits(add(and(both, (1n << 52n) - 1n), rootHalf), "f64x2"), 1));
  const s = block.let("s", divide(f, add(f, 2)));
  const square = block.let("square", mul(s, s));
  const series = add(mul(polynomial(square, logarithm, "f64x2"), square), 2 * Math.LOG2E);
  // ∞ and NaN stay as they are, and log₂ 0 is -∞.
  const finite = select(lt(a, Infinity), add(k, mul(series, s)), a);
  return select(eq(a, 0), constant("f64x2", -Infinity), finite);
}

/** 2ˣ of two x, |x| < 1000. */
function exp2(block: Block, value: Expression): Expression {
  const x = block.let("x", value);
  const shifted = block.let("shifted", add(x, rounder));
  const r = block.let("r", sub(x, sub(shifted, rounder)));
  const fraction = add(mul(polynomial(r, exponential, "f64x2"), r), 1);
  return mul(fraction, bits(add(shiftLeft(bits(shifted, "i64x2"), 52), one), "f64x2"));
}

/** aᵇ. */
export function pow(block: Block, a: Expression, b: Expression): Expression {
  const [low, high] = ([0, 1] as const).map((which) => {
    const base = block.let("base", abs(half(a, which)));
    const exponent = pmax(pmin(mul(half(b, which), log2(block, base)), 160), -160);
    return block.let("power", demoteLow(exp2(block, exponent)));
  });
  return withSpecialValues(block, join(low, high), a, b);
}

/** aᵇ from the power of |a|. */
export const withSpecialValues = (block: Block, power: Expression, a: Expression, b: Expression): Expression =>
  withSign(block, withExactOnes(power, a, b), a, b);

/** The power, or 1 if a = 1, if b = 0, or if |a| = 1 and |b| = ∞ (also if the other operand is NaN). */
function withExactOnes(power: Expression, a: Expression, b: Expression): Expression {
  const unit = and(eq(abs(a), 1), eq(abs(b), Infinity));
  return select(or(or(unit, eq(a, 1)), eq(b, 0)), 1, power);
}

/** The power of |a|, negative if b is odd and a is negative or -0, and NaN if b is not an integer and -∞ < a < 0. */
function withSign(block: Block, power: Expression, a: Expression, b: Expression): Expression {
  const isInteger = block.let("isInteger", eq(trunc(b), b));
  const halved = block.let("halved", mul(b, 0.5));
  const isOdd = and(ne(trunc(halved), halved), isInteger);
  const signed = or(asIntegers(power), and(isOdd, signOf(a)));
  return asFloats(or(signed, andNot(and(lt(a, 0), gt(a, -Infinity)), isInteger)));
}
