// ln x and ln(1 + x). The argument is split into x = 2ᵏ (1 + f) with √½ ≤ 1 + f < √2. ln(1 + f) follows from the series of the inverse
// hyperbolic tangent: with s = f / (2 + f) it is ln((1 + s) / (1 - s)) = 2s + s³·P(s²), written as f - (f²/2 - s (f²/2 + s²·P(s²))), where
// the largest term, f, is exact (fdlibm, e_log.c).
import type { Code, Local } from "../assembler/assembler.ts";
import { ln2High, ln2Low, one, polynomial, zeroLike } from "./polynomial.ts";

/** Bits of √½: all numbers from 2ᵏ·√½ to 2ᵏ·√2 have the exponent k. */
const rootHalf = 0x3f35_04f3;
const smallestNormal = 2 ** -126;

/** (ln((1 + s) / (1 - s)) - 2s) / s³ in s² for 1 + f between √½ and √2, to 2⁻²⁹ of the logarithm. */
const coefficients = [0.666667784, 0.399760583, 0.299261531];

/** Takes x from the stack, returns k and pushes f = x · 2⁻ᵏ - 1. */
function split(code: Code): Local {
  const [bits, k] = [code.local("v128"), code.local("v128")];
  code.tee(bits).get(bits).i32x4(rootHalf).op("i32x4.sub").i32(23).op("i32x4.shr_s").tee(k);
  code.i32(23).op("i32x4.shl", "i32x4.sub").f32x4(1).op("f32x4.sub");
  return k;
}

/** Takes f and k, as float32, from the stack and pushes k·ln 2 + ln(1 + f). */
function logarithm(code: Code): void {
  const [f, k, s, square, half] = Array.from({ length: 5 }, () => code.local("v128"));
  code.set(k).tee(f).get(f).f32x4(2).op("f32x4.add", "f32x4.div").tee(s).get(s).op("f32x4.mul").set(square);
  code.get(f).f32x4(0.5).op("f32x4.mul").get(f).op("f32x4.mul").set(half);
  code.get(f).get(half);
  polynomial(code, square, coefficients);
  code.get(square).op("f32x4.mul").get(half).op("f32x4.add").get(s).op("f32x4.mul");
  code.get(k).f32x4(ln2Low).op("f32x4.mul", "f32x4.add", "f32x4.sub", "f32x4.sub");
  code.get(k).f32x4(ln2High).op("f32x4.mul", "f32x4.add");
}

/** Takes y from the stack and pushes ln x of any x: -∞ for 0, NaN below 0, ∞ for ∞, NaN for NaN, and otherwise y. */
function withSpecialValues(code: Code, x: Local): void {
  const y = code.local("v128");
  code.set(y).f32x4(-Infinity);
  code.get(y).get(x).get(x).f32x4(Infinity).op("f32x4.lt", "v128.bitselect");
  code.get(x).f32x4(0).op("f32x4.eq", "v128.bitselect");
  code.get(x).f32x4(0).op("f32x4.lt", "v128.or");
}

/** Pushes ln x. A subnormal x is multiplied by 2²⁴ first, and k is 24 less. */
export function log(code: Code, x: Local): void {
  const subnormal = code.local("v128");
  code.get(x).f32x4(0x100_0000).op("f32x4.mul").get(x);
  code.get(x).f32x4(smallestNormal).op("f32x4.lt").tee(subnormal).op("v128.bitselect");
  const k = split(code);
  code.get(k).get(subnormal).i32x4(24).op("v128.and", "i32x4.sub", "f32x4.convert_i32x4_s");
  logarithm(code);
  withSpecialValues(code, x);
}

/**
 * Pushes ln(1 + x). The rounding error c of u = 1 + x is computed exactly (Knuth, two-sum), so f = (u · 2⁻ᵏ - 1) + c · 2⁻ᵏ keeps its
 * precision.
 */
export function log1p(code: Code, x: Local): void {
  const [u, high] = [code.local("v128"), code.local("v128")];
  code.f32x4(1).get(x).op("f32x4.add").tee(u);
  const k = split(code);
  code.get(x).get(u).f32x4(1).op("f32x4.sub").tee(high).op("f32x4.sub");
  code.f32x4(1).get(u).get(high).op("f32x4.sub", "f32x4.sub", "f32x4.add");
  // Builds 2⁻ᵏ from its bits; for k = 128, max_s makes it 0 instead of a negative number.
  code.i32x4(one).get(k).i32(23).op("i32x4.shl", "i32x4.sub").i32x4(0).op("i32x4.max_s");
  code.op("f32x4.mul", "f32x4.add");
  code.get(k).op("f32x4.convert_i32x4_s");
  logarithm(code);
  withSpecialValues(code, u);
  zeroLike(code, x);
}
