// x = n·π/2 + r with |r| ≤ π/4, for sin and cos. Near a multiple of π/2 the subtraction cancels nearly all digits of x, so it
// is done in float64, up to |x| = 2²⁵. Beyond, lane by lane in whole numbers, with those places of 1/2π that matter for the
// exponent of x (M. Payne, R. Hanek: Radian reduction for trigonometric functions, 1983): rare, hence a branch.
import type { Code, Local } from "../assembler/assembler.ts";
import { float, half, join, rounder } from "./double.ts";

const far = 2 ** 25;

// π/2 in two parts, of which the first has 28 bits: n times it is exact up to n = 2²⁵.
const halfPiHigh = 1.570796325802803;
const halfPiLow = 9.920935796805404e-10;

/** The first 256 binary places of 1/2π. */
const places = [0x28be60db9391054an, 0x7f09d5f47d4d3770n, 0x36d8a5664f10e410n, 0x7f9458eaf7aef158n] as const;

export interface Reduced {
  readonly r: Local;
  /** Modulo 2³². */
  readonly n: Local;
}

export function reduce(code: Code, x: Local): Reduced {
  const [r, n] = [code.local("v128"), code.local("v128")];
  half(code, x, 0);
  const low = reduceHalf(code);
  half(code, x, 1);
  const high = reduceHalf(code);
  join(code);
  code.set(r).get(low).get(high).shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]).set(n);
  code.get(x).op("f32x4.abs").f32x4(far).op("f32x4.ge", "v128.any_true");
  code.if(() => replaceFar(code, x, { r, n }));
  return { r, n };
}

/** Takes two float64 x, pushes two float32 r, and returns where n is: in the lowest bits of either lane. */
function reduceHalf(code: Code): Local {
  const [x, shifted, n] = [code.local("v128"), code.local("v128"), code.local("v128")];
  float(code.tee(x), 2 / Math.PI).op("f64x2.mul");
  float(code, rounder).op("f64x2.add").tee(shifted);
  float(code, rounder).op("f64x2.sub").set(n);
  float(code.get(x).get(n), halfPiHigh).op("f64x2.mul", "f64x2.sub");
  float(code.get(n), halfPiLow).op("f64x2.mul", "f64x2.sub", "f32x4.demote_f64x2_zero");
  return shifted;
}

/** Each lane comes first once, and is replaced if it is far; x - x makes a NaN of infinity. */
function replaceFar(code: Code, x: Local, { r, n }: Reduced): void {
  const [lane, i, turn, quarter] = [code.local("f32"), code.local("i32"), code.local("i64"), code.local("i64")];
  const turning = code.local("v128");
  code.get(x).set(turning);
  const [from, to] = [() => code.i32(0), () => code.i32(4)];
  code.for(i, from, to, 1, () => {
    code.get(turning).lane("f32x4.extract_lane", 0).tee(lane).op("f32.abs").f32(far).op("f32.ge");
    code.if(() => {
      turnOf(code, lane);
      code.tee(turn).i64(1n << 61n);
      code.op("i64.add").i64(62n).op("i64.shr_u").set(quarter);
      code.get(r).get(turn).get(quarter).i64(62n).op("i64.shl", "i64.sub", "f64.convert_i64_s");
      code.f64(2 ** -63 * Math.PI).op("f64.mul", "f32.demote_f64");
      code.get(lane).get(lane).op("f32.sub", "f32.add").lane("f32x4.replace_lane", 0).set(r);
      code.get(n).get(quarter).op("i32.wrap_i64").lane("i32x4.replace_lane", 0).set(n);
    });
    for (const vector of [turning, r, n])
      code.get(vector).get(vector).shuffle([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3]).set(vector);
  });
}

/**
 * Pushes x/2π without its whole turns, in 64 binary places, for |x| ≥ 2²⁵. With |x| = M·2ᵉ, M of 24 bits, that is M times the
 * places of 1/2π from the e-th on, modulo 1; of these, 96 leave 72 in the product.
 */
function turnOf(code: Code, x: Local): void {
  const [bits, shift, later] = [code.local("i32"), code.local("i64"), code.local("i32")];
  const [mantissa, turn] = [code.local("i64"), code.local("i64")];
  code.get(x).op("i32.reinterpret_f32").tee(bits).i32(0x7f_ffff).op("i32.and").i32(0x80_0000).op("i32.or");
  code.op("i64.extend_i32_u").set(mantissa);
  code.get(bits).i32(23).op("i32.shr_u").i32(255).op("i32.and").i32(150).op("i32.sub", "i64.extend_i32_u");
  code.tee(shift).op("i32.wrap_i64").i32(64).op("i32.ge_s").set(later);
  /** The i-th 64 places from the e-th on. Shifts are modulo 64. */
  const window = (i: 0 | 1) => {
    const word = (j: number) => {
      const [early, late] = [places[j], places[j + 1]];
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
