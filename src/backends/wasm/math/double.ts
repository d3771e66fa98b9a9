// Arithmetic in float64, two lanes at a time, for functions that need more precision than float32: the four lanes of x are processed in
// two halves.
import type { Code, Local } from "../assembler/assembler.ts";

/** Adding this to a float64 leaves the nearest integer in its lowest bits. */
export const rounder = 1.5 * 2 ** 52;

/** Pushes one float64 in both lanes. */
export const float = (code: Code, value: number): Code => code.f64(value).op("f64x2.splat");

/** Pushes one int64 in both lanes. */
export const integer = (code: Code, value: bigint): Code => code.i64(value).op("i64x2.splat");

/** Pushes lanes 0 and 1 of x, or lanes 2 and 3, as float64. */
export function half(code: Code, x: Local, which: 0 | 1): void {
  code.get(x);
  if (which === 1) code.get(x).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
  code.op("f64x2.promote_low_f32x4");
}

/** Takes two vectors from the stack, each with two float32 in lanes 0 and 1, and pushes these four. */
export function join(code: Code): void {
  code.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}
