// The argument reduction of sin and cos: x = n·π/2 + r with |r| ≤ π/4. Near a multiple of π/2 the subtraction cancels nearly all digits
// of x, so it is done in float64 for |x| < 2²⁵. Larger x are reduced lane by lane in integers, with the binary digits of 1/2π that matter
// for the exponent of x (M. Payne, R. Hanek: Radian reduction for trigonometric functions, 1983). They are rare, so this is behind a
// branch.
import type { Code, Local } from "../assembler/assembler.ts";
import { float, half, join, rounder } from "./double.ts";

/** Smallest |x| that is reduced in integers. */
const largeX = 2 ** 25;

// π/2 = halfPiHigh + halfPiLow. halfPiHigh has 28 significant bits, so that n · halfPiHigh is exact up to n = 2²⁵.
const halfPiHigh = 1.570796325802803;
const halfPiLow = 9.920935796805404e-10;

/** The first 256 binary digits of 1/2π, 64 in each word. */
const digits = [0x28be60db9391054an, 0x7f09d5f47d4d3770n, 0x36d8a5664f10e410n, 0x7f9458eaf7aef158n] as const;

/** The reduced argument: r as float32, n as int32. */
export interface Reduced {
  readonly r: Local;
  /** n modulo 2³². */
  readonly n: Local;
}

/** Reduces the four lanes of x. */
export function reduce(code: Code, x: Local): Reduced {
  const [r, n] = [code.local("v128"), code.local("v128")];
  half(code, x, 0);
  const low = reduceHalf(code);
  half(code, x, 1);
  const high = reduceHalf(code);
  join(code);
  code.set(r).get(low).get(high).shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]).set(n);
  code.get(x).op("f32x4.abs").f32x4(largeX).op("f32x4.ge", "v128.any_true");
  code.if(() => reduceLarge(code, x, { r, n }));
  return { r, n };
}

/** Takes two float64 x from the stack, pushes two float32 r, and returns a vector with n in the lowest bits of each lane. */
function reduceHalf(code: Code): Local {
  const [x, shifted, n] = [code.local("v128"), code.local("v128"), code.local("v128")];
  float(code.tee(x), 2 / Math.PI).op("f64x2.mul");
  float(code, rounder).op("f64x2.add").tee(shifted);
  float(code, rounder).op("f64x2.sub").set(n);
  float(code.get(x).get(n), halfPiHigh).op("f64x2.mul", "f64x2.sub");
  float(code.get(n), halfPiLow).op("f64x2.mul", "f64x2.sub", "f32x4.demote_f64x2_zero");
  return shifted;
}

/**
 * Reduces the lanes with |x| ≥ 2²⁵: the vectors rotate, so that each lane is lane 0 once. Adding x - x to r makes r NaN if x is infinite.
 */
function reduceLarge(code: Code, x: Local, { r, n }: Reduced): void {
  const [lane, i, turn, quarter] = [code.local("f32"), code.local("i32"), code.local("i64"), code.local("i64")];
  const rotated = code.local("v128");
  code.get(x).set(rotated);
  const [from, to] = [() => code.i32(0), () => code.i32(4)];
  code.for(i, from, to, 1, () => {
    code.get(rotated).lane("f32x4.extract_lane", 0).tee(lane).op("f32.abs").f32(largeX).op("f32.ge");
    code.if(() => {
      turnOf(code, lane);
      code.tee(turn).i64(1n << 61n);
      code.op("i64.add").i64(62n).op("i64.shr_u").set(quarter);
      code.get(r).get(turn).get(quarter).i64(62n).op("i64.shl", "i64.sub", "f64.convert_i64_s");
      code.f64(2 ** -63 * Math.PI).op("f64.mul", "f32.demote_f64");
      code.get(lane).get(lane).op("f32.sub", "f32.add").lane("f32x4.replace_lane", 0).set(r);
      code.get(n).get(quarter).op("i32.wrap_i64").lane("i32x4.replace_lane", 0).set(n);
    });
    for (const vector of [rotated, r, n])
      code.get(vector).get(vector).shuffle([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3]).set(vector);
  });
}

/**
 * Pushes the fractional part of x/2π as 64 binary digits, for |x| ≥ 2²⁵. With |x| = M·2ᵉ, M of 24 bits, it is M times the digits of 1/2π
 * from the e-th on, modulo 1; 96 of these digits leave 72 correct ones in the product.
 */
function turnOf(code: Code, x: Local): void {
  const [bits, shift, later] = [code.local("i32"), code.local("i64"), code.local("i32")];
  const [mantissa, turn] = [code.local("i64"), code.local("i64")];
  code.get(x).op("i32.reinterpret_f32").tee(bits).i32(0x7f_ffff).op("i32.and").i32(0x80_0000).op("i32.or");
  code.op("i64.extend_i32_u").set(mantissa);
  code.get(bits).i32(23).op("i32.shr_u").i32(255).op("i32.and").i32(150).op("i32.sub", "i64.extend_i32_u");
  code.tee(shift).op("i32.wrap_i64").i32(64).op("i32.ge_s").set(later);
  /** Pushes the i-th group of 64 digits, counted from the e-th digit on. Shift counts are taken modulo 64. */
  const window = (i: 0 | 1) => {
    const word = (j: number) => {
      const [early, late] = [digits[j], digits[j + 1]];
      code.i64(late).i64(early).get(later).op("select");
    };
    word(i);
    code.get(shift).op("i64.shl");
    word(i + 1);
    code.i64(1n).op("i64.shr_u");
    code.i64(63n).get(shift).op("i64.sub", "i64.shr_u", "i64.or");
  };
  window(0);
  code.get(mantissa).op("i64.mul");
  window(1);
  code.i64(32n).op("i64.shr_u").get(mantissa).op("i64.mul").i64(32n).op("i64.shr_u", "i64.add").set(turn);
  code.i64(0n).get(turn).op("i64.sub").get(turn).get(bits).i32(0).op("i32.lt_s", "select");
}
