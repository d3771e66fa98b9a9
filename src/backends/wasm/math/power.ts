// aᵇ = 2^(b·log₂ |a|), computed in float64, two lanes at a time: b·log₂ |a| is up to 150, and its absolute error becomes the relative error
// of the result. In float64 the subnormals of float32 are normal numbers, and the single rounding to float32 at the end underflows and
// overflows correctly. Signs and the special values of IEEE 754 are handled afterwards, on all four lanes.
import type { Code, Local } from "../assembler/assembler.ts";
import { float, half, integer, join, rounder } from "./double.ts";

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

/** Pushes c₀ + c₁x + c₂x² + …, by Horner's rule, in float64. */
function polynomial(code: Code, x: Local, coefficients: readonly number[]): void {
  const [highest, ...others] = coefficients.toReversed();
  float(code, highest);
  for (const coefficient of others) float(code.get(x).op("f64x2.mul"), coefficient).op("f64x2.add");
}

/** Pushes log₂ a of two a ≥ 0, with a = 2ᵏ (1 + f), √½ ≤ 1 + f < √2, and s = f / (2 + f). */
function log2(code: Code, a: Local): void {
  const [bits, f, s, square] = Array.from({ length: 4 }, () => code.local("v128"));
  float(code, -Infinity);
  // The exponent bits are now k + 1023, which is not negative; the significand of a is below them.
  integer(code.get(a), rootHalf - one)
    .op("i64x2.sub")
    .set(bits);
  integer(code.get(bits).i32(52).op("i64x2.shr_u"), twoTo52).op("v128.or");
  float(code, 2 ** 52 + 1023).op("f64x2.sub");
  integer(code.get(bits), (1n << 52n) - 1n).op("v128.and");
  integer(code, rootHalf).op("i64x2.add");
  float(code, 1).op("f64x2.sub").tee(f).get(f);
  float(code, 2).op("f64x2.add", "f64x2.div").tee(s).get(s).op("f64x2.mul").set(square);
  polynomial(code, square, logarithm);
  code.get(square).op("f64x2.mul");
  float(code, 2 * Math.LOG2E)
    .op("f64x2.add")
    .get(s)
    .op("f64x2.mul", "f64x2.add");
  // ∞ and NaN stay as they are, and log₂ 0 is -∞.
  float(code.get(a).get(a), Infinity).op("f64x2.lt", "v128.bitselect");
  float(code.get(a), 0).op("f64x2.eq", "v128.bitselect");
}

/** Takes two x from the stack, |x| < 1000, and pushes both 2ˣ. */
function exp2(code: Code): void {
  const [r, shifted] = [code.local("v128"), code.local("v128")];
  float(code.tee(r).get(r), rounder).op("f64x2.add").tee(shifted);
  float(code, rounder).op("f64x2.sub", "f64x2.sub").set(r);
  polynomial(code, r, exponential);
  float(code.get(r).op("f64x2.mul"), 1).op("f64x2.add");
  integer(code.get(shifted).i32(52).op("i64x2.shl"), one).op("i64x2.add", "f64x2.mul");
}

/** Pushes aᵇ. */
export function pow(code: Code, a: Local, b: Local): void {
  for (const which of [0, 1] as const) {
    const base = code.local("v128");
    half(code, a, which);
    code.op("f64x2.abs").set(base);
    half(code, b, which);
    log2(code, base);
    float(code.op("f64x2.mul"), 160).op("f64x2.pmin");
    float(code, -160).op("f64x2.pmax");
    exp2(code);
    code.op("f32x4.demote_f64x2_zero");
  }
  join(code);
  withExactOnes(code, a, b);
  withSign(code, a, b);
}

/** Takes the power from the stack and replaces it by 1 if a = 1, if b = 0, or if |a| = 1 and |b| = ∞ (also if the other operand is NaN). */
function withExactOnes(code: Code, a: Local, b: Local): void {
  const power = code.local("v128");
  code.set(power).f32x4(1).get(power);
  code.get(a).op("f32x4.abs").f32x4(1).op("f32x4.eq").get(b).op("f32x4.abs").f32x4(Infinity).op("f32x4.eq", "v128.and");
  code.get(a).f32x4(1).op("f32x4.eq", "v128.or").get(b).f32x4(0).op("f32x4.eq", "v128.or", "v128.bitselect");
}

/**
 * Takes the power of |a| from the stack: it becomes negative if b is odd and a is negative or -0, and NaN if b is not an integer and -∞ <
 * a < 0.
 */
function withSign(code: Code, a: Local, b: Local): void {
  const [isInteger, half] = [code.local("v128"), code.local("v128")];
  code.get(b).op("f32x4.trunc").get(b).op("f32x4.eq").set(isInteger);
  code.get(b).f32x4(0.5).op("f32x4.mul").tee(half).op("f32x4.trunc").get(half).op("f32x4.ne");
  code.get(isInteger).op("v128.and").get(a).op("v128.and").f32x4(-0).op("v128.and", "v128.or");
  code.get(a).f32x4(0).op("f32x4.lt").get(a).f32x4(-Infinity).op("f32x4.gt", "v128.and");
  code.get(isInteger).op("v128.andnot", "v128.or");
}
