// Chooses the axis of the lanes: estimates the cost of the nest for each candidate, where loads and stores cost more or less by the
// stride of their lanes, and takes the cheapest. Only the order of the costs matters.
import type { Instruction, Store, Value } from "../../compiler/kernel.ts";
import type { DType } from "../../tensor/dtype.ts";
import { mathOf } from "../body/math.ts";
import { bytesOf } from "../elements.ts";
import { variesAlong } from "./levels.ts";
import { type Nest, sizeOf } from "./nest.ts";

/** Costs in vector instructions. */
const cost = {
  op: 1,
  /** A function of loops/math. */
  math: 14,
  /** A value that does not vary along the lanes: it is computed outside of their loop. */
  invariant: 0.2,
  /** Loads and stores by the stride of the lanes: 1 in elements of one byte, 2, and any other. */
  neighbourBytes: 2,
  strideTwo: 2.5,
  strided: 7,
  /** A load or store whose index is read from data. */
  dataIndex: 12,
  randomBits: 70,
  /** An iteration of the lanes' loop, and its start. */
  iteration: 2,
  loopStart: 5,
};

/** Whether an instruction needs a function of loops/math. */
export const hasMath = (instruction: Instruction): boolean => mathOf(instruction) !== null;

/** The instructions that run at each point; the epilogue is among them only if nothing is reduced. */
export const pointwise = ({ body, reductions, epilogue }: Nest): readonly Instruction[] =>
  reductions.length > 0 ? body : [...body, ...epilogue.instructions];

/** Approximate number of vector instructions at a point. */
export const weightOfBody = (nest: Nest): number =>
  pointwise(nest).reduce((sum, instruction) => sum + weightOfInstruction(instruction), 0) +
  nest.stores.length +
  2 * nest.reductions.length;

const weightOfInstruction = (instruction: Instruction): number => {
  if (instruction.kind === "randomBits") return 2 * cost.randomBits;
  return hasMath(instruction) ? 3 * cost.math : 1;
};

/** The cheapest of `loopAxes` for the lanes; null if none is cheaper than a single lane. */
export function laneOf(nest: Nest, loopAxes: readonly number[]): number | null {
  const { axes, reductions, running } = nest;
  const reducible = running === null && reductions.every(({ combine }) => combine !== "argmax");
  const candidates = loopAxes.filter((axis) => {
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

/** Cost of the nest with lanes along an axis (null: one lane), for each point of the axes that are not reduced. */
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
    cost.iteration / (lane === null ? 1 : 4);
  const perPoint = (bodyCost * vectors + cost.loopStart) / size;
  for (const [i, { value }] of reductions.entries()) if (!reduced && varying.has(value)) varying.add(body.length + i);
  const first = body.length + reductions.length;
  const last =
    instructionsCost(epilogue.instructions, first, step, varying) +
    storesCost(epilogue.stores, step, lane === null || reduced, varying);
  if (reduced) return perPoint * inside + 10 * reductions.length + last;
  return perPoint * inside + (last * vectors) / size;
}

/** Cost of a load or store with this stride of the lanes. */
function accessCost(step: number, dtype: DType): number {
  if (step === 0) return cost.invariant;
  if (step === 1) return bytesOf(dtype) === 1 ? cost.neighbourBytes : cost.op;
  return step === 2 ? cost.strideTwo : cost.strided;
}

/** The stride of the lanes of an access with these strides. */
type Step = (strides: readonly number[]) => number;

/** Cost of instructions; adds those of their values that vary along the lanes to `varying`. */
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
    sum += own ? instructionCost(instruction, step, varying) : cost.invariant;
  }
  return sum;
}

function instructionCost(instruction: Instruction, step: Step, varying: ReadonlySet<Value>): number {
  switch (instruction.kind) {
    case "load": {
      const { access, indirection } = instruction;
      if (indirection && varying.has(indirection.value)) return cost.dataIndex;
      return accessCost(step(access.strides), access.buffer.dtype);
    }
    case "randomBits":
      return cost.randomBits;
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
    const isIndirect = indirection !== undefined && varying.has(indirection.value);
    const own = single ? cost.op : isIndirect ? cost.dataIndex : accessCost(step(access.strides), access.buffer.dtype);
    sum += mode === "add" ? 2 * own : own;
  }
  return sum;
}
