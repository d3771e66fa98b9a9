// The error function: x + x·P(x²) for |x| < 0.9, and 1 - 2^-Q(|x|) from 0.9 on, where Q = -log₂ erfc is nearly a parabola (Norbert
// Juffa's form). The result rounds to 1 from 3.92 on.
import type { Block } from "../block.ts";
import { abs, add, ge, mul, pmin, select, sub } from "../build.ts";
import type { Expression } from "../program.ts";
import { powerOfTwo } from "./exponential.ts";
import { polynomial, signedLike } from "./polynomial.ts";

/** (erf x - x) / x in x² for |x| < 0.9, to 2⁻²⁶. */
const nearZero = [0.128379155, -0.376125324, 0.1128223, -0.0267819571, 0.00501622874, -0.000611129401];
/** log₂ erfc x for 0.9 ≤ x ≤ 3.95, to 2⁻²⁶ of erf x. */
const complement = [
  -8.89433024e-5, -1.62803137, -0.916503817, -0.153490882, 0.0346967074, -0.00551266371, 0.000538305416, -2.40164668e-5,
];

/** erf x. */
export function erf(block: Block, x: Expression): Expression {
  const size = block.let("size", abs(x));
  const bounded = block.let("bounded", pmin(size, 3.95));
  const far = sub(1, powerOfTwo(block, polynomial(bounded, complement)));
  const square = block.let("square", mul(x, x));
  const near = add(mul(polynomial(square, nearZero), size), size);
  return signedLike(select(ge(size, 0.9), far, near), x);
}
