// Convolutions in float32 as loop programs that are specialised to their sizes and strides. A convolution with gaps is several ones without
// (gaps.ts); each has its algorithm, and their units follow one another.
import type { Block } from "../../../loops/block.ts";
import { add, max, min, mul, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { isDepthwiseGradient } from "../depthwise/gradient-plan.ts";
import { isDepthwise } from "../depthwise/plan.ts";
import { addWinograd } from "../winograd/build.ts";
import { byWinograd, winogradPlan } from "../winograd/plan.ts";
import { type Part, withoutGaps } from "./gaps.ts";
import { outputsCost } from "./outputs-plan.ts";
import { addByPositions } from "./positions.ts";
import { positionsCost, positionsPlan } from "./positions-plan.ts";
import type { ConvolutionProblem, Finish } from "./problem.ts";
import type { ConvolutionSpec } from "./spec.ts";

interface Plan {
  readonly units: number;
  /** Bytes of scratch memory of one call. */
  readonly scratch: number;
  readonly description: string;
}

/** An algorithm for convolutions: its plan, and what adds the loops that compute its units [from, to). */
export interface Algorithm {
  readonly plan: (spec: ConvolutionSpec) => Plan;
  readonly add: (block: Block, problem: ConvolutionProblem, from: Variable, to: Variable) => void;
}

/** Outputs in the lanes also cost copies and a gather, which the estimate leaves out: positions are preferred up to this cost ratio. */
const maxCostRatio = 1.1;

const byPositions = (spec: ConvolutionSpec): boolean => positionsCost(spec) <= maxCostRatio * outputsCost(spec);

function algorithmOf(spec: ConvolutionSpec): Algorithm | null {
  if (byWinograd(spec)) return { plan: winogradPlan, add: addWinograd };
  if (isDepthwiseGradient(spec) || isDepthwise(spec)) return null;
  return byPositions(spec) ? { plan: positionsPlan, add: addByPositions } : null;
}

/** A part of a convolution without gaps, with its algorithm and its plan. */
interface PlannedPart extends Part {
  readonly algorithm: Algorithm;
  readonly plan: Plan;
}

/** The parts of a convolution, by one algorithm if it is given; null if a part has no builder of loops. */
export function partsOf(spec: ConvolutionSpec, given?: Algorithm): readonly PlannedPart[] | null {
  const { batch, groups, outputs, positions } = spec;
  if (batch * groups * outputs * positions[0] * positions[1] === 0) return [];
  const parts: PlannedPart[] = [];
  for (const part of withoutGaps(spec)) {
    const algorithm = given ?? algorithmOf(part.spec);
    if (algorithm === null) return null;
    parts.push({ ...part, algorithm, plan: algorithm.plan(part.spec) });
  }
  return parts;
}

/** Number of units of work: parts of y that one call or several calls compute. */
export const unitsOfParts = (parts: readonly PlannedPart[]): number =>
  parts.reduce((sum, { plan }) => sum + plan.units, 0);

/** Bytes of scratch memory of one call; calls that run at the same time must not share it. */
export const scratchOfParts = (parts: readonly PlannedPart[]): number =>
  Math.max(0, ...parts.map(({ plan }) => plan.scratch));

/** The plan in words, for explain(). */
export function describeParts(parts: readonly PlannedPart[]): string {
  const [first, ...others] = parts.map(({ plan }) => plan.description);
  if (first === undefined) return "nothing to do";
  return others.length === 0 ? first : `${others.length + 1} parts without gaps, the first in ${first}`;
}

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
  for (const part of parts) {
    const own = ofPart(problem, part);
    if (parts.length === 1) part.algorithm.add(block, own, from, to);
    else {
      const within = (index: Variable) => min(max(sub(index, before), 0), part.plan.units);
      const [first, last] = [block.let("first", within(from)), block.let("last", within(to))];
      block.outline("part", (inner) => part.algorithm.add(inner, own, first, last));
    }
    before += part.plan.units;
  }
}

/** The convolution that is a part of another one. */
const ofPart = ({ x, w, y, scratch, finish }: ConvolutionProblem, part: Part): ConvolutionProblem => ({
  spec: part.spec,
  x,
  w: { ...w, first: add(w.first, part.w) },
  y: y && { ...y, first: add(y.first, part.y) },
  scratch,
  finish: finish && ofWhole(finish, part),
});

/** `finish` for places of a part: it receives rows and columns of the whole. */
function ofWhole(finish: Finish, { first, apart }: Part): Finish {
  const place = (index: Expression, dim: 0 | 1) => add(mul(index, apart[dim]), first[dim]);
  return (block, sums) =>
    finish(block, {
      ...sums,
      row: place(sums.row, 0),
      column: place(sums.column, 1),
      apart: sums.apart * apart[1],
    });
}
