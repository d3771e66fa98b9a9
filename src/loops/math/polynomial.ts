// The parts that all vector functions share: Horner's rule, constants, and the transfer of the argument's sign to the result. All
// coefficients in this folder are minimax (Remez exchange), rounded to float32; the error stated beside them is that of the polynomial in
// exact arithmetic.
import { add, and, bits, constant, eq, mul, or, select } from "../build.ts";
import type { Expression } from "../program.ts";
import type { Type } from "../types.ts";

// ln 2 = ln2High + ln2Low. ln2High has 9 significant bits, so that its product with an integer of up to 15 bits is exact (Cephes, expf).
export const ln2High = 0.693359375;
export const ln2Low = -2.12194440055e-4;

/** Bits of 1; adding n to its exponent gives 2ⁿ. */
export const one = 0x3f80_0000;

/** c₀ + c₁x + c₂x² + …, by Horner's rule. */
export function polynomial(x: Expression, coefficients: readonly number[], type: Type = "f32x4"): Expression {
  const [highest, ...others] = coefficients.toReversed();
  return others.reduce<Expression>((sum, coefficient) => add(mul(sum, x), coefficient), constant(type, highest));
}

/** A vector's bits as four int32, and four int32 as the bits of four float32. */
export const asIntegers = (x: Expression): Expression => bits(x, "i32x4");
export const asFloats = (x: Expression): Expression => bits(x, "f32x4");

const signBit = -(2 ** 31);

/** The sign of x alone: -0 or 0. */
export const signOf = (x: Expression): Expression => and(asIntegers(x), signBit);

/** |y| with the sign of x. */
export const signedLike = (y: Expression, x: Expression): Expression => asFloats(or(asIntegers(y), signOf(x)));

/** y = f(x) with f(0) = 0, made -0 for x = -0: where y equals x, the result is x. */
export const zeroLike = (y: Expression, x: Expression): Expression => select(eq(x, y), x, y);
