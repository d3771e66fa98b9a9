// Plans a loop nest: the axis of the lanes (cost.ts), the order of the loops, the vectors that are processed at a time, and the
// units of work. Loops with large strides are outermost. Short loops are unrolled and innermost, inside the lanes' loop: there their
// iterations share loop-invariant values, and where they read with stride 2, one iteration uses the elements that another skips.
import type { Access, Instruction } from "../../compiler/kernel.ts";
import type { Form } from "../body/form.ts";
import { mathOf } from "../body/math.ts";
import { sharesConstants, vectorsAtATime } from "../body/vectors.ts";
import { bytesOf } from "../elements.ts";
import { cheapestLanes, numberByNumber } from "./cost.ts";
import { type Nest, type NestPlan, sizeOf, unitsOf } from "./nest.ts";

/** Number of units that is enough for any number of threads. */
const maxUnits = 32;
/** Number of points of a unit that is worth its start. */
const minUnitPoints = 2048;
/** Limits of unrolled loops: points, and instructions. */
const maxUnrolledPoints = 16;
const maxUnrolledInstructions = 400;
/** Vector instructions of a function of loops/math, of random bits, and of an addition to a total. */
const lengths = { math: 42, randomBits: 140, reduction: 2 };
/** Size of an axis that is not reduced and may be unrolled. */
const maxUnrolledSize = 4;
/** Size and stride from which a loop misses the cache. */
const minCrossedSize = 16;

/** Plans a nest; units are cut from the axis `first` before all others, unless that axis has to be a loop inside a unit. */
export function planNest(nest: Nest, form: Form, first: number | null = null): NestPlan {
  const { axes, reductions, running } = nest;
  const loopAxes = axes.flatMap(({ size }, axis) => (size === 1 ? [] : [axis]));
  const { lane, cost } = form === "scalar" ? numberByNumber(nest) : cheapestLanes(nest, loopAxes);
  const length = lane === null ? 1 : axes[lane].size;
  const vectors = Math.min(vectorsFor(nest), Math.ceil(length / 4));
  const others = loopAxes.filter((axis) => axis !== lane);
  const weights = axes.map((_, axis) => weightOf(nest, axis));
  const heaviest = (list: readonly number[]) => list.toSorted((a, b) => weights[b] - weights[a]);
  const size = (list: readonly number[]) => sizeOf(list.map((axis) => axes[axis]));
  const axesOf = (kind: "each" | "serial" | "reduce") => others.filter((axis) => axes[axis].kind === kind);

  const crossed = lane === null ? null : crossedAxis(nest, lane, axesOf("each"));
  const each = heaviest(axesOf("each").filter((axis) => axis !== crossed));
  const inOrder = running !== null || reductions.some(({ combine }) => combine === "argmax");
  const reduced = inOrder ? axesOf("reduce") : heaviest(axesOf("reduce"));
  const short = reductions.length > 0 ? reduced : each.filter((axis) => axes[axis].size <= maxUnrolledSize);
  const maxPoints = Math.min(maxUnrolledPoints, maxUnrolledInstructions / (vectors * lengthOfBody(nest)));
  const unrolled: number[] = [];
  if (crossed === null)
    for (const axis of short.toReversed()) {
      if (size(unrolled) * axes[axis].size > maxPoints) break;
      unrolled.unshift(axis);
    }

  const free = each.filter((axis) => !unrolled.includes(axis));
  const outer = [...free.filter((axis) => axis === first), ...free.filter((axis) => axis !== first)];
  let [units, unitDepth] = [1, 0];
  while (unitDepth < outer.length && units < maxUnits) units *= axes[outer[unitDepth++]].size;
  const inside = [...axesOf("serial"), ...reduced, ...(crossed === null ? [] : [crossed])];
  const lanes = lane === null ? [] : [lane];
  const laneReduced = lane !== null && axes[lane].kind === "reduce";
  const cutsLanes = units < maxUnits && unitDepth === outer.length && lane !== null && !laneReduced;
  const order = [
    ...outer.slice(unitDepth),
    ...axesOf("serial"),
    ...(laneReduced ? [] : lanes),
    ...(crossed === null ? [] : [crossed]),
    ...reduced.filter((axis) => !unrolled.includes(axis)),
    ...(laneReduced ? lanes : []),
    ...unrolled,
  ];
  return {
    units: outer.slice(0, unitDepth),
    piece: cutsLanes ? pieceOf(length, 4 * vectors, units, size(inside)) : null,
    loops: order.map((axis) => ({ axis, unrolled: unrolled.includes(axis) })),
    lane,
    vectors,
    cost,
  };
}

/** Elements of the lane axis in a unit of work, a multiple of `step`; null if the axis is not cut. */
function pieceOf(length: number, step: number, units: number, points: number): number | null {
  const forUnits = length / Math.ceil(maxUnits / Math.max(units, 1));
  const piece = Math.ceil(Math.max(forUnits, minUnitPoints / Math.max(points, 1)) / step) * step;
  return piece < length ? piece : null;
}

const loadsOf = (instructions: readonly Instruction[]): Access[] =>
  instructions.flatMap((instruction) => (instruction.kind === "load" ? [instruction.access] : []));

/** Bytes that a step along an axis moves all accesses; axes with more belong outside. */
function weightOf({ body, stores, epilogue, running }: Nest, axis: number): number {
  const all = [
    ...loadsOf([...body, ...epilogue.instructions]),
    ...[...stores, ...epilogue.stores].map(({ access }) => access),
    ...(running ? [running] : []),
  ];
  return all.reduce((sum, { buffer, strides }) => sum + Math.abs(strides[axis] ?? 0) * bytesOf(buffer.dtype), 0);
}

/**
 * The axis along which elements are neighbours where the lanes' stride is large, as in a transposition. Its loop is placed inside the
 * lanes' loop, where it finds the cache lines that the iteration before has loaded.
 */
function crossedAxis({ axes, body, stores, reductions, running }: Nest, lane: number, each: readonly number[]) {
  if (reductions.length > 0 || running || axes.some(({ kind }) => kind === "serial")) return null;
  const accesses = [...loadsOf(body), ...stores.map(({ access }) => access)];
  const crosses = (axis: number) =>
    axes[axis].size >= minCrossedSize &&
    axes[lane].size >= minCrossedSize &&
    accesses.some(({ strides }) => Math.abs(strides[axis]) === 1 && Math.abs(strides[lane]) >= minCrossedSize);
  return each.find(crosses) ?? null;
}

/** The instructions that run at each point; the epilogue is among them only if nothing is reduced. */
const pointwise = ({ body, reductions, epilogue }: Nest): readonly Instruction[] =>
  reductions.length > 0 ? body : [...body, ...epilogue.instructions];

/** Approximate number of vector instructions that are written for a point. */
const lengthOfBody = (nest: Nest): number =>
  pointwise(nest).reduce((sum, instruction) => sum + lengthOf(instruction), 0) +
  nest.stores.length +
  lengths.reduction * nest.reductions.length;

const lengthOf = (instruction: Instruction): number => {
  if (instruction.kind === "randomBits") return lengths.randomBits;
  return mathOf(instruction) === null ? 1 : lengths.math;
};

function vectorsFor(nest: Nest): number {
  const all = pointwise(nest);
  // A sum takes two registers for each vector.
  return nest.reductions.length > 0 && all.length > 4 && !sharesConstants(all) ? 2 : vectorsAtATime(all);
}

/** The plan in words, for explain(). */
export function describeNest(nest: Nest, plan: NestPlan, form: Form): string {
  const { lane, vectors, piece } = plan;
  const units = unitsOf(nest, plan);
  const parts = [units === 1 ? "one unit" : `${units} units`];
  if (form === "scalar") parts.push("number by number");
  else if (lane === null) parts.push("one lane");
  else {
    const { kind, size } = nest.axes[lane];
    parts.push(`${kind === "reduce" ? "reduced " : ""}lanes along ${size}${piece === null ? "" : `, ${piece} a unit`}`);
    parts.push(vectors === 1 ? "a vector at a time" : `${vectors} vectors at a time`);
  }
  return parts.join(", ");
}
