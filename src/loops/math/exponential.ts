// eˣ, eˣ - 1, 1 / (1 + e⁻ˣ) and tanh x. The argument is reduced to x = n·ln 2 + r with |r| ≤ ln 2 / 2; eʳ is a polynomial, and 2ⁿ is built
// from its bits.
//
// Adding 1.5·2²³ to a float32 leaves the nearest integer n in its lowest bits, so that 2ⁿ costs a shift and an addition. Arguments are
// clamped by pmin and pmax, which keep a NaN in their first operand.
import type { Block } from "../block.ts";
import {
  abs,
  add,
  constant,
  divide,
  eq,
  ge,
  mul,
  neg,
  pmax,
  pmin,
  select,
  shiftLeft,
  shiftRight,
  sub,
} from "../build.ts";
import type { Expression, Variable } from "../program.ts";
import { asFloats, asIntegers, ln2High, ln2Low, one, polynomial, signedLike, zeroLike } from "./polynomial.ts";

const rounder = 1.5 * 2 ** 23;
const twoLog2E = 2 * Math.LOG2E;

/** (eʳ - 1 - r) / r² on |r| ≤ ln 2 / 2, to 2⁻²⁸ of eʳ. */
const exponential = [0.499999934, 0.166665204, 0.0416683908, 0.00836874508, 0.00138145404];
/** (eʳ - 1 - r) / r² on |r| ≤ ln 2 / 2, to 2⁻³¹ of eʳ - 1. */
const minusOne = [0.500000008, 0.166666668, 0.0416662399, 0.00833328593, 0.00139486406, 0.00019907638];
/** (2ʳ - 1) / r on |r| ≤ 1/2, to 2⁻²⁸ of 2ʳ. */
const binary = [0.693147226, 0.240226511, 0.0555029686, 0.00961803039, 0.00134101543, 0.000154698647];
/** (tanh x - x) / x³ in x² for |x| < 0.625, to 2⁻²⁷ of tanh x. */
const tangent = [-0.333332926, 0.13331542, -0.0537386242, 0.0206159962, -0.00566477536];

/** The reduced argument. */
interface Reduced {
  /** eʳ - 1 */
  readonly fraction: Variable;
  /** n as a float32, and in the lowest 22 bits of an int32. */
  readonly n: Variable;
  readonly bits: Expression;
}

/** x = n·ln 2 + r and eʳ - 1 = r + r²·P(r), for |x| < 200. */
function reduce(block: Block, value: Expression, coefficients: readonly number[]): Reduced {
  const x = block.let("x", value);
  const shifted = block.let("shifted", add(mul(x, Math.LOG2E), rounder));
  const n = block.let("n", sub(shifted, rounder));
  const most = block.let("most", sub(x, mul(n, ln2High)));
  const r = block.let("r", sub(most, mul(n, ln2Low)));
  const fraction = block.let("fraction", add(mul(polynomial(r, coefficients), mul(r, r)), r));
  return { fraction, n, bits: asIntegers(shifted) };
}

/** 2ˣ for |x| < 126; for NaN the result is undefined. */
export function powerOfTwo(block: Block, value: Expression): Expression {
  const x = block.let("x", value);
  const shifted = block.let("shifted", add(x, rounder));
  const r = block.let("r", sub(x, sub(shifted, rounder)));
  const power = add(mul(polynomial(r, binary), r), 1);
  return asFloats(add(asIntegers(power), shiftLeft(asIntegers(shifted), 23)));
}

/** eˣ. 2ⁿ = 2ʰ · 2ⁿ⁻ʰ with h = ⌊n/2⌋: the first product is exact, and the second rounds once, also if the result is subnormal or infinite. */
export function exp(block: Block, x: Expression): Expression {
  const { fraction, bits } = reduce(block, pmax(pmin(x, 89), -104), exponential);
  const half = block.let("half", shiftLeft(shiftRight(bits, 1), 23));
  const first = asFloats(add(half, one));
  const second = asFloats(add(sub(shiftLeft(bits, 23), half), one));
  return mul(mul(add(fraction, 1), first), second);
}

/** eˣ - 1 = 2 (2ⁿ⁻¹ (eʳ - 1) + (2ⁿ⁻¹ - 1/2)), and eʳ - 1 itself if n = 0. */
export function expm1(block: Block, x: Expression): Expression {
  const { fraction, n, bits } = reduce(block, pmax(pmin(x, 89), -20), minusOne);
  const scale = block.let("scale", asFloats(add(shiftLeft(bits, 23), asIntegers(constant("f32x4", 0.5)))));
  const scaled = mul(add(mul(scale, fraction), sub(scale, 0.5)), 2);
  return zeroLike(block.let("y", select(eq(n, 0), fraction, scaled)), x);
}

/**
 * 1 / (1 + e⁻ˣ). With e⁻ˣ = 2ⁿ (1 + t) this is 2⁻ⁿ / ((2⁻ⁿ + 1) + t), which keeps its precision in both tails. The rounding error of 2⁻ⁿ + 1
 * is added to t, so that the denominator is rounded once. 2⁻ⁿ may be subnormal; therefore it is multiplied in two factors.
 */
export function sigmoid(block: Block, x: Expression): Expression {
  const { fraction, bits } = reduce(block, neg(pmax(pmin(x, 30), -104)), exponential);
  const half = block.let("half", shiftLeft(shiftRight(bits, 1), 23));
  const high = block.let("high", asFloats(sub(constant("i32x4", one), half)));
  const low = block.let("low", asFloats(sub(add(half, one), shiftLeft(bits, 23))));
  const scale = block.let("scale", mul(high, low));
  const sum = block.let("sum", add(scale, 1));
  const denominator = add(sum, add(sub(scale, sub(sum, 1)), fraction));
  return mul(mul(divide(1, denominator), high), low);
}

/** tanh x = 1 - 2 / (e²ˣ + 1); for |x| < 0.625, where that difference cancels, x + x³·P(x²). */
export function tanh(block: Block, x: Expression): Expression {
  const size = block.let("size", abs(x));
  const far = sub(1, divide(2, add(powerOfTwo(block, mul(pmin(size, 10), twoLog2E)), 1)));
  const square = block.let("square", mul(x, x));
  const near = add(mul(mul(polynomial(square, tangent), square), size), size);
  return signedLike(select(ge(size, 0.625), far, near), x);
}
