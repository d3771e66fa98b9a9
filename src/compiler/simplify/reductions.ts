// Reductions over fewer elements: over one there is nothing to reduce, and the largest of copies is any of them.
import { isFloating } from "../../tensor/dtype.ts";
import { reduceShape } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { attributesOf, expanded, filled, type Rules, type Workshop } from "./rule.ts";

const dimsOf = (n: Node): readonly number[] => attributesOf(n, "sum").dims;

/** What is left to reduce of a node's dims. */
const long = (n: Node): number[] => dimsOf(n).filter((dim) => n.inputs[0].shape[dim] !== 1);

/** 0 + x, which a sum over one element is: -0 becomes 0. */
const fromZero = (x: Node, workshop: Workshop, like: Node): Node =>
  isFloating(x.dtype) ? workshop.make("add", [x, filled(x, 0, workshop)], {}, like) : x;

/** Of the dims that an expand reduces, those along which it repeats. */
function repeated(n: Node): number[] {
  const [copies] = n.inputs;
  if (copies.op !== "expand") return [];
  const from = copies.inputs[0].shape;
  const fresh = copies.shape.length - from.length;
  return dimsOf(n).filter((dim) => dim < fresh || (from[dim - fresh] === 1 && copies.shape[dim] !== 1));
}

/** What is below the expand below a reduction, without copies along these dims. */
const once = (n: Node, dims: readonly number[], workshop: Workshop): Node =>
  expanded(n.inputs[0].inputs[0], reduceShape(n.inputs[0].shape, dims), workshop, n);

export const reductions: Rules = {
  "a sum over one element": {
    ops: ["sum"],
    apply(n, workshop) {
      const dims = long(n);
      if (dims.length === 0) return fromZero(n.inputs[0], workshop, n);
      return dims.length === dimsOf(n).length ? null : workshop.make("sum", n.inputs, { dims }, n);
    },
  },
  "the largest of one element": {
    ops: ["max"],
    apply(n, workshop) {
      const dims = long(n);
      if (dims.length === 0) return n.inputs[0];
      return dims.length === dimsOf(n).length ? null : workshop.make("max", n.inputs, { dims }, n);
    },
  },
  "sums along a line of one element": {
    ops: ["cumsum"],
    apply: (n, workshop) => (n.shape[attributesOf(n, "argmax").dim] === 1 ? fromZero(n.inputs[0], workshop, n) : null),
  },
  "the place of the largest of one element": {
    ops: ["argmax", "topk"],
    apply: (n, workshop) => (n.inputs[0].shape[attributesOf(n, "argmax").dim] === 1 ? filled(n, 0, workshop) : null),
  },
  "the largest of copies": {
    ops: ["max"],
    apply(n, workshop) {
      const dims = repeated(n);
      if (dims.length === 0) return null;
      return workshop.make("max", [once(n, dims, workshop)], { dims: dimsOf(n) }, n);
    },
  },
  // In float64 each sum of up to 2²⁴ equal float32 is exact, so that the whole is x · count, rounded once.
  "a sum of copies is a product": {
    ops: ["sum"],
    apply(n, workshop) {
      const dims = repeated(n);
      const count = dims.reduce((product, dim) => product * n.inputs[0].shape[dim], 1);
      const isExact = n.dtype === "float32" ? count <= 2 ** 24 : n.dtype === "int32" || n.dtype === "uint8";
      if (dims.length === 0 || dims.length !== dimsOf(n).length || !isExact) return null;
      const x = once(n, dims, workshop);
      return fromZero(workshop.make("mul", [x, filled(x, count, workshop)], {}, n), workshop, n);
    },
  },
};
