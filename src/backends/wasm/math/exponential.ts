// eˣ, eˣ - 1, 1 / (1 + e⁻ˣ) and tanh x. The argument is reduced to x = n·ln 2 + r with |r| ≤ ln 2 / 2; eʳ is a polynomial, and 2ⁿ is built
// from its bits.
//
// Adding 1.5·2²³ to a float32 leaves the nearest integer n in its lowest bits, so that 2ⁿ costs a shift and an addition. Arguments are
// clamped by pmin and pmax, which keep a NaN in their first operand.
import type { Code, Local } from "../assembler/assembler.ts";
import { ln2High, ln2Low, one, polynomial, signedLike, zeroLike } from "./polynomial.ts";

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
  readonly fraction: Local;
  /** n as a float32, and in the lowest 22 bits of an int32. */
  readonly n: Local;
  readonly bits: Local;
}

/** Takes x from the stack, |x| < 200, and computes x = n·ln 2 + r and eʳ - 1 = r + r²·P(r). */
function reduce(code: Code, coefficients: readonly number[]): Reduced {
  const [fraction, n, bits, r] = [code.local("v128"), code.local("v128"), code.local("v128"), code.local("v128")];
  code.tee(r).f32x4(Math.LOG2E).op("f32x4.mul").f32x4(rounder).op("f32x4.add").tee(bits);
  code.f32x4(rounder).op("f32x4.sub").set(n);
  code.get(r).get(n).f32x4(ln2High).op("f32x4.mul", "f32x4.sub");
  code.get(n).f32x4(ln2Low).op("f32x4.mul", "f32x4.sub").set(r);
  polynomial(code, r, coefficients);
  code.get(r).get(r).op("f32x4.mul", "f32x4.mul").get(r).op("f32x4.add").set(fraction);
  return { fraction, n, bits };
}

/** Takes x from the stack, -104 ≤ x ≤ 89, and pushes eˣ. */
function scaledExponential(code: Code): void {
  const half = code.local("v128");
  const { fraction, bits } = reduce(code, exponential);
  // 2ⁿ = 2ʰ · 2ⁿ⁻ʰ with h = ⌊n/2⌋: the first product is exact, and the second rounds once, also if the result is subnormal or infinite.
  code.get(fraction).f32x4(1).op("f32x4.add");
  code.get(bits).i32(1).op("i32x4.shr_s").i32(23).op("i32x4.shl").tee(half);
  code.i32x4(one).op("i32x4.add", "f32x4.mul");
  code.get(bits).i32(23).op("i32x4.shl").get(half).op("i32x4.sub").i32x4(one).op("i32x4.add", "f32x4.mul");
}

/** Takes x from the stack, |x| < 126, and pushes 2ˣ; for NaN the result is undefined. */
export function powerOfTwo(code: Code): void {
  const [r, bits] = [code.local("v128"), code.local("v128")];
  code.tee(r).get(r).f32x4(rounder).op("f32x4.add").tee(bits).f32x4(rounder).op("f32x4.sub", "f32x4.sub").set(r);
  polynomial(code, r, binary);
  code.get(r).op("f32x4.mul").f32x4(1).op("f32x4.add");
  code.get(bits).i32(23).op("i32x4.shl", "i32x4.add");
}

/** Pushes eˣ. */
export function exp(code: Code, x: Local): void {
  code.get(x).f32x4(89).op("f32x4.pmin").f32x4(-104).op("f32x4.pmax");
  scaledExponential(code);
}

/** Pushes eˣ - 1 = 2 (2ⁿ⁻¹ (eʳ - 1) + (2ⁿ⁻¹ - 1/2)), and eʳ - 1 itself if n = 0. */
export function expm1(code: Code, x: Local): void {
  const scale = code.local("v128");
  code.get(x).f32x4(89).op("f32x4.pmin").f32x4(-20).op("f32x4.pmax");
  const { fraction, n, bits } = reduce(code, minusOne);
  code.get(fraction);
  code.get(bits).i32(23).op("i32x4.shl").f32x4(0.5).op("i32x4.add").tee(scale).get(fraction).op("f32x4.mul");
  code.get(scale).f32x4(0.5).op("f32x4.sub", "f32x4.add").f32x4(2).op("f32x4.mul");
  code.get(n).f32x4(0).op("f32x4.eq", "v128.bitselect");
  zeroLike(code, x);
}

/**
 * Pushes 1 / (1 + e⁻ˣ). With e⁻ˣ = 2ⁿ (1 + t) this is 2⁻ⁿ / ((2⁻ⁿ + 1) + t), which keeps its precision in both tails. The rounding error
 * of 2⁻ⁿ + 1 is added to t, so that the denominator is rounded once. 2⁻ⁿ may be subnormal; therefore it is multiplied in two factors.
 */
export function sigmoid(code: Code, x: Local): void {
  const [half, high, low, scale, sum] = Array.from({ length: 5 }, () => code.local("v128"));
  code.get(x).f32x4(30).op("f32x4.pmin").f32x4(-104).op("f32x4.pmax", "f32x4.neg");
  const { fraction, bits } = reduce(code, exponential);
  code.i32x4(one).get(bits).i32(1).op("i32x4.shr_s").i32(23).op("i32x4.shl").tee(half).op("i32x4.sub").tee(high);
  code.get(half).i32x4(one).op("i32x4.add").get(bits).i32(23).op("i32x4.shl", "i32x4.sub").tee(low);
  code.op("f32x4.mul").tee(scale).f32x4(1).op("f32x4.add").set(sum);
  code.f32x4(1).get(sum).get(scale).get(sum).f32x4(1).op("f32x4.sub", "f32x4.sub");
  code.get(fraction).op("f32x4.add", "f32x4.add", "f32x4.div");
  code.get(high).op("f32x4.mul").get(low).op("f32x4.mul");
}

/** Pushes tanh x = 1 - 2 / (e²ˣ + 1); for |x| < 0.625, where that difference cancels, x + x³·P(x²). */
export function tanh(code: Code, x: Local): void {
  const [size, square] = [code.local("v128"), code.local("v128")];
  code.get(x).op("f32x4.abs").set(size);
  code.f32x4(1).f32x4(2).get(size).f32x4(10).op("f32x4.pmin").f32x4(twoLog2E).op("f32x4.mul");
  powerOfTwo(code);
  code.f32x4(1).op("f32x4.add", "f32x4.div", "f32x4.sub");
  code.get(x).get(x).op("f32x4.mul").set(square);
  polynomial(code, square, tangent);
  code.get(square).op("f32x4.mul").get(size).op("f32x4.mul").get(size).op("f32x4.add");
  code.get(size).f32x4(0.625).op("f32x4.ge", "v128.bitselect");
  signedLike(code, x);
}
