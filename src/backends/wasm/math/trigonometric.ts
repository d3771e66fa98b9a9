// sin and cos: x = n·π/2 + r with |r| ≤ π/4, then the polynomial of sin r or of cos r and a sign, by n modulo 4.
//
// Near a multiple of π/2 the subtraction cancels nearly all digits of x, so it is done in float64, two lanes at a time, up
// to |x| = 2²⁵. Beyond, lane by lane, from the bits of 1/2π that matter for the exponent of x (M. Payne, R. Hanek: Radian
// reduction for trigonometric functions, 1983): rare, hence a branch. No Math of the engine, so each engine has the same bits.
import type { Code, Local } from "../assembler.ts";
import { polynomial, zeroLike } from "./polynomial.ts";

/** (sin r - r) / r³ in r² for |r| ≤ π/4, to 2⁻²⁷ of sin r. */
const sine = [-0.166666546, 0.0083320985, -0.000195036284];
/** (cos r - 1 + r²/2) / r⁴ in r² for |r| ≤ π/4, to 2⁻³² of cos r. */
const cosine = [0.0416666546, -0.00138876519, 2.44635018e-5];

const far = 2 ** 25;

/** Adding it leaves the nearest whole number in the lowest bits. */
const rounder = 1.5 * 2 ** 52;

// π/2 in two parts, of which the first has 28 bits: n times it is exact up to n = 2²⁵.
const halfPiHigh = 1.5707963258028030396;
const halfPiLow = 9.9209357968054044164e-10;

/** The first 256 binary places of 1/2π. */
const turns = [0x28be60db9391054an, 0x7f09d5f47d4d3770n, 0x36d8a5664f10e410n, 0x7f9458eaf7aef158n] as const;

interface Reduced {
  readonly r: Local;
  /** n modulo 2³² */
  readonly n: Local;
}

/** Takes two float64 x: pushes two float32 r, and returns where n is, in the lowest bits of either half. */
function reducePair(code: Code): Local {
  const [x, shifted, n] = [code.local("v128"), code.local("v128"), code.local("v128")];
  const splat = (value: number) => code.f64(value).op("f64x2.splat");
  code.tee(x);
  splat(2 / Math.PI).op("f64x2.mul");
  splat(rounder).op("f64x2.add").tee(shifted);
  splat(rounder).op("f64x2.sub").set(n);
  code.get(x).get(n);
  splat(halfPiHigh).op("f64x2.mul", "f64x2.sub").get(n);
  splat(halfPiLow).op("f64x2.mul", "f64x2.sub", "f32x4.demote_f64x2_zero");
  return shifted;
}

/**
 * One lane of |x| ≥ 2²⁵. With x = M·2ᵉ, M of 24 bits, all that is left of x/2π without its whole turns is M times the places
 * of 1/2π from the e-th on, modulo 1: 96 of them, in a fixed point of 64 places. Its first two bits, rounded, are n.
 */
function reduceFar(code: Code, bits: Local): { r: () => void; n: () => void } {
  const [exponent, later] = [code.local("i32"), code.local("i32")];
  const [mantissa, turn, n] = [code.local("i64"), code.local("i64"), code.local("i64")];
  code.get(bits).i32(23).op("i32.shr_u").i32(255).op("i32.and").i32(150).op("i32.sub").tee(exponent);
  code.i32(64).op("i32.ge_s").set(later);
  code.get(bits).i32(0x7f_ffff).op("i32.and").i32(0x80_0000).op("i32.or", "i64.extend_i32_u").set(mantissa);
  const shift = () => code.get(exponent).op("i64.extend_i32_u"); // modulo 64, as shifts do
  /** The 64 places from the e-th on if from is 0, the next 64 if it is 1. */
  const places = (from: 0 | 1) => {
    const word = (i: number) =>
      code
        .i64(turns[i + 1])
        .i64(turns[i])
        .get(later)
        .op("select");
    word(from);
    shift().op("i64.shl");
    word(from + 1);
    code.i64(1n).op("i64.shr_u").i64(63n);
    shift().op("i64.sub", "i64.shr_u", "i64.or");
  };
  places(0);
  code.get(mantissa).op("i64.mul");
  places(1);
  code.i64(32n).op("i64.shr_u").get(mantissa).op("i64.mul").i64(32n).op("i64.shr_u", "i64.add").set(turn);
  code.i64(0n).get(turn).op("i64.sub").get(turn).get(bits).i32(0).op("i32.lt_s", "select").tee(turn);
  code
    .i64(2n ** 61n)
    .op("i64.add")
    .i64(62n)
    .op("i64.shr_u")
    .set(n);
  return {
    r: () =>
      code
        .get(turn)
        .get(n)
        .i64(62n)
        .op("i64.shl", "i64.sub", "f64.convert_i64_s")
        .f64((2 * Math.PI) / 2 ** 64)
        .op("f64.mul", "f32.demote_f64"),
    n: () => code.get(n).op("i32.wrap_i64"),
  };
}

function reduce(code: Code, x: Local): Reduced {
  const [r, n] = [code.local("v128"), code.local("v128")];
  code.get(x).op("f64x2.promote_low_f32x4");
  const low = reducePair(code);
  code.get(x).get(x).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
  code.op("f64x2.promote_low_f32x4");
  const high = reducePair(code);
  code.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]).set(r);
  code.get(low).get(high).shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]).set(n);
  code
    .get(x)
    .op("f32x4.abs")
    .f32x4(far)
    .op("f32x4.ge", "v128.any_true")
    .if(() => replaceFar(code, x, { r, n }));
  return { r, n };
}

/** Each lane comes first once, and is replaced if it is far; x - x makes a NaN of infinity. */
function replaceFar(code: Code, x: Local, { r, n }: Reduced): void {
  const [turning, bits, i] = [code.local("v128"), code.local("i32"), code.local("i32")];
  code.get(x).set(turning);
  code.for(
    i,
    () => code.i32(0),
    () => code.i32(4),
    1,
    () => {
      code
        .get(turning)
        .lane("f32x4.extract_lane", 0)
        .op("f32.abs")
        .f32(far)
        .op("f32.ge")
        .if(() => {
          code.get(turning).lane("i32x4.extract_lane", 0).set(bits);
          const reduced = reduceFar(code, bits);
          code.get(r);
          reduced.r();
          code.get(turning).lane("f32x4.extract_lane", 0).get(turning).lane("f32x4.extract_lane", 0);
          code.op("f32.sub", "f32.add").lane("f32x4.replace_lane", 0).set(r);
          code.get(n);
          reduced.n();
          code.lane("i32x4.replace_lane", 0).set(n);
        });
      for (const rotated of [turning, r, n])
        code.get(rotated).get(rotated).shuffle([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3]).set(rotated);
    },
  );
}

/** sin(n·π/2 + r): cos r if n is odd; negative if n modulo 4 is 2 or 3. */
function wave(code: Code, { r, n }: Reduced): void {
  const square = code.local("v128");
  code.get(r).get(r).op("f32x4.mul").set(square);
  polynomial(code, square, cosine);
  code.get(square).get(square).op("f32x4.mul", "f32x4.mul");
  code.f32x4(1).get(square).f32x4(0.5).op("f32x4.mul", "f32x4.sub", "f32x4.add");
  polynomial(code, square, sine);
  code.get(square).op("f32x4.mul").get(r).op("f32x4.mul").get(r).op("f32x4.add");
  code.get(n).i32(31).op("i32x4.shl").i32(31).op("i32x4.shr_s", "v128.bitselect");
  code.get(n).i32(30).op("i32x4.shl").i32x4(0x8000_0000).op("v128.and", "v128.xor");
}

export function sin(code: Code, x: Local): void {
  wave(code, reduce(code, x));
  zeroLike(code, x);
}

/** cos x = sin(x + π/2) */
export function cos(code: Code, x: Local): void {
  const { r, n } = reduce(code, x);
  code.get(n).i32x4(1).op("i32x4.add").set(n);
  wave(code, { r, n });
}
