// The mathematical functions that processors lack, on four float32 at a time. They use only operations that every engine rounds in the same
// way (no fused multiply-add, no Math of the engine), so results have the same bits everywhere. The polynomials come from
// scripts/polynomials.py.
import type { Block } from "../block.ts";
import type { Expression } from "../program.ts";
import { atan } from "./arctangent.ts";
import { erf } from "./erf.ts";
import { exp, expm1, sigmoid, tanh } from "./exponential.ts";
import { log, log1p } from "./logarithm.ts";
import { pow } from "./power.ts";
import { cos, sin } from "./trigonometric.ts";

export type MathName = "exp" | "expm1" | "log" | "log1p" | "tanh" | "sigmoid" | "erf" | "sin" | "cos" | "atan" | "pow";

interface VectorFunction {
  /**
   * Largest error of a result, in units in the last place (1/2 would be correctly rounded). It was confirmed for every argument, and for
   * pow, which has too many, on samples; the tests check each function against it.
   */
  readonly ulp: number;
  readonly operands: 1 | 2;
  /** The result, after the statements that are added to the block. The operands are variables. */
  readonly formula: (block: Block, x: Expression, y: Expression) => Expression;
}

export const vectorMath = {
  exp: { ulp: 1, operands: 1, formula: exp },
  expm1: { ulp: 1.6, operands: 1, formula: expm1 },
  log: { ulp: 0.9, operands: 1, formula: log },
  log1p: { ulp: 1.4, operands: 1, formula: log1p },
  tanh: { ulp: 1.7, operands: 1, formula: tanh },
  sigmoid: { ulp: 1.8, operands: 1, formula: sigmoid },
  erf: { ulp: 1.4, operands: 1, formula: erf },
  sin: { ulp: 1.7, operands: 1, formula: sin },
  cos: { ulp: 1.7, operands: 1, formula: cos },
  atan: { ulp: 2.1, operands: 1, formula: atan },
  pow: { ulp: 0.6, operands: 2, formula: pow },
} as const satisfies Record<MathName, VectorFunction>;
