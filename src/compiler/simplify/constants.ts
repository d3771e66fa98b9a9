// What is the same number everywhere is computed now, by the op table's own loops: on one element, or on one line for a sum.
import { allocate, type DType, type NDArray } from "../../tensor/dtype.ts";
import { type OpName, opOf } from "../../tensor/ops.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { attributesOf, constantOf, elementwiseNames, filled, isFull, type Rules } from "./rule.ts";

/** Sums of more elements than this stay for the program. */
const longest = 1 << 20;

/** What an array of this dtype holds for a number: float32 rounds, integers wrap around. */
function held(dtype: DType, value: number): number {
  const data = allocate(dtype, 1);
  data[0] = value;
  return data[0];
}

function array(dtype: DType, length: number, value: number): NDArray {
  return { dtype, shape: [length], data: allocate(dtype, length).fill(value) };
}

/** The one number that an op makes of constant inputs. */
function compute(op: OpName, dtype: DType, inputs: readonly NDArray[], attributes: unknown): number {
  const result = array(dtype, 1, 0);
  opOf(op).evaluate(result, inputs, attributes as never);
  return result.data[0];
}

function valuesOf({ inputs }: Node): number[] | null {
  const found: number[] = [];
  for (const x of inputs) {
    const value = constantOf(x);
    if (value === null) return null;
    found.push(value);
  }
  return found;
}

/** How many elements meet in each element of a reduction. */
const counted = ({ inputs: [{ shape }], attributes }: Node): number =>
  (attributes.dims as readonly number[]).reduce((product, dim) => product * shape[dim], 1);

const empty: readonly OpName[] = [
  ...elementwiseNames,
  ...(["iota", "randomBits", "reshape", "permute", "expand", "slice", "flip", "unfold", "fold", "pad"] as const),
  ...(["concat", "sum", "max", "argmax", "topk", "cumsum", "gather", "scatterAdd", "matmul", "conv"] as const),
];

export const constants: Rules = {
  "a constant is what its array holds": {
    ops: ["full"],
    apply(n, workshop) {
      const { dtype, value } = attributesOf(n, "full");
      const rounded = held(dtype, value);
      return Object.is(rounded, value) ? null : filled(n, rounded, workshop);
    },
  },
  "without elements there is nothing to compute": {
    ops: empty,
    apply: (n, workshop) => (sizeOf(n.shape) === 0 ? filled(n, 0, workshop) : null),
  },
  "constants are computed at once": {
    ops: elementwiseNames,
    apply(n, workshop) {
      const operands = valuesOf(n);
      if (operands === null) return null;
      const arrays = operands.map((value, i) => array(n.inputs[i].dtype, 1, value));
      return filled(n, compute(n.op as OpName, n.dtype, arrays, n.attributes), workshop);
    },
  },
  "a constant stays one wherever it moves": {
    ops: ["reshape", "permute", "expand", "slice", "flip", "unfold", "concat"],
    apply(n, workshop) {
      const operands = valuesOf(n);
      if (operands === null || !operands.every((value) => Object.is(value, operands[0]))) return null;
      return filled(n, operands[0], workshop);
    },
  },
  "padding with what is there already": {
    ops: ["pad"],
    apply(n, workshop) {
      const value = held(n.dtype, attributesOf(n, "pad").value);
      return sizeOf(n.inputs[0].shape) === 0 || isFull(n.inputs[0], value) ? filled(n, value, workshop) : null;
    },
  },
  "a sum of equals is computed at once": {
    ops: ["sum"],
    apply(n, workshop) {
      const value = constantOf(n.inputs[0]);
      const count = counted(n);
      if (value === null || count > longest) return null;
      const line = array(n.dtype, count, value);
      return filled(n, compute("sum", n.dtype, [line], { dims: [0] }), workshop);
    },
  },
  "the largest of equals is each of them": {
    ops: ["max"],
    apply(n, workshop) {
      const value = constantOf(n.inputs[0]);
      return value === null ? null : filled(n, value, workshop);
    },
  },
  "the first of equals is the largest": {
    ops: ["argmax"],
    apply: (n, workshop) => (constantOf(n.inputs[0]) === null ? null : filled(n, 0, workshop)),
  },
  "a product over nothing is 0": {
    ops: ["matmul"],
    apply: (n, workshop) => (n.inputs[0].shape.at(-1) === 0 ? filled(n, 0, workshop) : null),
  },
};
