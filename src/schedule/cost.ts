// Estimates the time of a kernel on one thread, in nanoseconds, to decide whether it is worth sharing. The rates were measured with
// profile() on training steps (x86, 128-bit vectors). They decide which thread does what, and never change results.
import type {
  Convolution,
  Epilogue,
  Instruction,
  Kernel,
  Loops,
  Matmul,
  Scan,
  Store,
  Topk,
} from "../compiler/kernel.ts";
import { formOfKernel } from "./body/form.ts";
import { mathOf } from "./body/math.ts";

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

/** The points of all axes, or of those of some kinds. */
const pointsOf = ({ axes }: Kernel, kinds = "each serial reduce"): number =>
  axes.reduce((product, { kind, size }) => (kinds.includes(kind) ? product * size : product), 1);

/** Nanoseconds of a simple instruction at one point of a kernel. */
const simpleNs = (kernel: Kernel): number => instructionNs[formOfKernel(kernel)];

/** Time of a loop nest or a scan. */
export function nestTime(kernel: Loops | Scan): number {
  if (kernel.kind === "scan")
    return simpleNs(kernel) * pointsOf(kernel) * (weigh(kernel.body, []) + 4 * weights.reduction);
  const { body, stores, reductions, epilogue } = kernel;
  const inside = weigh(body, stores) + weights.reduction * reductions.length;
  return (
    simpleNs(kernel) *
    (pointsOf(kernel) * inside + pointsOf(kernel, "each serial") * weigh(epilogue.instructions, epilogue.stores))
  );
}

/** Time of a product whose results each sum this many terms. */
export function productTime(kernel: Matmul | Convolution, terms: number): number {
  const { instructions, stores }: Epilogue = kernel.epilogue;
  const results = pointsOf(kernel, "each");
  return (2 * results * terms) / productRate + simpleNs(kernel) * results * weigh(instructions, stores);
}

/** Time of a top-k, by merge sort or by insertion. */
export function topkTime(kernel: Topk, sorted: boolean): number {
  const { size } = kernel;
  return pointsOf(kernel) * size * (sorted ? topkNs.comparison * Math.log2(Math.max(size, 2)) : topkNs.insertion);
}
