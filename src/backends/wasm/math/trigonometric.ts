// sin and cos. The argument is reduced to x = n·π/2 + r; polynomials give sin r and cos r, and n modulo 4 selects one of them and its sign.
import type { Code, Local } from "../assembler/assembler.ts";
import { polynomial, zeroLike } from "./polynomial.ts";
import { type Reduced, reduce } from "./radians.ts";

/** (sin r - r) / r³ in r² for |r| ≤ π/4, to 2⁻²⁷ of sin r. */
const sine = [-0.166666546, 0.0083320985, -0.000195036284];
/** (cos r - 1 + r²/2) / r⁴ in r² for |r| ≤ π/4, to 2⁻³² of cos r. */
const cosine = [0.0416666546, -0.00138876519, 2.44635018e-5];

/** Pushes sin(n·π/2 + r): ±cos r if n is odd, ±sin r if n is even; negated if n modulo 4 is 2 or 3. */
function wave(code: Code, { r, n }: Reduced): void {
  const square = code.local("v128");
  code.get(r).get(r).op("f32x4.mul").set(square);
  polynomial(code, square, cosine);
  code.get(square).get(square).op("f32x4.mul", "f32x4.mul");
  code.f32x4(1).get(square).f32x4(0.5).op("f32x4.mul", "f32x4.sub", "f32x4.add");
  polynomial(code, square, sine);
  code.get(square).op("f32x4.mul").get(r).op("f32x4.mul").get(r).op("f32x4.add");
  code.get(n).i32(31).op("i32x4.shl").i32(31).op("i32x4.shr_s", "v128.bitselect");
  code.get(n).i32(30).op("i32x4.shl").f32x4(-0).op("v128.and", "v128.xor");
}

/** Pushes sin x. */
export function sin(code: Code, x: Local): void {
  wave(code, reduce(code, x));
  zeroLike(code, x);
}

/** Pushes cos x = sin(x + π/2). */
export function cos(code: Code, x: Local): void {
  const { r, n } = reduce(code, x);
  code.get(n).i32x4(1).op("i32x4.add").set(n);
  wave(code, { r, n });
}
