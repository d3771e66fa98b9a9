// The parts into which a convolution with outputs in the lanes is cut (outputs.ts): units of work, and blocks of their sums.
import { add, mul } from "../../../loops/build.ts";
import type { Expression, Memory, Variable } from "../../../loops/program.ts";
import type { Operand } from "../tile.ts";
import type { OutputsPlan } from "./outputs-plan.ts";
import type { ConvolutionSpec } from "./spec.ts";

/** The images and outputs of a unit, and how many there are of each. */
export interface OutputsUnit {
  readonly group: Expression;
  readonly output: Expression;
  readonly outputs: Expression;
  readonly image: Expression;
  readonly images: Expression;
}

/** A block of the sum: `channels` channels from c on, and `rows` kernel rows from i on. */
export interface SumBlock {
  readonly c: Expression;
  readonly channels: number | Variable;
  readonly i: Expression;
  readonly rows: number | Variable;
}

/** Where a panel of the packed kernel begins: an output takes as many elements as a block of the sum has terms. */
export const packedPanel = (
  scratch: Memory,
  { kernel }: ConvolutionSpec,
  plan: OutputsPlan,
  o: Expression,
): Operand => ({ memory: scratch, first: add(mul(o, plan.channels * plan.kernelRows * kernel[1]), plan.packed) });
