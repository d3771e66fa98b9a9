// Estimates the time of a kernel on one thread, in nanoseconds, to decide whether it is worth sharing. The rates were measured with
// profile() on training steps (x86, 128-bit vectors). They decide which thread does what, and never change results.
import { byKind, type Instruction, type Kernel, type Store } from "../../../compiler/kernel.ts";
import { instructionsOf } from "../../../compiler/kernel-accesses.ts";
import { mathOf } from "../../../schedule/body/math.ts";
import { maxInsertedK } from "../../../schedule/topk.ts";
import { formOf } from "../kernel-writer.ts";

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

const pointsOf = ({ axes }: Kernel, kinds = "each serial reduce"): number =>
  axes.reduce((product, { kind, size }) => (kinds.includes(kind) ? product * size : product), 1);

const simpleNs = (kernel: Kernel): number => instructionNs[formOf(instructionsOf(kernel).map(({ dtype }) => dtype))];

const weighEpilogue = ({ epilogue }: Kernel): number => weigh(epilogue.instructions, epilogue.stores);

/** Estimated time of a kernel, in nanoseconds. */
export const timeOf = byKind<number>({
  loops: (kernel) => {
    const inside = weigh(kernel.body, kernel.stores) + weights.reduction * kernel.reductions.length;
    return simpleNs(kernel) * (pointsOf(kernel) * inside + pointsOf(kernel, "each serial") * weighEpilogue(kernel));
  },
  scan: (kernel) => simpleNs(kernel) * pointsOf(kernel) * (weigh(kernel.body, []) + 4 * weights.reduction),
  matmul: (kernel) =>
    (2 * pointsOf(kernel)) / productRate + simpleNs(kernel) * pointsOf(kernel, "each") * weighEpilogue(kernel),
  convolution: (kernel) => {
    const terms = kernel.channels * kernel.kernel[0] * kernel.kernel[1];
    return (2 * pointsOf(kernel) * terms) / productRate + simpleNs(kernel) * pointsOf(kernel) * weighEpilogue(kernel);
  },
  topk: (kernel) => {
    const { size, k } = kernel;
    const sort = topkNs.comparison * Math.log2(Math.max(size, 2));
    return pointsOf(kernel) * size * (k > maxInsertedK ? sort : topkNs.insertion);
  },
});
