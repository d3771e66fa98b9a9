// What kernels with float64 import: the functions of the op table itself, so that they give the same bits.
import { elementwise } from "../../../tensor/ops/elementwise.ts";
import { erf } from "../../../tensor/ops/erf.ts";
import type { MathName } from "./vector-math.ts";

/** The meaning of an op, for one number. */
function evaluated(name: "sigmoid" | "pow"): (a: number, b?: number) => number {
  const cell = () => ({ shape: [], dtype: "float64" as const, data: new Float64Array(1) });
  const [y, ...inputs] = [cell(), cell(), cell()];
  return (a, b = 0) => {
    inputs[0].data[0] = a;
    inputs[1].data[0] = b;
    elementwise[name].evaluate(y, inputs, {});
    return y.data[0];
  };
}

export const mathImports = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sin: Math.sin,
  cos: Math.cos,
  erf,
  sigmoid: evaluated("sigmoid"),
  pow: evaluated("pow"),
} as const satisfies Record<MathName, unknown>;
