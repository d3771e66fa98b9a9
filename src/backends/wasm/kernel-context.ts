// The functions that the kernels of a module call. They are declared before any kernel is written, because a function cannot be written
// inside another.
import type { Instruction, Kernel, KernelProgram } from "../../compiler/kernel.ts";
import { instructionsOf, mayFail } from "../../compiler/kernel-accesses.ts";
import { type MathName, vectorMath } from "../../loops/math/functions.ts";
import { mathOf } from "../../schedule/body/math.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";
import { writeIntegerPower } from "./callees/integer-power.ts";
import { writeReport } from "./callees/report.ts";
import { type Form, formOf, type KernelContext } from "./kernel-writer.ts";

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

const isIntegerPower = (instruction: Instruction): boolean =>
  instruction.kind === "op" && instruction.op === "pow" && !isFloating(instruction.dtype);

function importMath(module: Module, name: MathName): WasmFunction {
  const parameters = Array.from({ length: vectorMath[name].operands }, () => "f64" as const);
  return module.import("math", name, { parameters, results: ["f64"] });
}
