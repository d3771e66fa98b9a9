// arctan x. For |x| > 1 it is π/2 - arctan(1/|x|), so that the polynomial in x² is needed up to 1 alone.
import type { Block } from "../block.ts";
import { abs, add, divide, gt, mul, select, sub } from "../build.ts";
import type { Expression } from "../program.ts";
import { polynomial, signedLike } from "./polynomial.ts";

/** (arctan x - x) / x³ in x² for |x| ≤ 1, to 2⁻²⁷ of arctan x. */
const coefficients = [
  -0.333333124, 0.199988422, -0.142663464, 0.109585824, -0.0841065457, 0.0579135417, -0.0309912903, 0.0107485002,
  -0.00174370114,
];

/** arctan x. */
export function atan(block: Block, x: Expression): Expression {
  const size = block.let("size", abs(x));
  const isLarge = block.let("isLarge", gt(size, 1));
  const t = block.let("t", select(isLarge, divide(1, size), size));
  const square = block.let("square", mul(t, t));
  const near = block.let("near", add(mul(mul(polynomial(square, coefficients), square), t), t));
  return signedLike(select(isLarge, sub(Math.PI / 2, near), near), x);
}
