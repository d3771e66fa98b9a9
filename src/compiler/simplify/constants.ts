// Constant folding. An op of constants is computed at compile time with the op table's own loops: on one element, or for a sum on one
// line of elements.
import { allocate, type DType, type NDArray } from "../../tensor/dtype.ts";
import { type Attributes, namesOf, type OpName, opOf, ops } from "../../tensor/ops.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Node, NodeOf } from "../graph.ts";
import { constantOf, elementwiseNames, filled, isFull, rules, viewNames } from "./rule.ts";

/** Sums of more elements than this are left to the program. */
const maxSummedElements = 1 << 20;

/** A number as an array of this dtype stores it: float32 rounds, integers wrap around. */
function roundedTo(dtype: DType, value: number): number {
  const data = allocate(dtype, 1);
  data[0] = value;
  return data[0];
}

function array(dtype: DType, length: number, value: number): NDArray {
  return { dtype, shape: [length], data: allocate(dtype, length).fill(value) };
}

/** The value of each element of an op's result for constant inputs. */
function compute<N extends OpName>(op: N, dtype: DType, inputs: readonly NDArray[], attributes: Attributes<N>): number {
  const result = array(dtype, 1, 0);
  opOf(op).evaluate(result, inputs, attributes);
  return result.data[0];
}

/** The values of a node's inputs, if all of them are constants; else null. */
function valuesOf({ inputs }: Node): number[] | null {
  const values: number[] = [];
  for (const x of inputs) {
    const value = constantOf(x);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

/** How many elements a reduction combines into each element of its result. */
const reducedCount = ({ inputs: [{ shape }], attributes }: NodeOf<"sum">): number =>
  attributes.dims.reduce((product, dim) => product * shape[dim], 1);

/** Every op but `full`, which is a constant already. */
const computedOps = namesOf(ops).filter((op) => op !== "full");

export const constants = rules({
  "a constant is rounded to its dtype": {
    ops: ["full"],
    apply(n, rewriter) {
      const { dtype, value } = n.attributes;
      const rounded = roundedTo(dtype, value);
      return Object.is(rounded, value) ? null : filled(n, rounded, rewriter);
    },
  },
  "an op without elements is a constant": {
    ops: computedOps,
    apply: (n, rewriter) => (sizeOf(n.shape) === 0 ? filled(n, 0, rewriter) : null),
  },
  "an elementwise op of constants is a constant": {
    ops: elementwiseNames,
    apply(n, rewriter) {
      const operands = valuesOf(n);
      if (operands === null) return null;
      const arrays = operands.map((value, i) => array(n.inputs[i].dtype, 1, value));
      return filled(n, compute(n.op, n.dtype, arrays, n.attributes), rewriter);
    },
  },
  "a movement of a constant is a constant": {
    ops: [...viewNames, "concat"],
    apply(n, rewriter) {
      const operands = valuesOf(n);
      if (operands === null || !operands.every((value) => Object.is(value, operands[0]))) return null;
      return filled(n, operands[0], rewriter);
    },
  },
  "padding a constant with its own value is a constant": {
    ops: ["pad"],
    apply(n, rewriter) {
      const value = roundedTo(n.dtype, n.attributes.value);
      return sizeOf(n.inputs[0].shape) === 0 || isFull(n.inputs[0], value) ? filled(n, value, rewriter) : null;
    },
  },
  "a sum of a constant is a constant": {
    ops: ["sum"],
    apply(n, rewriter) {
      const value = constantOf(n.inputs[0]);
      const count = reducedCount(n);
      if (value === null || count > maxSummedElements) return null;
      const line = array(n.dtype, count, value);
      return filled(n, compute("sum", n.dtype, [line], { dims: [0] }), rewriter);
    },
  },
  "the maximum of a constant is its value": {
    ops: ["max"],
    apply(n, rewriter) {
      const value = constantOf(n.inputs[0]);
      return value === null ? null : filled(n, value, rewriter);
    },
  },
  "the argmax of a constant is 0": {
    ops: ["argmax"],
    apply: (n, rewriter) => (constantOf(n.inputs[0]) === null ? null : filled(n, 0, rewriter)),
  },
  "a matmul over an empty dim is 0": {
    ops: ["matmul"],
    apply: (n, rewriter) => (n.inputs[0].shape.at(-1) === 0 ? filled(n, 0, rewriter) : null),
  },
});
