// How a loop nest runs: the axis of the lanes (lane-cost.ts), the order of the loops, how many vectors are done at a time, and what
// is a unit of work. Loops that move far are outside. Short loops that are written out are the innermost ones, inside of the lanes' loop:
// there they share what does not vary in them, and every other number that one of them loads is what another skips.
import type { Access, Instruction } from "../../../compiler/kernel.ts";
import type { Form } from "../kernel-writer.ts";
import { bytesOf } from "../layout.ts";
import { hasMath, laneOf, pointwise, weightOfBody } from "./lane-cost.ts";
import { type Nest, type Schedule, sizeOf, unitsOf } from "./nest.ts";

/** So many units suffice for any number of threads, and so many points are worth the start of one. */
const enoughUnits = 32;
const enoughPoints = 2048;
/** Most points of loops that are written out, and most instructions. */
const longestBody = 16;
const mostInstructions = 400;
/** Axes of size 2 to 4 that are not reduced. */
const shortAxis = 4;
/** Loops that are shorter do not miss the cache. */
const longAxis = 16;

/** `first`: an axis that the units of work come from before all others, if it is in none of the loops that are inside of units. */
export function schedule(nest: Nest, form: Form, first: number | null = null): Schedule {
  const { axes, reductions, running } = nest;
  const numbers = axes.flatMap(({ size }, axis) => (size === 1 ? [] : [axis]));
  const lane = form === "scalar" ? null : laneOf(nest, numbers);
  const length = lane === null ? 1 : axes[lane].size;
  const vectors = Math.min(vectorsFor(nest), Math.ceil(length / 4));
  const others = numbers.filter((axis) => axis !== lane);
  const weights = axes.map((_, axis) => weightOf(nest, axis));
  const heaviest = (list: readonly number[]) => list.toSorted((a, b) => weights[b] - weights[a]);
  const size = (list: readonly number[]) => sizeOf(list.map((axis) => axes[axis]));
  const of = (kind: "each" | "serial" | "reduce") => others.filter((axis) => axes[axis].kind === kind);

  const crossed = lane === null ? null : crossedAxis(nest, lane, of("each"));
  const each = heaviest(of("each").filter((axis) => axis !== crossed));
  const inOrder = running !== null || reductions.some(({ combine }) => combine === "argmax");
  const reduced = inOrder ? of("reduce") : heaviest(of("reduce"));
  const short = reductions.length > 0 ? reduced : each.filter((axis) => axes[axis].size <= shortAxis);
  const most = Math.min(longestBody, mostInstructions / (vectors * weightOfBody(nest)));
  const writtenOut: number[] = [];
  if (crossed === null)
    for (const axis of short.toReversed()) {
      if (size(writtenOut) * axes[axis].size > most) break;
      writtenOut.unshift(axis);
    }

  const free = each.filter((axis) => !writtenOut.includes(axis));
  const outer = [...free.filter((axis) => axis === first), ...free.filter((axis) => axis !== first)];
  let [units, taken] = [1, 0];
  while (taken < outer.length && units < enoughUnits) units *= axes[outer[taken++]].size;
  const inside = [...of("serial"), ...reduced, ...(crossed === null ? [] : [crossed])];
  const lanes = lane === null ? [] : [lane];
  const laneReduced = lane !== null && axes[lane].kind === "reduce";
  const parts = units < enoughUnits && taken === outer.length && lane !== null && !laneReduced;
  const order = [
    ...outer.slice(taken),
    ...of("serial"),
    ...(laneReduced ? [] : lanes),
    ...(crossed === null ? [] : [crossed]),
    ...reduced.filter((axis) => !writtenOut.includes(axis)),
    ...(laneReduced ? lanes : []),
    ...writtenOut,
  ];
  return {
    units: outer.slice(0, taken),
    piece: parts ? pieceOf(length, 4 * vectors, units, size(inside)) : null,
    loops: order.map((axis) => ({ axis, writtenOut: writtenOut.includes(axis) })),
    lane,
    vectors,
  };
}

/** Elements of the lane axis in a unit of work, a multiple of step; null for all of them. */
function pieceOf(length: number, step: number, units: number, points: number): number | null {
  const forUnits = length / Math.ceil(enoughUnits / Math.max(units, 1));
  const piece = Math.ceil(Math.max(forUnits, enoughPoints / Math.max(points, 1)) / step) * step;
  return piece < length ? piece : null;
}

const loadsOf = (instructions: readonly Instruction[]): Access[] =>
  instructions.flatMap((instruction) => (instruction.kind === "load" ? [instruction.access] : []));

/** How far a step along an axis moves, over all accesses: far steps belong outside. */
function weightOf({ body, stores, epilogue, running }: Nest, axis: number): number {
  const all = [
    ...loadsOf([...body, ...epilogue.instructions]),
    ...[...stores, ...epilogue.stores].map(({ access }) => access),
    ...(running ? [running] : []),
  ];
  return all.reduce((sum, { buffer, strides }) => sum + Math.abs(strides[axis] ?? 0) * bytesOf(buffer.dtype), 0);
}

/**
 * The axis along which numbers are neighbours where the lanes' are far apart, as in a transposition: its loop inside of the lanes'
 * finds in the cache what the round before brought there.
 */
function crossedAxis({ axes, body, stores, reductions, running }: Nest, lane: number, each: readonly number[]) {
  if (reductions.length > 0 || running || axes.some(({ kind }) => kind === "serial")) return null;
  const accesses = [...loadsOf(body), ...stores.map(({ access }) => access)];
  const crosses = (axis: number) =>
    axes[axis].size >= longAxis &&
    axes[lane].size >= longAxis &&
    accesses.some(({ strides }) => Math.abs(strides[axis]) === 1 && Math.abs(strides[lane]) >= longAxis);
  return each.find(crosses) ?? null;
}

/** Short bodies are worth unrolling; long functions share their constants between vectors (vector-math.ts), random bits their blocks. */
function vectorsFor(nest: Nest): number {
  const all = pointwise(nest);
  if (all.some((instruction) => instruction.kind === "randomBits" || hasMath(instruction))) return 4;
  // Sums take two registers for each vector.
  if (nest.reductions.length > 0 && all.length > 4) return 2;
  return all.length <= 12 ? 4 : all.length <= 24 ? 2 : 1;
}

/** The plan in words. */
export function describeSchedule(nest: Nest, plan: Schedule, form: Form): string {
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
