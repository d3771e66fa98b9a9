// What the kernels of a module share: the functions that they call, which are declared before any kernel is written, because a function
// cannot be written inside another; and the sites whose indices data decides.
import type { Instruction, KernelProgram } from "../../compiler/kernel.ts";
import { instructionsOf, mayFail } from "../../compiler/kernel-accesses.ts";
import { type MathName, vectorMath } from "../../loops/math/functions.ts";
import { formOfKernel } from "../../schedule/body/form.ts";
import { mathOf } from "../../schedule/body/math.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";
import { writeIntegerPower } from "./callees/integer-power.ts";
import { writeReport } from "./callees/report.ts";

/** A load or store whose index data decides. If an index is out of range, the table's failure word is the site's index plus 1. */
export interface Site {
  readonly call: "gather" | "scatterAdd";
  readonly size: number;
}

/** The context of one module's kernels. */
export interface KernelContext {
  readonly module: Module;
  readonly callees: Callees;
  /** The sites of all kernels so far. */
  readonly sites: Site[];
}

/** The functions that kernels call; vector functions are inlined instead. */
export interface Callees {
  /**
   * The functions that the formulas of ops call, by name: imported ones in float64, and integerPower, (base, exponent) -> power in i32.
   * There are only those that the kernels need.
   */
  readonly functions: ReadonlyMap<string, WasmFunction>;
  /** (table, site, value): reports an index out of range (report.ts); null if no kernel has a site. */
  readonly report: WasmFunction | null;
}

/** The context of one module's kernels; declares all functions that they may call. */
export function kernelContext(module: Module, { kernels }: Pick<KernelProgram, "kernels">): KernelContext {
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
  return { module, callees: { functions, report }, sites: [] };
}

const isIntegerPower = (instruction: Instruction): boolean =>
  instruction.kind === "op" && instruction.op === "pow" && !isFloating(instruction.dtype);

function importMath(module: Module, name: MathName): WasmFunction {
  const parameters = Array.from({ length: vectorMath[name].operands }, () => "f64" as const);
  return module.import("math", name, { parameters, results: ["f64"] });
}
