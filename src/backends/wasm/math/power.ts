// aᵇ = 2^(b·log₂ |a|), in float64, two lanes at a time: b·log₂ |a| is up to 150, and its absolute error is the relative one of
// the result. Float32's subnormals are ordinary numbers there, and the one rounding, to float32 at the end, underflows and
// overflows as it should. What remains, signs and IEEE 754's special values, is done on all four lanes.
import type { Code, Local } from "../assembler/assembler.ts";
import { float, half, integer, join, rounder } from "./double.ts";

/** (log₂((1 + s) / (1 - s)) - 2s / ln 2) / s³ in s² for (1 + s) / (1 - s) between √½ and √2, to 2⁻³⁷ of the logarithm. */
const logarithm = [0.9617966807886058, 0.5770829118912965, 0.4116877892139714, 0.3407356877166941];
/** (2ʳ - 1) / r on |r| ≤ 1/2, to 2⁻³⁴ of 2ʳ. */
const exponential = [
  0.6931471805415029, 0.24022651078132337, 0.05550410966769755, 0.009618036542026484, 0.0013333430259395646,
  0.000154672375354746, 1.53150754731119e-5,
];

/** Bits of √½, of 1 and of 2⁵²; whole numbers below 2⁵² lie in the lowest bits of the last. */
const rootHalf = 0x3fe6_a09e_667f_3bcdn;
const one = 0x3ff0_0000_0000_0000n;
const whole = 0x4330_0000_0000_0000n;

function polynomial(code: Code, x: Local, coefficients: readonly number[]): void {
  const [highest, ...others] = coefficients.toReversed();
  float(code, highest);
  for (const coefficient of others) float(code.get(x).op("f64x2.mul"), coefficient).op("f64x2.add");
}

/** Pushes log₂ a for two a ≥ 0: a = 2ᵏ (1 + f) with √½ ≤ 1 + f < √2, and s = f / (2 + f). */
function log2(code: Code, a: Local): void {
  const [bits, f, s, square] = Array.from({ length: 4 }, () => code.local("v128"));
  float(code, -Infinity);
  // k + 1023, a whole number that is not negative, in the place of the exponent, and the digits of a below it
  integer(code.get(a), rootHalf - one)
    .op("i64x2.sub")
    .set(bits);
  integer(code.get(bits).i32(52).op("i64x2.shr_u"), whole).op("v128.or");
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
  // ∞ and NaN as they are, -∞ for 0
  float(code.get(a).get(a), Infinity).op("f64x2.lt", "v128.bitselect");
  float(code.get(a), 0).op("f64x2.eq", "v128.bitselect");
}

/** Takes two x from the stack, |x| < 1000, and pushes 2ˣ. */
function exp2(code: Code): void {
  const [r, shifted] = [code.local("v128"), code.local("v128")];
  float(code.tee(r).get(r), rounder).op("f64x2.add").tee(shifted);
  float(code, rounder).op("f64x2.sub", "f64x2.sub").set(r);
  polynomial(code, r, exponential);
  float(code.get(r).op("f64x2.mul"), 1).op("f64x2.add");
  integer(code.get(shifted).i32(52).op("i64x2.shl"), one).op("i64x2.add", "f64x2.mul");
}

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
  unit(code, a, b);
  negative(code, a, b);
}

/** Takes the power from the stack: 1 if a = 1 or b = 0 whatever the other is, and if |a| = 1 and |b| = ∞. */
function unit(code: Code, a: Local, b: Local): void {
  const power = code.local("v128");
  code.set(power).f32x4(1).get(power);
  code.get(a).op("f32x4.abs").f32x4(1).op("f32x4.eq").get(b).op("f32x4.abs").f32x4(Infinity).op("f32x4.eq", "v128.and");
  code.get(a).f32x4(1).op("f32x4.eq", "v128.or").get(b).f32x4(0).op("f32x4.eq", "v128.or", "v128.bitselect");
}

/** Takes the power of |a|: negative for an odd b if a is, -0 too; NaN for a b that is not whole if -∞ < a < 0. */
function negative(code: Code, a: Local, b: Local): void {
  const [whole, half] = [code.local("v128"), code.local("v128")];
  code.get(b).op("f32x4.trunc").get(b).op("f32x4.eq").set(whole);
  code.get(b).f32x4(0.5).op("f32x4.mul").tee(half).op("f32x4.trunc").get(half).op("f32x4.ne");
  code.get(whole).op("v128.and").get(a).op("v128.and").f32x4(-0).op("v128.and", "v128.or");
  code.get(a).f32x4(0).op("f32x4.lt").get(a).f32x4(-Infinity).op("f32x4.gt", "v128.and");
  code.get(whole).op("v128.andnot", "v128.or");
}
