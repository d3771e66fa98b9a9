// What the instructions of a kernel cost, in simple vector instructions (or simple instructions on numbers). The lanes of a nest are
// chosen by these costs (nest/cost.ts), and its time follows from them (time.ts).
import type { Instruction, Store, Value } from "../../compiler/kernel.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Cost } from "../../tensor/op.ts";
import { elementwise } from "../../tensor/ops/elementwise.ts";
import type { Form } from "../body/form.ts";
import { variesAlong } from "../body/varying.ts";
import { bytesOf } from "../elements.ts";

/** An op, by what the op table says that an element of it costs. Functions of single numbers are calls of JavaScript's. */
const ops: Readonly<Record<Form, Readonly<Record<Cost, number>>>> = {
  vector: { simple: 1, division: 4, function: 24 },
  scalar: { simple: 1, division: 4, function: 80 },
};

export const costs = {
  /** A value that does not vary along the lanes: it is computed outside of their loop. */
  invariant: 0.2,
  /** Loads and stores by the stride of the lanes: 1, 1 in elements of one byte, 2, and any other. */
  neighbours: 1,
  neighbourBytes: 2,
  strideTwo: 2.5,
  strided: 7,
  /** A load or store whose index is read from data. */
  dataIndex: 12,
  position: 2,
  randomBits: 70,
  /** An addition to a reduction's total. */
  reduction: 2,
  /** Lanes of totals that become one number. */
  merge: 10,
  /** An iteration of the lanes' loop, and its start. */
  iteration: 2,
  loopStart: 5,
} as const;

/** The lanes of some instructions. */
export interface Lanes {
  /** The stride of the lanes of an access with these strides. */
  readonly step: (strides: readonly number[]) => number;
  /** The values that differ from lane to lane. */
  readonly varying: Set<Value>;
  readonly form: Form;
}

/** Cost of a load or store with this stride of the lanes. */
export function accessCost(step: number, dtype: DType): number {
  if (step === 0) return costs.invariant;
  if (step === 1) return bytesOf(dtype) === 1 ? costs.neighbourBytes : costs.neighbours;
  return step === 2 ? costs.strideTwo : costs.strided;
}

/** Cost of instructions, whose first one is the value `first`; adds those of their values that vary along the lanes to `varying`. */
export function instructionsCost(instructions: readonly Instruction[], first: Value, lanes: Lanes): number {
  const { step, varying } = lanes;
  let sum = 0;
  const moves = (strides: readonly number[]) => step(strides) !== 0;
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i];
    const own = variesAlong(instruction, moves, varying);
    if (own) varying.add(first + i);
    sum += own ? instructionCost(instruction, lanes) : costs.invariant;
  }
  return sum;
}

function instructionCost(instruction: Instruction, { step, varying, form }: Lanes): number {
  switch (instruction.kind) {
    case "load": {
      const { access, indirection } = instruction;
      if (indirection && varying.has(indirection.value)) return costs.dataIndex;
      return accessCost(step(access.strides), access.buffer.dtype);
    }
    case "randomBits":
      return costs.randomBits;
    case "op":
      return ops[form][elementwise[instruction.op].cost];
    case "constant":
      return 0;
    case "position":
      return costs.position;
    default:
      return instruction satisfies never;
  }
}

/** Cost of stores; with `single` each stores one number for all lanes. */
export function storesCost(stores: readonly Store[], { step, varying }: Omit<Lanes, "form">, single: boolean): number {
  let sum = 0;
  for (const { access, indirection, mode } of stores) {
    const isIndirect = indirection !== undefined && varying.has(indirection.value);
    const own = single
      ? costs.neighbours
      : isIndirect
        ? costs.dataIndex
        : accessCost(step(access.strides), access.buffer.dtype);
    sum += mode === "add" ? 2 * own : own;
  }
  return sum;
}
