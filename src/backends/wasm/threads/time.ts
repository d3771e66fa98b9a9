// Estimates the time of a kernel on one thread, in nanoseconds, to decide whether it is worth sharing. The rates were measured with
// profile() on training steps (x86, 128-bit vectors). They decide which thread does what, and never change results.
import type { Instruction, Kernel, Store } from "../../../compiler/kernel.ts";
import { mathOf } from "../../../schedule/body/math.ts";
import { maxInsertedK } from "../../../schedule/topk.ts";
import { formOf, instructionsOf } from "../kernel-writer.ts";

/** Floating-point operations of a product per nanosecond. */
const productRate = 40;
/** Nanoseconds of a simple instruction at one point, in each form. */
const instructionNs = { vector: 0.12, scalar: 0.6 };
/** Costs in simple instructions. */
const weights = { op: 1, math: 12, random: 60, dataIndex: 10, store: 2, reduction: 3 };
/** Nanoseconds of topk for each element of a line that is inserted, and for each comparison of the sort. */
const topkNs = { insertion: 3, comparison: 3 };

const weightOf = (instruction: Instruction): number => {
  if (instruction.kind === "randomBits") return weights.random;
  if (instruction.kind === "load" && instruction.indirection) return weights.dataIndex;
  return mathOf(instruction) === null ? weights.op : weights.math;
};

const weigh = (instructions: readonly Instruction[], stores: readonly Store[]): number =>
  instructions.reduce((sum, instruction) => sum + weightOf(instruction), 0) + weights.store * stores.length;

/** Estimated time of a kernel, in nanoseconds. */
export function timeOf(kernel: Kernel): number {
  const points = (kinds = "each serial reduce") =>
    kernel.axes.reduce((product, { kind, size }) => (kinds.includes(kind) ? product * size : product), 1);
  const simple = instructionNs[formOf(instructionsOf(kernel).map(({ dtype }) => dtype))];
  switch (kernel.kind) {
    case "loops": {
      const { body, stores, reductions, epilogue } = kernel;
      const inside = weigh(body, stores) + weights.reduction * reductions.length;
      return simple * (points() * inside + points("each serial") * weigh(epilogue.instructions, epilogue.stores));
    }
    case "scan":
      return simple * points() * (weigh(kernel.body, []) + 4 * weights.reduction);
    case "matmul":
      return (
        (2 * points()) / productRate +
        simple * points("each") * weigh(kernel.epilogue.instructions, kernel.epilogue.stores)
      );
    case "convolution": {
      const terms = kernel.channels * kernel.kernel[0] * kernel.kernel[1];
      const { instructions, stores } = kernel.epilogue;
      return (2 * points() * terms) / productRate + simple * points() * weigh(instructions, stores);
    }
    case "topk": {
      const { size, k } = kernel;
      return points() * size * (k > maxInsertedK ? topkNs.comparison * Math.log2(Math.max(size, 2)) : topkNs.insertion);
    }
    default:
      return kernel satisfies never;
  }
}
