// Convolutions in float32 as loop programs that are specialised to their sizes and strides. A convolution with gaps is several ones without
// (gaps.ts); each has its algorithm, and their units follow one another.

import type { Block } from "../../../loops/block.ts";
import { add, max, min, mul, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { addDepthwise } from "../depthwise/build.ts";
import { addDepthwiseGradient } from "../depthwise/gradient.ts";
import { addByImages } from "../images/build.ts";
import { addWinograd } from "../winograd/build.ts";
import type { Part } from "./gaps.ts";
import { addByOutputs } from "./outputs.ts";
import type { Algorithm, PlannedPart, Plans } from "./plan.ts";
import { addByPositions } from "./positions.ts";
import type { ConvolutionProblem, ConvolutionSums, FinishMany } from "./problem.ts";

/** Adds the loops that compute the units [from, to) by an algorithm. */
type Builder<A extends Algorithm> = (
  block: Block,
  problem: ConvolutionProblem,
  plan: Plans[A],
  from: Variable,
  to: Variable,
) => void;

const builders: { readonly [A in Algorithm]: Builder<A> } = {
  winograd: addWinograd,
  gradient: addDepthwiseGradient,
  depthwise: addDepthwise,
  positions: addByPositions,
  outputs: addByOutputs,
  images: addByImages,
};

/**
 * Adds the loops that compute the units [from, to). Operands are read in whole vectors: 12 bytes past the last element of x, of w and of
 * each buffer that `finish` loads must be readable.
 */
export function addConvolution(
  block: Block,
  problem: ConvolutionProblem,
  parts: readonly PlannedPart[],
  from: Variable,
  to: Variable,
): void {
  let before = 0;
  for (const [i, part] of parts.entries()) {
    const own = ofPart(problem, part);
    if (parts.length === 1) addPart(block, own, part, from, to);
    else {
      const within = (index: Variable) => min(max(sub(index, before), 0), part.plan.units);
      const [first, last] = [block.let("first", within(from)), block.let("last", within(to))];
      block.outline(`part${i}`, (inner) => addPart(inner, own, part, first, last));
    }
    before += part.plan.units;
  }
}

/** Adds the loops of a part by its algorithm. */
function addPart(block: Block, problem: ConvolutionProblem, part: PlannedPart, from: Variable, to: Variable): void {
  const builder: Builder<never> = builders[part.algorithm];
  builder(block, problem, part.plan as never, from, to);
}

/** The convolution that is a part of another one. */
const ofPart = ({ x, w, y, scratch, finish, finishMany }: ConvolutionProblem, part: Part): ConvolutionProblem => ({
  spec: part.spec,
  x,
  w: { ...w, first: add(w.first, part.w) },
  y: y && { ...y, first: add(y.first, part.y) },
  scratch,
  finish: finish && ((block, sums) => finish(block, ofWhole(sums, part))),
  ...(finishMany && { finishMany: finishManyOfPart(finishMany, part) }),
});

/** `finishMany` of a part. */
const finishManyOfPart = ({ vectors, add: finish }: FinishMany, part: Part): FinishMany => ({
  vectors,
  add: (block, all) =>
    finish(
      block,
      all.map((sums) => ofWhole(sums, part)),
    ),
});

/** Sums of a part with their row and column in the whole. */
function ofWhole(sums: ConvolutionSums, { first, apart }: Part): ConvolutionSums {
  const place = (index: Expression, dim: 0 | 1) => add(mul(index, apart[dim]), first[dim]);
  return { ...sums, row: place(sums.row, 0), column: place(sums.column, 1), apart: sums.apart * apart[1] };
}
