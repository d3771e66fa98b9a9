// What the vector functions share: Horner's rule, and how a result keeps the sign of its argument. The coefficients of this
// folder are minimax (Remez exchange), rounded to float32; the error beside each is that of the exact polynomial.
import type { Code, Local } from "../assembler.ts";

/** Pushes c₀ + c₁x + c₂x² + …, from the inside out. */
export function polynomial(code: Code, x: Local, coefficients: readonly number[]): void {
  const [highest, ...others] = coefficients.toReversed();
  code.f32x4(highest);
  for (const coefficient of others) code.get(x).op("f32x4.mul").f32x4(coefficient).op("f32x4.add");
}

/** Takes |y| from the stack and pushes it with the sign of x. */
export function signedLike(code: Code, x: Local): void {
  code.get(x).i32x4(0x8000_0000).op("v128.and", "v128.or");
}

/** Takes y = f(x) with f(0) = 0, and pushes it with f(-0) = -0: where y equals x, x itself. */
export function zeroLike(code: Code, x: Local): void {
  const y = code.local("v128");
  code.set(y).get(x).get(y).get(x).get(y).op("f32x4.eq", "v128.bitselect");
}
