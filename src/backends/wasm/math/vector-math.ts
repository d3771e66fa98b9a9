// The mathematical functions that WebAssembly lacks, on four float32 at a time. They use only instructions that every engine rounds in the
// same way (no relaxed SIMD, no fused multiply-add, no Math of the engine), so results have the same bits everywhere. The polynomials come
// from scripts/polynomials.py.
//
// Speed: V8 builds each constant again in every basic block that uses it, with three instructions. A loop that loads four vectors and then
// inlines a function for each of them shares the constants, and takes about half the time (bench/math.js).
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { erf } from "./erf.ts";
import { exp, expm1, sigmoid, tanh } from "./exponential.ts";
import { log, log1p } from "./logarithm.ts";
import { pow } from "./power.ts";
import { cos, sin } from "./trigonometric.ts";

export type MathName = "exp" | "expm1" | "log" | "log1p" | "tanh" | "sigmoid" | "erf" | "sin" | "cos" | "pow";

interface VectorFunction {
  /**
   * Largest error of a result, in units in the last place (1/2 would be correctly rounded). It was confirmed for every argument, and for
   * pow, which has too many, on samples; the tests check each function against it.
   */
  readonly ulp: number;
  readonly operands: 1 | 2;
  /** Inlines the function: pushes the result and does not change the operands. */
  readonly write: (code: Code, ...operands: Local[]) => void;
}

export const vectorMath = {
  exp: { ulp: 1, operands: 1, write: exp },
  expm1: { ulp: 1.6, operands: 1, write: expm1 },
  log: { ulp: 0.9, operands: 1, write: log },
  log1p: { ulp: 1.4, operands: 1, write: log1p },
  tanh: { ulp: 1.7, operands: 1, write: tanh },
  sigmoid: { ulp: 1.8, operands: 1, write: sigmoid },
  erf: { ulp: 1.4, operands: 1, write: erf },
  sin: { ulp: 1.7, operands: 1, write: sin },
  cos: { ulp: 1.7, operands: 1, write: cos },
  pow: { ulp: 0.6, operands: 2, write: pow },
} as const satisfies Record<MathName, VectorFunction>;

/**
 * The vector functions of one module. Each is written on its first request, which has to come before the functions that call it are
 * written.
 */
export class MathFunctions {
  readonly #module: Module;
  readonly #written = new Map<MathName, WasmFunction>();

  constructor(module: Module) {
    this.#module = module;
  }

  function(name: MathName): WasmFunction {
    const earlier = this.#written.get(name);
    if (earlier) return earlier;
    const { operands, write }: VectorFunction = vectorMath[name];
    const parameters = Array.from({ length: operands }, () => "v128" as const);
    const written = this.#module.function(name, { parameters, results: ["v128"] }, write);
    this.#written.set(name, written);
    return written;
  }
}
