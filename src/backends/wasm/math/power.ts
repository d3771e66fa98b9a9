// aᵇ = 2^(b·log₂ |a|), in float64, two lanes at a time: b·log₂ |a| is up to 150, and its absolute error is the relative one of
// the result. Float32's subnormals are ordinary numbers there, and the one rounding, to float32 at the end, underflows and
// overflows as it should. What remains, signs and IEEE 754's special values, is done on all four lanes.
import type { Code, Local } from "../assembler.ts";

/** (log₂((1 + s) / (1 - s)) - 2s / ln 2) / s³ in s² for (1 + s) / (1 - s) between √½ and √2, to 2⁻³⁷ of the logarithm. */
const logarithm = [0.96179668078860586, 0.57708291189129649, 0.41168778921397144, 0.34073568771669408];
/** (2ʳ - 1) / r on |r| ≤ 1/2, to 2⁻³⁴ of 2ʳ. */
const exponential = [
  0.693147180541502918, 0.240226510781323382, 0.0555041096676975561, 0.00961803654202648452, 0.00133334302593956455,
  0.000154672375354745991, 0.0000153150754731118998,
];

/** Bits of √½, of 1 and of 2⁵²; whole numbers below 2⁵² lie in the lowest bits of the last. */
const rootHalf = 0x3fe6_a09e_667f_3bcdn;
const one = 0x3ff0_0000_0000_0000n;
const whole = 0x4330_0000_0000_0000n;

/** Adding it leaves the nearest whole number in the lowest bits. */
const rounder = 1.5 * 2 ** 52;

const float = (code: Code, value: number): Code => code.f64(value).op("f64x2.splat");
const integer = (code: Code, value: bigint): Code => code.i64(value).op("i64x2.splat");

function polynomial(code: Code, x: Local, coefficients: readonly number[]): void {
  const [highest, ...others] = coefficients.toReversed();
  float(code, highest);
  for (const coefficient of others) float(code.get(x).op("f64x2.mul"), coefficient).op("f64x2.add");
}

/** Pushes log₂ a for two a ≥ 0: a = 2ᵏ (1 + f) with √½ ≤ 1 + f < √2, and s = f / (2 + f). */
function log2(code: Code, a: Local): void {
  const [bits, f, s, square] = Array.from({ length: 4 }, () => code.local("v128"));
  float(code, -Infinity);
  // the exponent is k + 1023, a whole number that is not negative
  integer(code.get(a), rootHalf - one)
    .op("i64x2.sub")
    .tee(bits);
  integer(code.i32(52).op("i64x2.shr_u"), whole).op("v128.or");
  float(code, 2 ** 52 + 1023).op("f64x2.sub");
  integer(code.get(bits), 2n ** 52n - 1n).op("v128.and");
  integer(code, rootHalf).op("i64x2.add");
  float(code, 1).op("f64x2.sub").tee(f).get(f);
  float(code, 2).op("f64x2.add", "f64x2.div").tee(s).get(s).op("f64x2.mul").set(square);
  polynomial(code, square, logarithm);
  float(code.get(square).op("f64x2.mul"), 2 * Math.LOG2E)
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
  const halves = [0, 1] as const;
  const wide = (x: Local, half: 0 | 1) => {
    code.get(x);
    if (half === 1) code.get(x).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
    code.op("f64x2.promote_low_f32x4");
  };
  for (const half of halves) {
    const base = code.local("v128");
    wide(a, half);
    code.op("f64x2.abs").set(base);
    wide(b, half);
    log2(code, base);
    float(code.op("f64x2.mul"), 160).op("f64x2.pmin");
    float(code, -160).op("f64x2.pmax");
    exp2(code);
    code.op("f32x4.demote_f64x2_zero");
  }
  code.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  const whole = code.local("v128");
  code.get(b).op("f32x4.trunc").get(b).op("f32x4.eq").set(whole);
  unit(code, a, b);
  negative(code, a, b, whole);
}

/** Takes the power from the stack: 1 if a = 1 or b = 0 whatever the other is, and if |a| = 1 and |b| = ∞. */
function unit(code: Code, a: Local, b: Local): void {
  const power = code.local("v128");
  code.set(power).f32x4(1).get(power);
  code.get(a).op("f32x4.abs").f32x4(1).op("f32x4.eq").get(b).op("f32x4.abs").f32x4(Infinity).op("f32x4.eq", "v128.and");
  code.get(a).f32x4(1).op("f32x4.eq", "v128.or").get(b).f32x4(0).op("f32x4.eq", "v128.or", "v128.bitselect");
}

/** Takes the power of |a|: negative for an odd b if a is, -0 too; NaN for a b that is not whole if -∞ < a < 0. */
function negative(code: Code, a: Local, b: Local, whole: Local): void {
  const half = code.local("v128");
  code.get(b).f32x4(0.5).op("f32x4.mul").tee(half).op("f32x4.trunc").get(half).op("f32x4.ne");
  code.get(whole).op("v128.and").get(a).op("v128.and").f32x4(-0).op("v128.and", "v128.or");
  code.get(a).f32x4(0).op("f32x4.lt").get(a).f32x4(-Infinity).op("f32x4.gt", "v128.and");
  code.get(whole).op("v128.andnot", "v128.or");
}
