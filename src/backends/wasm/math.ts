// The functions that WebAssembly lacks, on four float32 at a time. All of them use only instructions that every engine rounds
// alike (no relaxed SIMD, no fused multiply-add, no Math of the engine), so their bits are the same everywhere.
//
// `ulp` is the largest error over all arguments, in units of the last place of the float32 result, measured against the
// value that is not rounded (0.5 is a correctly rounded function); the tests hold each function to it.
import type { Code, Function, Local, Module } from "./assembler.ts";
import { erf } from "./math/erf.ts";
import { exp, expm1, sigmoid, tanh } from "./math/exponential.ts";
import { log, log1p } from "./math/logarithm.ts";
import { pow } from "./math/power.ts";
import { cos, sin } from "./math/trigonometric.ts";

export type MathName = "exp" | "expm1" | "log" | "log1p" | "tanh" | "sigmoid" | "erf" | "sin" | "cos" | "pow";

interface VectorFunction {
  readonly ulp: number;
  readonly operands: 1 | 2;
  /** Writes it in place: pushes the result for operands that stay as they are. */
  readonly write: (code: Code, ...operands: Local[]) => void;
}

export const vectorMath = {
  exp: { ulp: 2, operands: 1, write: exp },
  expm1: { ulp: 2, operands: 1, write: expm1 },
  log: { ulp: 2, operands: 1, write: log },
  log1p: { ulp: 2, operands: 1, write: log1p },
  tanh: { ulp: 2, operands: 1, write: tanh },
  sigmoid: { ulp: 2, operands: 1, write: sigmoid },
  erf: { ulp: 3, operands: 1, write: erf },
  sin: { ulp: 2, operands: 1, write: sin },
  cos: { ulp: 2, operands: 1, write: cos },
  pow: { ulp: 1, operands: 2, write: pow },
} as const satisfies Record<MathName, VectorFunction>;

/** The functions of one module, each written when it is asked for first: before the functions that call it, not within them. */
export class MathFunctions {
  readonly #module: Module;
  readonly #written = new Map<MathName, Function>();

  constructor(module: Module) {
    this.#module = module;
  }

  function(name: MathName): Function {
    const known = this.#written.get(name);
    if (known) return known;
    const { operands, write }: VectorFunction = vectorMath[name];
    const parameters = Array.from({ length: operands }, () => "v128" as const);
    const written = this.#module.function(name, { parameters, results: ["v128"] }, write);
    this.#written.set(name, written);
    return written;
  }
}
