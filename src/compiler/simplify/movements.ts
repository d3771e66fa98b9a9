// Rules for movement ops: two in a row become one, and one that changes nothing is removed. The kernels' accesses would be the same
// without them; with them equal views become equal nodes, and a movement that leaves every element at its place becomes a reshape, which
// costs nothing.
import { sameShape, withSize } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { filled, type Rewriter, reshaped, rules } from "./rule.ts";

const isAscending = (dims: readonly number[]): boolean => dims.every((dim, i) => i === 0 || dims[i - 1] < dim);

/** Whether a permutation keeps the order of the dims that are larger than 1. */
const keepsOrder = ({ shape }: Node, dims: readonly number[]): boolean =>
  isAscending(dims.filter((dim) => shape[dim] !== 1));

const keepsShape = (n: Node): boolean => sameShape(n.shape, n.inputs[0].shape);

/** Concatenates windows: [..., windows, ..., size] -> [..., windows · size, ...] */
function concatenated(x: Node, dim: number, rewriter: Rewriter, like: Node): Node {
  const last = x.shape.length - 1;
  const dims = x.shape.flatMap((_, d) => (d === last ? [] : d === dim ? [d, last] : [d]));
  const shape = withSize(like.shape, dim, x.shape[dim] * x.shape[last]);
  return reshaped(rewriter.make("permute", [x], { dims }, like), shape, rewriter, like);
}

/** Pads a dim with zeros at its end to a length. */
function paddedTo(x: Node, dim: number, length: number, rewriter: Rewriter, like: Node): Node {
  const after = length - x.shape[dim];
  if (after === 0) return x;
  const widths = x.shape.map((_, d) => ({ before: 0, after: d === dim ? after : 0, between: 0 }));
  return rewriter.make("pad", [x], { widths, value: 0 }, like);
}

export const movements = rules({
  "a movement that changes nothing is its input": {
    ops: ["reshape", "expand", "permute", "slice", "flip", "pad"],
    apply(n) {
      const [x] = n.inputs;
      switch (n.op) {
        case "reshape":
        case "expand":
        case "slice":
        case "pad":
          return keepsShape(n) ? x : null;
        case "permute":
          return isAscending(n.attributes.dims) ? x : null;
        default:
          return n.attributes.dims.length === 0 ? x : null;
      }
    },
  },
  "a reshape of a reshape is one reshape": {
    ops: ["reshape"],
    apply: (n, rewriter) =>
      n.inputs[0].op === "reshape" ? reshaped(n.inputs[0].inputs[0], n.shape, rewriter, n) : null,
  },
  "an expand of an expand is one expand": {
    ops: ["expand"],
    apply: (n, rewriter) => (n.inputs[0].op === "expand" ? rewriter.remake(n, n.inputs[0].inputs) : null),
  },
  "an expand that only adds sizes of 1 is a reshape": {
    ops: ["expand"],
    apply(n, rewriter) {
      const [x] = n.inputs;
      const newDims = n.shape.length - x.shape.length;
      const isSame =
        sameShape(n.shape.slice(newDims), x.shape) && n.shape.slice(0, newDims).every((size) => size === 1);
      return isSame && newDims > 0 ? reshaped(x, n.shape, rewriter, n) : null;
    },
  },
  "a permute of a permute is one permute": {
    ops: ["permute"],
    apply(n, rewriter) {
      const [x] = n.inputs;
      if (x.op !== "permute") return null;
      const inner = x.attributes.dims;
      const dims = n.attributes.dims.map((dim) => inner[dim]);
      return rewriter.make("permute", x.inputs, { dims }, n);
    },
  },
  "a permute that only moves sizes of 1 is a reshape": {
    ops: ["permute"],
    apply(n, rewriter) {
      const { dims } = n.attributes;
      return keepsOrder(n.inputs[0], dims) ? reshaped(n.inputs[0], n.shape, rewriter, n) : null;
    },
  },
  "a slice of a slice is one slice": {
    ops: ["slice"],
    apply(n, rewriter) {
      const [x] = n.inputs;
      if (x.op !== "slice") return null;
      const [outer, inner] = [n.attributes, x.attributes];
      const starts = inner.starts.map((start, dim) => start + outer.starts[dim] * inner.steps[dim]);
      const steps = inner.steps.map((step, dim) => step * outer.steps[dim]);
      return rewriter.make("slice", x.inputs, { starts, sizes: outer.sizes, steps }, n);
    },
  },
  "a flip of a flip is one flip": {
    ops: ["flip"],
    apply(n, rewriter) {
      const [x] = n.inputs;
      if (x.op !== "flip") return null;
      const [outer, inner] = [n.attributes.dims, x.attributes.dims];
      const dims = n.shape.flatMap((_, dim) => (outer.includes(dim) !== inner.includes(dim) ? [dim] : []));
      return rewriter.make("flip", x.inputs, { dims }, n);
    },
  },
  "a flip leaves out dims of size 1": {
    ops: ["flip"],
    apply(n, rewriter) {
      const { dims } = n.attributes;
      const longDims = dims.filter((dim) => n.shape[dim] > 1);
      return longDims.length === dims.length ? null : rewriter.make("flip", n.inputs, { dims: longDims }, n);
    },
  },
  "a concat leaves out empty inputs": {
    ops: ["concat"],
    apply(n, rewriter) {
      const { dim } = n.attributes;
      const parts = n.inputs.filter(({ shape }) => shape[dim] > 0);
      if (parts.length === 1) return parts[0];
      return parts.length === 0 || parts.length === n.inputs.length ? null : rewriter.remake(n, parts);
    },
  },
  // A fold sums from 0, so that -0 becomes 0; hence the addition of 0.
  "a fold of windows that do not overlap is a permute, reshape and pad": {
    ops: ["fold"],
    apply(n, rewriter) {
      const { dim, step, length } = n.attributes;
      const [x] = n.inputs;
      const size = x.shape[x.shape.length - 1];
      const windows = x.shape[dim];
      if ((windows > 1 && step !== size) || windows * size > length) return null;
      const line = concatenated(x, dim, rewriter, n);
      const sum = rewriter.make("add", [line, filled(line, 0, rewriter)], {}, n);
      return paddedTo(sum, dim, length, rewriter, n);
    },
  },
});
