// Movement on movement is one movement, and what moves nothing goes. An access is affine either way; these rules see to it
// that equal views are equal nodes, and that a reshape, which costs nothing, stands where nothing changes place.
import { sameShape, withSize } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { attributesOf, filled, type Rules, reshaped, type Workshop } from "./rule.ts";

const isAscending = (dims: readonly number[]): boolean => dims.every((dim, i) => i === 0 || dims[i - 1] < dim);

/** Dims of size 1 set apart, these dims keep their order. */
const keepsOrder = ({ shape }: Node, dims: readonly number[]): boolean =>
  isAscending(dims.filter((dim) => shape[dim] !== 1));

/** Whether a slice along a dim is all of it. */
const isWhole = (n: Node): boolean => sameShape(n.shape, n.inputs[0].shape);

/** [..., windows, ..., size] -> [..., windows · size, ...] */
function laidSideBySide(x: Node, dim: number, workshop: Workshop, like: Node): Node {
  const last = x.shape.length - 1;
  const dims = x.shape.flatMap((_, d) => (d === last ? [] : d === dim ? [d, last] : [d]));
  const shape = withSize(like.shape, dim, x.shape[dim] * x.shape[last]);
  return reshaped(workshop.make("permute", [x], { dims }, like), shape, workshop, like);
}

/** As many zeros after the last element of a dim as fit. */
function filledUp(x: Node, dim: number, length: number, workshop: Workshop, like: Node): Node {
  const after = length - x.shape[dim];
  if (after === 0) return x;
  const widths = x.shape.map((_, d) => ({ before: 0, after: d === dim ? after : 0, between: 0 }));
  return workshop.make("pad", [x], { widths, value: 0 }, like);
}

export const movements: Rules = {
  "a movement that moves nothing": {
    ops: ["reshape", "expand", "permute", "slice", "flip", "pad"],
    apply(n) {
      const [x] = n.inputs;
      switch (n.op) {
        case "reshape":
        case "expand":
        case "slice":
        case "pad":
          return isWhole(n) ? x : null;
        case "permute":
          return isAscending(attributesOf(n, "permute").dims) ? x : null;
        default:
          return attributesOf(n, "flip").dims.length === 0 ? x : null;
      }
    },
  },
  "a reshape of a reshape": {
    ops: ["reshape"],
    apply: (n, workshop) =>
      n.inputs[0].op === "reshape" ? reshaped(n.inputs[0].inputs[0], n.shape, workshop, n) : null,
  },
  "an expand of an expand": {
    ops: ["expand"],
    apply: (n, workshop) => (n.inputs[0].op === "expand" ? workshop.remake(n, n.inputs[0].inputs) : null),
  },
  "an expand that only adds sizes of 1 is a reshape": {
    ops: ["expand"],
    apply(n, workshop) {
      const [x] = n.inputs;
      const fresh = n.shape.length - x.shape.length;
      const isSame = sameShape(n.shape.slice(fresh), x.shape) && n.shape.slice(0, fresh).every((size) => size === 1);
      return isSame && fresh > 0 ? reshaped(x, n.shape, workshop, n) : null;
    },
  },
  "a permute of a permute": {
    ops: ["permute"],
    apply(n, workshop) {
      const [x] = n.inputs;
      if (x.op !== "permute") return null;
      const inner = attributesOf(x, "permute").dims;
      const dims = attributesOf(n, "permute").dims.map((dim) => inner[dim]);
      return workshop.make("permute", x.inputs, { dims }, n);
    },
  },
  "a permute that only moves sizes of 1 is a reshape": {
    ops: ["permute"],
    apply(n, workshop) {
      const { dims } = attributesOf(n, "permute");
      return keepsOrder(n.inputs[0], dims) ? reshaped(n.inputs[0], n.shape, workshop, n) : null;
    },
  },
  "a slice of a slice": {
    ops: ["slice"],
    apply(n, workshop) {
      const [x] = n.inputs;
      if (x.op !== "slice") return null;
      const [outer, inner] = [attributesOf(n, "slice"), attributesOf(x, "slice")];
      const starts = inner.starts.map((start, dim) => start + outer.starts[dim] * inner.steps[dim]);
      const steps = inner.steps.map((step, dim) => step * outer.steps[dim]);
      return workshop.make("slice", x.inputs, { starts, sizes: outer.sizes, steps }, n);
    },
  },
  "a flip of a flip": {
    ops: ["flip"],
    apply(n, workshop) {
      const [x] = n.inputs;
      if (x.op !== "flip") return null;
      const [outer, inner] = [attributesOf(n, "flip").dims, attributesOf(x, "flip").dims];
      const dims = n.shape.flatMap((_, dim) => (outer.includes(dim) !== inner.includes(dim) ? [dim] : []));
      return workshop.make("flip", x.inputs, { dims }, n);
    },
  },
  "to turn one element round": {
    ops: ["flip"],
    apply(n, workshop) {
      const { dims } = attributesOf(n, "flip");
      const long = dims.filter((dim) => n.shape[dim] > 1);
      return long.length === dims.length ? null : workshop.make("flip", n.inputs, { dims: long }, n);
    },
  },
  "a concat of one": {
    ops: ["concat"],
    apply(n, workshop) {
      const { dim } = attributesOf(n, "concat");
      const some = n.inputs.filter(({ shape }) => shape[dim] > 0);
      if (some.length === 1) return some[0];
      return some.length === 0 || some.length === n.inputs.length ? null : workshop.remake(n, some);
    },
  },
  // From 0, as every sum: -0 becomes 0.
  "windows that do not overlap lie side by side": {
    ops: ["fold"],
    apply(n, workshop) {
      const { dim, step, length } = attributesOf(n, "fold");
      const [x] = n.inputs;
      const size = x.shape[x.shape.length - 1];
      const windows = x.shape[dim];
      if ((windows > 1 && step !== size) || windows * size > length) return null;
      const laid = laidSideBySide(x, dim, workshop, n);
      const sum = workshop.make("add", [laid, filled(laid, 0, workshop)], {}, n);
      return filledUp(sum, dim, length, workshop, n);
    },
  },
};
