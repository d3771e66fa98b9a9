// Rules that let reductions read fewer elements: a dim of size 1 needs no reducing, and along the dims of an expand all elements are
// equal.
import { isFloating } from "../../tensor/dtype.ts";
import { reduceShape, sizeOf } from "../../tensor/shape.ts";
import type { Node, NodeOf } from "../graph.ts";
import { expanded, filled, type Rewriter, rules } from "./rule.ts";

type Reduction = NodeOf<"sum" | "max">;

/** The reduced dims that are larger than 1. */
const longDims = (n: Reduction): number[] => n.attributes.dims.filter((dim) => n.inputs[0].shape[dim] !== 1);

/** 0 + x, the sum over one element: it turns -0 into 0. */
const fromZero = (x: Node, rewriter: Rewriter, like: Node): Node =>
  isFloating(x.dtype) ? rewriter.make("add", [x, filled(x, 0, rewriter)], {}, like) : x;

/** The reduced dims along which the operand, an expand, repeats its elements. */
function repeatedDims(n: Reduction): number[] {
  const [copies] = n.inputs;
  if (copies.op !== "expand") return [];
  const from = copies.inputs[0].shape;
  const newDims = copies.shape.length - from.length;
  return n.attributes.dims.filter((dim) => dim < newDims || (from[dim - newDims] === 1 && copies.shape[dim] !== 1));
}

/** The operand of a reduction over an expand, with one copy along these dims instead of several. */
const withoutCopies = (n: Node, dims: readonly number[], rewriter: Rewriter): Node =>
  expanded(n.inputs[0].inputs[0], reduceShape(n.inputs[0].shape, dims), rewriter, n);

export const reductions = rules({
  "a sum leaves out dims of size 1": {
    ops: ["sum"],
    apply(n, rewriter) {
      const dims = longDims(n);
      if (dims.length === 0) return fromZero(n.inputs[0], rewriter, n);
      return dims.length === n.attributes.dims.length ? null : rewriter.make("sum", n.inputs, { dims }, n);
    },
  },
  // Rounding is the same for both signs, and no sum is -0: it begins with 0. So -x needs no array where only its sum is read.
  "a sum of -x is 0 - the sum of x": {
    ops: ["sum"],
    apply(n, rewriter) {
      const [x] = n.inputs;
      if (x.op !== "neg" || sizeOf(x.shape) === 0) return null;
      return rewriter.make("sub", [filled(n, 0, rewriter), rewriter.remake(n, x.inputs)], {}, n);
    },
  },
  "a max leaves out dims of size 1": {
    ops: ["max"],
    apply(n, rewriter) {
      const dims = longDims(n);
      if (dims.length === 0) return n.inputs[0];
      return dims.length === n.attributes.dims.length ? null : rewriter.make("max", n.inputs, { dims }, n);
    },
  },
  "a cumsum along a dim of size 1 is its input plus 0": {
    ops: ["cumsum"],
    apply: (n, rewriter) => (n.shape[n.attributes.dim] === 1 ? fromZero(n.inputs[0], rewriter, n) : null),
  },
  "argmax and topk along a dim of size 1 are 0": {
    ops: ["argmax", "topk"],
    apply: (n, rewriter) => (n.inputs[0].shape[n.attributes.dim] === 1 ? filled(n, 0, rewriter) : null),
  },
  "a max leaves out the dims of an expand": {
    ops: ["max"],
    apply(n, rewriter) {
      const dims = repeatedDims(n);
      if (dims.length === 0) return null;
      return rewriter.make("max", [withoutCopies(n, dims, rewriter)], { dims: n.attributes.dims }, n);
    },
  },
  // A float64 sum of up to 2²⁴ equal float32 numbers is exact, so the sum is x · count, rounded once.
  "a sum of copies is a product": {
    ops: ["sum"],
    apply(n, rewriter) {
      const dims = repeatedDims(n);
      const count = dims.reduce((product, dim) => product * n.inputs[0].shape[dim], 1);
      const isExact = n.dtype === "float32" ? count <= 2 ** 24 : n.dtype === "int32" || n.dtype === "uint8";
      if (dims.length === 0 || dims.length !== n.attributes.dims.length || !isExact) return null;
      const x = withoutCopies(n, dims, rewriter);
      return fromZero(rewriter.make("mul", [x, filled(x, count, rewriter)], {}, n), rewriter, n);
    },
  },
});
