// The error function, which StableHLO lacks. In float32 it is written out, since 1 + erf x, as in GELU, keeps its digits for negative x only
// if erf is rounded correctly near -1. In float64 it is the erf of CHLO, the dialect beside StableHLO, which JAX knows as well.
import type { Body } from "../body.ts";
import type { Value } from "../types.ts";

/** (erf x - x) / x in x² for |x| < 0.9, to 2⁻²⁶. */
const nearZero = [0.128379155, -0.376125324, 0.1128223, -0.0267819571, 0.00501622874, -0.000611129401];
/** log₂ erfc x for 0.9 ≤ x ≤ 3.95, to 2⁻²⁶ of erf x; erf rounds to 1 from 3.92 on. */
const complement = [
  -8.89433024e-5, -1.62803137, -0.916503817, -0.153490882, 0.0346967074, -0.00551266371, 0.000538305416, -2.40164668e-5,
];

export function erf(x: Value, body: Body): Value {
  if (x.dtype === "float64") return body.special("chlo.erf", x, x);
  const [result] = body.functions.shared(body, "erf", [x], (inside, [value]) => [inParts(value, inside)]);
  return result;
}

/** x + x · P(x²) near 0, and sign x · (1 - 2^Q(|x|)) further out. */
function inParts(x: Value, body: Body): Value {
  const size = body.op("abs", x);
  // The square is that of a bounded number: of a product, XLA would square the factors, which may overflow.
  const bounded = body.op("minimum", size, body.constant(3.95, x));
  const square = body.op("multiply", bounded, bounded);
  const near = body.op("add", body.op("multiply", polynomial(square, nearZero, body), x), x);
  const exponent = body.op("multiply", polynomial(bounded, complement, body), body.constant(Math.LN2, x));
  const rest = body.op("subtract", body.constant(1, x), body.op("exponential", exponent));
  const far = body.op("multiply", body.op("sign", x), rest);
  return body.select(body.compare("GE", size, body.constant(0.9, x)), far, near);
}

/** c₀ + c₁x + c₂x² + ..., by Horner's rule. */
function polynomial(x: Value, coefficients: readonly number[], body: Body): Value {
  const [highest, ...others] = coefficients.toReversed().map((c) => body.constant(c, x));
  return others.reduce((sum, c) => body.op("add", body.op("multiply", sum, x), c), highest);
}
