// The functions that the kernels of a module call. They are declared before any kernel is written, because a function cannot be written
// inside another.
import type { Instruction, Kernel, KernelProgram } from "../../compiler/kernel.ts";
import type { MathName } from "../../loops/math/functions.ts";
import { type Entry, formulas } from "../../schedule/body/elementwise.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";
import { writeIntegerPower } from "./body/integer-power.ts";
import { writeReport } from "./body/report.ts";
import { type Form, formOf, instructionsOf, type KernelContext, mayFail } from "./kernel-writer.ts";

const formOfKernel = (kernel: Kernel): Form => formOf(instructionsOf(kernel).map(({ dtype }) => dtype));

/** The context of one module's kernels; declares all functions that they may call. */
export function kernelContext(
  module: Module,
  { kernels }: Pick<KernelProgram, "kernels">,
  relaxed: boolean,
  winograd = false,
): KernelContext {
  const functions = new Map<string, WasmFunction>();
  for (const kernel of kernels) {
    if (formOfKernel(kernel) === "vector") continue;
    for (const instruction of instructionsOf(kernel)) {
      const name = mathOf(instruction);
      if (name && !functions.has(name)) functions.set(name, importMath(module, name));
    }
  }
  if (kernels.flatMap(instructionsOf).some(isIntegerPower)) functions.set("integerPower", writeIntegerPower(module));
  const report = kernels.some(mayFail) ? writeReport(module) : null;
  return { module, callees: { functions, report }, relaxed, winograd, sites: [] };
}

/** The function of loops/math that an instruction computes; null if there is none. */
export function mathOf(instruction: Instruction): MathName | null {
  if (instruction.kind !== "op" || !isFloating(instruction.dtype)) return null;
  const { math }: Entry = formulas[instruction.op];
  return math ?? null;
}

const isIntegerPower = (instruction: Instruction): boolean =>
  instruction.kind === "op" && instruction.op === "pow" && !isFloating(instruction.dtype);

function importMath(module: Module, name: MathName): WasmFunction {
  const parameters = name === "pow" ? (["f64", "f64"] as const) : (["f64"] as const);
  return module.import("math", name, { parameters, results: ["f64"] });
}
