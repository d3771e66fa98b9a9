// The functions that kernels with float64 import: those of the op table, so that results have the same bits.

import type { MathName } from "../../../loops/math/functions.ts";
import { elementwise } from "../../../tensor/ops/elementwise.ts";
import { erf } from "../../../tensor/ops/erf.ts";

/** An op of the table as a function of numbers. */
function scalarOf(name: "sigmoid" | "pow"): (a: number, b?: number) => number {
  const cell = () => ({ shape: [], dtype: "float64" as const, data: new Float64Array(1) });
  const [y, ...inputs] = [cell(), cell(), cell()];
  return (a, b = 0) => {
    inputs[0].data[0] = a;
    inputs[1].data[0] = b;
    elementwise[name].evaluate(y, inputs, {});
    return y.data[0];
  };
}

/** The import object "math" of a program's module. */
export const mathImports = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
  erf,
  sigmoid: scalarOf("sigmoid"),
  pow: scalarOf("pow"),
} as const satisfies Record<MathName, unknown>;
