// The argument reduction of sin and cos: x = n·π/2 + r with |r| ≤ π/4. Near a multiple of π/2 the subtraction cancels nearly all digits
// of x, so it is done in float64 for |x| < 2²⁵. Larger x are reduced lane by lane in integers, with the binary digits of 1/2π that matter
// for the exponent of x (M. Payne, R. Hanek: Radian reduction for trigonometric functions, 1983). They are rare, so this is behind a
// branch.
import type { Block } from "../block.ts";
import {
  abs,
  add,
  and,
  any,
  bits,
  constant,
  demoteLow,
  f64,
  ge,
  laneOf,
  lt,
  mul,
  or,
  select,
  shiftLeft,
  shiftRightUnsigned,
  shuffle,
  sub,
  toF32,
  toI32,
  toI64Unsigned,
  withLane,
} from "../build.ts";
import type { Expression, Variable } from "../program.ts";
import { half, join, rounder } from "./double.ts";
import { asIntegers } from "./polynomial.ts";

/** Smallest |x| that is reduced in integers. */
const largeX = 2 ** 25;

// π/2 = halfPiHigh + halfPiLow. halfPiHigh has 28 significant bits, so that n · halfPiHigh is exact up to n = 2²⁵.
const halfPiHigh = 1.570796325802803;
const halfPiLow = 9.920935796805404e-10;

/** The first 256 binary digits of 1/2π, 64 in each word. */
const digits = [0x28be60db9391054an, 0x7f09d5f47d4d3770n, 0x36d8a5664f10e410n, 0x7f9458eaf7aef158n] as const;

/** The reduced argument: r as float32, n modulo 2³² as int32. */
export interface Reduced {
  readonly r: Variable;
  readonly n: Variable;
}

/** Reduces the four lanes of x. */
export function reduce(block: Block, x: Expression): Reduced {
  const [low, high] = ([0, 1] as const).map((which) => reduceHalf(block, half(x, which)));
  const r = block.let("r", join(low.r, high.r));
  const n = block.let("n", shuffle(asIntegers(low.shifted), asIntegers(high.shifted), [0, 2, 4, 6]));
  block.if(any(ge(abs(x), largeX)), (inner) => reduceLarge(inner, x, { r, n }));
  return { r, n };
}

/** Two float64 x, reduced to two float32 r; the lowest bits of each lane of `shifted` are n. */
function reduceHalf(block: Block, value: Expression): { readonly r: Variable; readonly shifted: Variable } {
  const x = block.let("x", value);
  const shifted = block.let("shifted", add(mul(x, 2 / Math.PI), rounder));
  const n = block.let("n", sub(shifted, rounder));
  return { r: block.let("r", demoteLow(sub(sub(x, mul(n, halfPiHigh)), mul(n, halfPiLow)))), shifted };
}

/**
 * Reduces the lanes with |x| ≥ 2²⁵: the vectors rotate, so that each lane is lane 0 once. Adding x - x to r makes r NaN if x is infinite.
 */
function reduceLarge(block: Block, x: Expression, { r, n }: Reduced): void {
  const rotated = block.let("rotated", x);
  block.range("i", 0, 4, (each) => {
    const lane = each.let("lane", laneOf(rotated, 0));
    each.if(ge(abs(lane), largeX), (inner) => {
      const turn = inner.let("turn", turnOf(inner, lane));
      const quarter = inner.let("quarter", shiftRightUnsigned(add(turn, 1n << 61n), 62));
      const rest = toF32(mul(f64(sub(turn, shiftLeft(quarter, 62))), 2 ** -63 * Math.PI));
      inner.set(r, withLane(r, 0, add(rest, sub(lane, lane))));
      inner.set(n, withLane(n, 0, toI32(quarter)));
    });
    for (const vector of [rotated, r, n]) each.set(vector, shuffle(vector, vector, [1, 2, 3, 0]));
  });
}

/**
 * The fractional part of x/2π as 64 binary digits, for |x| ≥ 2²⁵. With |x| = M·2ᵉ, M of 24 bits, it is M times the digits of 1/2π from the
 * e-th on, modulo 1; 96 of these digits leave 72 correct ones in the product.
 */
function turnOf(block: Block, x: Expression): Expression {
  const pattern = block.let("pattern", bits(x, "i32"));
  const mantissa = block.let("mantissa", toI64Unsigned(or(and(pattern, 0x7f_ffff), 0x80_0000)));
  const shift = block.let("shift", sub(and(shiftRightUnsigned(pattern, 23), 255), 150));
  const later = block.let("later", ge(shift, 64));
  const word = (j: number) => select(later, constant("i64", digits[j + 1]), constant("i64", digits[j]));
  /** The i-th group of 64 digits, counted from the e-th digit on. Numbers of bits count modulo 64. */
  const window = (i: 0 | 1) =>
    or(shiftLeft(word(i), shift), shiftRightUnsigned(shiftRightUnsigned(word(i + 1), 1), sub(63, shift)));
  const high = mul(window(0), mantissa);
  const low = shiftRightUnsigned(mul(shiftRightUnsigned(window(1), 32), mantissa), 32);
  const turn = block.let("turn", add(high, low));
  return select(lt(pattern, 0), sub(0n, turn), turn);
}
