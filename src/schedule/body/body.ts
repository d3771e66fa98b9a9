// The straight-line body of a kernel at some points: each instruction declares its value, and stores write values to memory. All kinds of
// kernels use this; they differ in the indices of lane 0's elements and the distance between lanes, which Points give. There are three forms.
// In the form "vector" a value has four lanes (float32 as f32x4, int32 and uint8 as i32x4, bool as a mask); the form "scalar" is for
// kernels with float64 (floats as f64, all others as i32), and "single" for threads of a GPU (float32 as f32, all others as i32).
import { type Indirection, type Instruction, type Store, type Value, wordsOf } from "../../compiler/kernel.ts";
import { add } from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import { valueOfOp } from "./elementwise.ts";
import { constantLanes, loadVector, positionLanes, storeVector } from "./lanes.ts";
import type { BodyValue, DataIndex, Points } from "./points.ts";
import { randomBits, randomBitsOfPair, type Words } from "./random-bits.ts";
import { constantNumber, loadNumber, storeNumber } from "./scalars.ts";
import { variesAlong } from "./varying.ts";

type Values = (value: Value) => BodyValue;

const numbers = {
  constant: constantNumber,
  load: loadNumber,
  position: (points: Points, offset: number, strides: readonly number[]) => points.position(offset, strides),
} as const;
const forms = {
  vector: { constant: constantLanes, load: loadVector, position: positionLanes },
  scalar: numbers,
  single: numbers,
} as const;

/** The index of a load or store that data decides. */
function dataIndexOf(
  { failures }: Points,
  indirection: Indirection | undefined,
  call: "gather" | "scatterAdd",
  values: Values,
): DataIndex | null {
  if (!indirection) return null;
  const { value, stride, size } = indirection;
  return { index: values(value), stride, size, site: failures.site(call, size) };
}

/** The value of one instruction; `values` gives those of earlier ones. */
export function valueOfInstruction(points: Points, instruction: Instruction, values: Values): BodyValue {
  const { dtype } = instruction;
  const form = forms[points.form];
  const isUniform = (strides: readonly number[]) => points.stride(strides) === 0;
  switch (instruction.kind) {
    case "load": {
      const data = dataIndexOf(points, instruction.indirection, "gather", values);
      const value = form.load(points, instruction.access, 0, data);
      return { value, dtype, uniform: isUniform(instruction.access.strides) && data?.index.uniform !== false };
    }
    case "constant": {
      const value = points.block.let("c", form.constant(instruction.value, dtype, points.form));
      return { value, dtype, uniform: true, constant: instruction.value };
    }
    case "position": {
      const { offset, strides } = instruction;
      const value = points.block.let("position", form.position(points, offset, strides));
      return { value, dtype, uniform: isUniform(strides) };
    }
    case "randomBits": {
      const words = wordsAt(points, instruction, values);
      const uniform =
        values(instruction.position).uniform && wordsOf(instruction).every(({ strides }) => isUniform(strides));
      return { value: points.block.let("bits", randomBits(points.block, words, instruction.bits)), dtype, uniform };
    }
    case "op": {
      const operands = instruction.operands.map(values);
      const { block } = points;
      const value = valueOfOp(instruction.op, {
        block,
        form: points.form,
        operands: operands.map((operand) => ({ value: operand.value, constant: operand.constant })),
        from: operands[operands.length - 1].dtype,
        to: dtype,
      });
      return { value: block.let(instruction.op, value), dtype, uniform: operands.every((operand) => operand.uniform) };
    }
    default:
      return instruction satisfies never;
  }
}

type RandomBits = Extract<Instruction, { readonly kind: "randomBits" }>;

/** Loads the words that random bits are computed from. */
function wordsAt(points: Points, { key, counter, first, position }: RandomBits, values: Values): Words {
  const load = (access: typeof key, elements: number): Expression =>
    forms[points.form].load(points, access, elements, null);
  const keys = [load(key, 0), load(key, 1)] as const;
  const own = values(position).value;
  const at = first ? points.block.let("position", add(own, load(first, 0))) : own;
  return { keys, counter: load(counter, 0), position: at };
}

/** Random bits for these points and for the next four neighbours; the position must be even, and positions must be consecutive. */
export function randomPair(points: Points, instruction: RandomBits, values: Values): BodyValue[] {
  const { block } = points;
  return randomBitsOfPair(block, wordsAt(points, instruction, values), instruction.bits).map((value) => ({
    value: block.let("bits", value),
    dtype: "int32",
    uniform: false,
  }));
}

/** The values of instructions in order: the given ones, then one for each instruction. */
export function valuesOf(
  points: Points,
  instructions: readonly Instruction[],
  given: readonly BodyValue[],
): BodyValue[] {
  const values = [...given];
  for (const instruction of instructions)
    values.push(valueOfInstruction(points, instruction, (value) => values[value]));
  return values;
}

/**
 * The values of instructions at several vectors, vector by vector: each instruction for all vectors before the next, so that they share
 * constants and their latencies overlap. `along` says which accesses differ from lane to lane or vector to vector; what does not differ is
 * computed once.
 */
export function valuesOfVectors(
  vectors: readonly Points[],
  instructions: readonly Instruction[],
  given: readonly (readonly BodyValue[])[],
  along: (strides: readonly number[]) => boolean,
): readonly (readonly BodyValue[])[] {
  const [first] = vectors;
  const values = given.map((own) => [...own]);
  const varying = new Set<Value>(given[0].flatMap(({ uniform }, value) => (uniform ? [] : [value])));
  for (const instruction of instructions) {
    const value = values[0].length;
    const varies = variesAlong(instruction, along, varying);
    if (varies) varying.add(value);
    const one = varies ? null : valueOfInstruction(first, instruction, (operand) => values[0][operand]);
    for (const [i, points] of vectors.entries())
      values[i].push(one ?? valueOfInstruction(points, instruction, (operand) => values[i][operand]));
  }
  return values;
}

/** Adds stores in order. */
export function addStores(points: Points, stores: readonly Store[], values: Values): void {
  for (const { access, indirection, value, mode } of stores) {
    const data = dataIndexOf(points, indirection, "scatterAdd", values);
    if (points.form === "vector") storeVector(points, access, values(value), mode, data);
    else storeNumber(points, access, values(value).value, mode, data);
  }
}
