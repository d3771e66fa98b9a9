// Arithmetic in float64, two lanes at a time, for functions that need more precision than float32: the four lanes of x are processed in
// two halves.
import { promoteLow, shuffle } from "../build.ts";
import type { Expression } from "../program.ts";

/** Adding this to a float64 leaves the nearest integer in its lowest bits. */
export const rounder = 1.5 * 2 ** 52;

/** Lanes 0 and 1 of x, or lanes 2 and 3, as float64. */
export const half = (x: Expression, which: 0 | 1): Expression =>
  promoteLow(which === 0 ? x : shuffle(x, x, [2, 3, 2, 3]));

/** Lanes 0 and 1 of both vectors. */
export const join = (low: Expression, high: Expression): Expression => shuffle(low, high, [0, 1, 4, 5]);
