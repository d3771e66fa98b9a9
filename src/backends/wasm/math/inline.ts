// The vector functions of src/loops/math in WebAssembly: inlined, or as functions of a module.
//
// Speed: V8 builds each constant again in every basic block that uses it, with three instructions. A loop that loads four vectors and then
// inlines a function for each of them shares the constants, and takes about half the time (bench/math.js).
import { Block } from "../../../loops/block.ts";
import { variable } from "../../../loops/build.ts";
import { type MathName, vectorMath } from "../../../loops/math/functions.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { pushAfter } from "../loops/write.ts";

/** Writes the instructions of a function: they push the result and do not change the operands. */
export function inlineMath(code: Code, name: MathName, operands: readonly Local[]): void {
  const [x, y] = [variable("x", "f32x4"), variable("y", "f32x4")];
  const block = new Block();
  const result = vectorMath[name].formula(block, x, y);
  const variables = new Map(operands.map((local, i) => [i === 0 ? x : y, local]));
  pushAfter(code, block.statements, result, variables);
}

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
    const parameters = Array.from({ length: vectorMath[name].operands }, () => "v128" as const);
    const written = this.#module.function(name, { parameters, results: ["v128"] }, (code, ...operands) =>
      inlineMath(code, name, operands),
    );
    this.#written.set(name, written);
    return written;
  }
}
