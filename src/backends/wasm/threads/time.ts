// How long a kernel takes on one thread, roughly, in nanoseconds: enough to tell what is worth sharing. The rates were measured with
// profile() on training steps (x86, 128-bit vectors); they decide who does something, never what comes out.
import type { Instruction, Kernel, Store } from "../../../compiler/kernel.ts";
import { mathOf } from "../kernel-context.ts";
import { formOf, instructionsOf } from "../kernel-writer.ts";

/** Floating-point operations of a product in a nanosecond. */
const products = 40;
/** Nanoseconds of a simple instruction at one point: with lanes, and number by number. */
const simple = { vector: 0.12, scalar: 0.6 };
/** In simple instructions. */
const weights = { op: 1, math: 12, random: 60, decided: 10, store: 2, reduction: 3 };
/** Nanoseconds of an element of a line whose largest are sought, and of one comparison when it is sorted. */
const topk = { kept: 3, compared: 3 };

const weightOf = (instruction: Instruction): number => {
  if (instruction.kind === "randomBits") return weights.random;
  if (instruction.kind === "load" && instruction.indirection) return weights.decided;
  return mathOf(instruction) === null ? weights.op : weights.math;
};

const weigh = (instructions: readonly Instruction[], stores: readonly Store[]): number =>
  instructions.reduce((sum, instruction) => sum + weightOf(instruction), 0) + weights.store * stores.length;

export function timeOf(kernel: Kernel): number {
  const points = (kinds = "each serial reduce") =>
    kernel.axes.reduce((product, { kind, size }) => (kinds.includes(kind) ? product * size : product), 1);
  const each = simple[formOf(instructionsOf(kernel).map(({ dtype }) => dtype))];
  switch (kernel.kind) {
    case "loops": {
      const { body, stores, reductions, epilogue } = kernel;
      const inside = weigh(body, stores) + weights.reduction * reductions.length;
      return each * (points() * inside + points("each serial") * weigh(epilogue.instructions, epilogue.stores));
    }
    case "scan":
      return each * points() * (weigh(kernel.body, []) + 4 * weights.reduction);
    case "matmul":
      return (
        (2 * points()) / products + each * points("each") * weigh(kernel.epilogue.instructions, kernel.epilogue.stores)
      );
    case "convolution": {
      const terms = kernel.channels * kernel.kernel[0] * kernel.kernel[1];
      const { instructions, stores } = kernel.epilogue;
      return (2 * points() * terms) / products + each * points() * weigh(instructions, stores);
    }
    case "topk": {
      const { size, k } = kernel;
      return points() * size * (k > 16 ? topk.compared * Math.log2(Math.max(size, 2)) : topk.kept);
    }
    default:
      return kernel satisfies never;
  }
}
