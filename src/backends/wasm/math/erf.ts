// The error function: x + x·P(x²) for |x| < 0.9, and 1 - 2^-Q(|x|) from 0.9 on, where Q = -log₂ erfc is nearly a parabola (Norbert
// Juffa's form). The result rounds to 1 from 3.92 on.
import type { Code, Local } from "../assembler/assembler.ts";
import { powerOfTwo } from "./exponential.ts";
import { polynomial, signedLike } from "./polynomial.ts";

/** (erf x - x) / x in x² for |x| < 0.9, to 2⁻²⁶. */
const nearZero = [0.128379155, -0.376125324, 0.1128223, -0.0267819571, 0.00501622874, -0.000611129401];
/** log₂ erfc x for 0.9 ≤ x ≤ 3.95, to 2⁻²⁶ of erf x. */
const complement = [
  -8.89433024e-5, -1.62803137, -0.916503817, -0.153490882, 0.0346967074, -0.00551266371, 0.000538305416, -2.40164668e-5,
];

/** Pushes erf x. */
export function erf(code: Code, x: Local): void {
  const [size, bounded, square] = [code.local("v128"), code.local("v128"), code.local("v128")];
  code.get(x).op("f32x4.abs").tee(size).f32x4(3.95).op("f32x4.pmin").set(bounded);
  code.f32x4(1);
  polynomial(code, bounded, complement);
  powerOfTwo(code);
  code.op("f32x4.sub");
  code.get(x).get(x).op("f32x4.mul").set(square);
  polynomial(code, square, nearZero);
  code.get(size).op("f32x4.mul").get(size).op("f32x4.add");
  code.get(size).f32x4(0.9).op("f32x4.ge", "v128.bitselect");
  signedLike(code, x);
}
