// The parts that all vector functions share: Horner's rule, constants, and the transfer of the argument's sign to the result. All
// coefficients in this folder are minimax (Remez exchange), rounded to float32; the error stated beside them is that of the polynomial in
// exact arithmetic.
import type { Code, Local } from "../assembler/assembler.ts";

// ln 2 = ln2High + ln2Low. ln2High has 9 significant bits, so that its product with an integer of up to 15 bits is exact (Cephes, expf).
export const ln2High = 0.693359375;
export const ln2Low = -2.12194440055e-4;

/** Bits of 1; adding n to its exponent gives 2ⁿ. */
export const one = 0x3f80_0000;

/** Pushes c₀ + c₁x + c₂x² + …, by Horner's rule. */
export function polynomial(code: Code, x: Local, coefficients: readonly number[]): void {
  const [highest, ...others] = coefficients.toReversed();
  code.f32x4(highest);
  for (const coefficient of others) code.get(x).op("f32x4.mul").f32x4(coefficient).op("f32x4.add");
}

/** Takes |y| from the stack and pushes it with the sign of x. */
export function signedLike(code: Code, x: Local): void {
  code.get(x).f32x4(-0).op("v128.and", "v128.or");
}

/** Takes y = f(x) with f(0) = 0 from the stack and pushes it with f(-0) = -0: where y equals x, the result is x. */
export function zeroLike(code: Code, x: Local): void {
  const y = code.local("v128");
  code.set(y).get(x).get(y).get(x).get(y).op("f32x4.eq", "v128.bitselect");
}
