// Estimates times on one thread, in nanoseconds, from the costs of plans. They decide which thread does what, and never change results. The
// rates were measured with bench/estimates.js (x86, 128-bit vectors).
import type { Epilogue, Value } from "../../compiler/kernel.ts";
import type { Form } from "../body/form.ts";
import { formOf } from "../body/form.ts";
import { instructionsCost, storesCost } from "./instructions.ts";

/** Nanoseconds of a simple instruction on a vector, and on a number. */
const instructionNs: Readonly<Record<Form, number>> = { vector: 0.2, scalar: 0.12 };
/** Nanoseconds of half a cycle of a product's tiles, with what packing and padding take. */
const halfCycleNs = 0.19;
/** Nanoseconds of a top-k for each element of a line; of its merge sort for each comparison. */
const topkNs = { insertion: 3, selection: 3, radix: 20, merge: 6 };

/** Time of a loop nest with this cost at each of its points. */
export const nestTime = (form: Form, cost: number, points: number): number => instructionNs[form] * cost * points;

/** Time of a product with this cost in half cycles, and of its epilogue for all results, whose lanes are along the axis `lane`. */
export function productTime(
  halfCycles: number,
  { epilogue, lane, results }: { readonly epilogue: Epilogue; readonly lane: number; readonly results: number },
): number {
  const { instructions, stores } = epilogue;
  const form = formOf(instructions.map(({ dtype }) => dtype));
  const step = (strides: readonly number[]) => (form === "scalar" ? 1 : (strides[lane] ?? 0));
  // Value 0 is the sum.
  const lanes = { step, varying: new Set<Value>([0]), form };
  const cost = instructionsCost(instructions, 1, lanes) + storesCost(stores, lanes, form === "scalar");
  return halfCycleNs * halfCycles + nestTime(form, cost, form === "scalar" ? results : results / 4);
}

/** Time of a top-k of lines. */
export const topkTime = (method: keyof typeof topkNs, lines: number, size: number): number =>
  topkNs[method] * lines * size * (method === "merge" ? Math.log2(Math.max(size, 2)) : 1);
