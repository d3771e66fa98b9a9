// sin and cos. The argument is reduced to x = n·π/2 + r; polynomials give sin r and cos r, and n modulo 4 selects one of them and its sign.
import type { Block } from "../block.ts";
import { add, and, mul, select, shiftLeft, shiftRight, sub, xor } from "../build.ts";
import type { Expression, Variable } from "../program.ts";
import { asFloats, asIntegers, polynomial, zeroLike } from "./polynomial.ts";
import { reduce } from "./radians.ts";

/** (sin r - r) / r³ in r² for |r| ≤ π/4, to 2⁻²⁷ of sin r. */
const sine = [-0.166666546, 0.0083320985, -0.000195036284];
/** (cos r - 1 + r²/2) / r⁴ in r² for |r| ≤ π/4, to 2⁻³² of cos r. */
const cosine = [0.0416666546, -0.00138876519, 2.44635018e-5];
const signBit = -(2 ** 31);

/** sin(n·π/2 + r): ±cos r if n is odd, ±sin r if n is even; negated if n modulo 4 is 2 or 3. */
export function wave(block: Block, r: Variable, n: Variable): Expression {
  const square = block.let("square", mul(r, r));
  const ofCosine = add(mul(polynomial(square, cosine), mul(square, square)), sub(1, mul(square, 0.5)));
  const ofSine = add(mul(mul(polynomial(square, sine), square), r), r);
  const isOdd = shiftRight(shiftLeft(n, 31), 31);
  return asFloats(xor(asIntegers(select(isOdd, ofCosine, ofSine)), and(shiftLeft(n, 30), signBit)));
}

/** sin x. */
export function sin(block: Block, x: Expression): Expression {
  const { r, n } = reduce(block, x);
  return zeroLike(block.let("y", wave(block, r, n)), x);
}

/** cos x = sin(x + π/2). */
export function cos(block: Block, x: Expression): Expression {
  const { r, n } = reduce(block, x);
  return wave(block, r, block.let("next", add(n, 1)));
}
