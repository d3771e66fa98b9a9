// Which axis goes into the lanes: each candidate's instructions are counted, loads and stores by how their lanes lie, and the cheapest
// wins. Only the order of the costs counts, not their size.
import type { Instruction, Store, Value } from "../../../compiler/kernel.ts";
import type { DType } from "../../../tensor/dtype.ts";
import { mathOf } from "../kernel-context.ts";
import { bytesOf } from "../layout.ts";
import { variesAlong } from "./levels.ts";
import { type Nest, sizeOf } from "./nest.ts";

/** Costs in instructions of one vector. */
const cost = {
  op: 1,
  math: 14,
  repeated: 0.2,
  everyOther: 2.5,
  apart: 7,
  bytes: 2,
  decided: 12,
  random: 70,
  round: 2,
  start: 5,
};

export const hasMath = (instruction: Instruction): boolean => mathOf(instruction) !== null;

/** What is computed at each point; an epilogue after a sum is not. */
export const pointwise = ({ body, reductions, epilogue }: Nest): readonly Instruction[] =>
  reductions.length > 0 ? body : [...body, ...epilogue.instructions];

/** Roughly the instructions of one vector at a point. */
export const weightOfBody = (nest: Nest): number =>
  pointwise(nest).reduce((sum, instruction) => sum + weightOfInstruction(instruction), 0) +
  nest.stores.length +
  2 * nest.reductions.length;

const weightOfInstruction = (instruction: Instruction): number => {
  if (instruction.kind === "randomBits") return 2 * cost.random;
  return hasMath(instruction) ? 3 * cost.math : 1;
};

/** The axis of the lanes; null if nothing is gained by any. `numbers` are the axes that are loops. */
export function laneOf(nest: Nest, numbers: readonly number[]): number | null {
  const { axes, reductions, running } = nest;
  const reducible = running === null && reductions.every(({ combine }) => combine !== "argmax");
  const candidates = numbers.filter((axis) => {
    const { kind, size } = axes[axis];
    return size > 0 && (kind === "each" || (kind === "reduce" && reducible));
  });
  let best: { readonly axis: number | null; readonly cost: number } = { axis: null, cost: costOf(nest, null) };
  for (const axis of candidates) {
    const own = costOf(nest, axis);
    if (own < best.cost) best = { axis, cost: own };
  }
  return best.axis;
}

/** The cost of the whole nest by a point of the loops that are not reduced, if the lanes are along an axis. */
function costOf(nest: Nest, lane: number | null): number {
  const { axes, body, stores, reductions, epilogue, running } = nest;
  const inside = sizeOf(axes.filter(({ kind }) => kind === "reduce"));
  const reduced = lane !== null && axes[lane].kind === "reduce";
  const size = lane === null ? 1 : axes[lane].size;
  const vectors = Math.ceil(size / 4);
  const step: Step = (strides) => (lane === null ? 1 : (strides[lane] ?? 0));
  const varying = new Set<Value>();
  const bodyCost =
    instructionsCost(body, 0, step, varying) +
    storesCost(stores, step, lane === null, varying) +
    (running ? accessCost(step(running.strides), running.buffer.dtype) : 0) +
    2 * reductions.length +
    cost.round / (lane === null ? 1 : 4);
  const perPoint = (bodyCost * vectors + cost.start) / size;
  for (const [i, { value }] of reductions.entries()) if (!reduced && varying.has(value)) varying.add(body.length + i);
  const first = body.length + reductions.length;
  const last =
    instructionsCost(epilogue.instructions, first, step, varying) +
    storesCost(epilogue.stores, step, lane === null || reduced, varying);
  if (reduced) return perPoint * inside + 10 * reductions.length + last;
  return perPoint * inside + (last * vectors) / size;
}

function accessCost(step: number, dtype: DType): number {
  const bytes = bytesOf(dtype) === 1;
  if (step === 0) return cost.repeated;
  if (step === 1) return bytes ? cost.bytes : cost.op;
  return step === 2 ? cost.everyOther : cost.apart;
}

type Step = (strides: readonly number[]) => number;

/** What does not vary along the lanes is computed once, outside of their loop. `varying` holds the values that do, and grows. */
function instructionsCost(
  instructions: readonly Instruction[],
  first: number,
  step: Step,
  varying: Set<Value>,
): number {
  let sum = 0;
  for (const [i, instruction] of instructions.entries()) {
    const own = variesAlong(instruction, (strides) => step(strides) !== 0, varying);
    if (own) varying.add(first + i);
    sum += own ? instructionCost(instruction, step, varying) : cost.repeated;
  }
  return sum;
}

function instructionCost(instruction: Instruction, step: Step, varying: ReadonlySet<Value>): number {
  switch (instruction.kind) {
    case "load": {
      const { access, indirection } = instruction;
      if (indirection && varying.has(indirection.value)) return cost.decided;
      return accessCost(step(access.strides), access.buffer.dtype);
    }
    case "randomBits":
      return cost.random;
    case "op":
      return hasMath(instruction) ? cost.math : cost.op;
    case "constant":
      return 0;
    case "position":
      return 2 * cost.op;
    default:
      return instruction satisfies never;
  }
}

function storesCost(stores: readonly Store[], step: Step, single: boolean, varying: ReadonlySet<Value>): number {
  let sum = 0;
  for (const { access, indirection, mode } of stores) {
    const decided = indirection !== undefined && varying.has(indirection.value);
    const own = single ? cost.op : decided ? cost.decided : accessCost(step(access.strides), access.buffer.dtype);
    sum += mode === "add" ? 2 * own : own;
  }
  return sum;
}
