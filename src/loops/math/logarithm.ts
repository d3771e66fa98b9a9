// ln x and ln(1 + x). The argument is split into x = 2ᵏ (1 + f) with √½ ≤ 1 + f < √2. ln(1 + f) follows from the series of the inverse
// hyperbolic tangent: with s = f / (2 + f) it is ln((1 + s) / (1 - s)) = 2s + s³·P(s²), written as f - (f²/2 - s (f²/2 + s²·P(s²))), where
// the largest term, f, is exact (fdlibm, e_log.c).
import type { Block } from "../block.ts";
import {
  add,
  and,
  constant,
  divide,
  eq,
  lt,
  max,
  mul,
  or,
  select,
  shiftLeft,
  shiftRight,
  sub,
  toF32,
} from "../build.ts";
import type { Expression, Variable } from "../program.ts";
import { asFloats, asIntegers, ln2High, ln2Low, one, polynomial, zeroLike } from "./polynomial.ts";

/** Bits of √½: all numbers from 2ᵏ·√½ to 2ᵏ·√2 have the exponent k. */
const rootHalf = 0x3f35_04f3;
const smallestNormal = 2 ** -126;

/** (ln((1 + s) / (1 - s)) - 2s) / s³ in s² for 1 + f between √½ and √2, to 2⁻²⁹ of the logarithm. */
const coefficients = [0.666667784, 0.399760583, 0.299261531];

/** k as int32, and f = x · 2⁻ᵏ - 1. */
function split(block: Block, x: Expression): { readonly k: Variable; readonly f: Expression } {
  const bits = block.let("bits", asIntegers(x));
  const k = block.let("k", shiftRight(sub(bits, rootHalf), 23));
  return { k, f: sub(asFloats(sub(bits, shiftLeft(k, 23))), 1) };
}

/** k·ln 2 + ln(1 + f), with k as float32. */
function logarithm(block: Block, fraction: Expression, exponent: Expression): Expression {
  const f = block.let("f", fraction);
  const k = block.let("k", exponent);
  const s = block.let("s", divide(f, add(f, 2)));
  const square = block.let("square", mul(s, s));
  const half = block.let("half", mul(mul(f, 0.5), f));
  const rest = block.let("rest", add(mul(add(mul(polynomial(square, coefficients), square), half), s), mul(k, ln2Low)));
  return add(sub(f, sub(half, rest)), mul(k, ln2High));
}

/** y = ln x of any x: -∞ for 0, NaN below 0, ∞ for ∞, NaN for NaN. */
function withSpecialValues(y: Expression, x: Expression): Expression {
  const finite = select(lt(x, Infinity), y, x);
  const all = select(eq(x, 0), constant("f32x4", -Infinity), finite);
  return asFloats(or(asIntegers(all), lt(x, 0)));
}

/** ln x. A subnormal x is multiplied by 2²⁴ first, and k is 24 less. */
export function log(block: Block, x: Expression): Expression {
  const subnormal = block.let("subnormal", lt(x, smallestNormal));
  const { k, f } = split(block, select(subnormal, mul(x, 0x100_0000), x));
  return withSpecialValues(logarithm(block, f, toF32(sub(k, and(subnormal, 24)))), x);
}

/**
 * ln(1 + x). The rounding error c of u = 1 + x is computed exactly (Knuth, two-sum), so f = (u · 2⁻ᵏ - 1) + c · 2⁻ᵏ keeps its precision.
 */
export function log1p(block: Block, x: Expression): Expression {
  const u = block.let("u", add(1, x));
  const { k, f } = split(block, u);
  const high = block.let("high", sub(u, 1));
  const c = add(sub(x, high), sub(1, sub(u, high)));
  // Builds 2⁻ᵏ from its bits; for k = 128, max makes it 0 instead of a negative number.
  const scale = asFloats(max(sub(constant("i32x4", one), shiftLeft(k, 23)), 0));
  const result = withSpecialValues(logarithm(block, add(f, mul(c, scale)), toF32(k)), u);
  return zeroLike(block.let("y", result), x);
}
