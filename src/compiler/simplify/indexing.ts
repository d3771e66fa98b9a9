// Gathers and scatters that plain arithmetic can replace: the element at argmax is the maximum, and a scatterAdd of one element per
// line is a comparison of that element's index with every position of the line.
import { isFloating } from "../../tensor/dtype.ts";
import { withSize } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { expanded, filled, type Rewriter, reshaped, rules } from "./rule.ts";

/** Longer lines keep their scatterAdd, since the comparison visits every position. */
const maxComparedLength = 4096;

/** Whether an index comes from argmax or topk over `size` elements along `dim`, and so is never out of range. */
const isPlaceOfLargest = (index: Node, dim: number, size: number): boolean =>
  (index.op === "argmax" || index.op === "topk") && index.attributes.dim === dim && index.inputs[0].shape[dim] === size;

/** The index along a dim, 0, 1, ..., for each element of a shape. */
function indexAlong(shape: readonly number[], dim: number, rewriter: Rewriter, like: Node): Node {
  const line = rewriter.make("iota", [], { length: shape[dim] }, like);
  const row = shape.map((n, d) => (d === dim ? n : 1));
  return expanded(reshaped(line, row, rewriter, like), shape, rewriter, like);
}

export const gathering = rules({
  "a gather at argmax is max": {
    ops: ["gather"],
    apply(n, rewriter) {
      const [x, index] = n.inputs;
      const { dim } = n.attributes;
      if (index.op !== "argmax" || index.inputs[0] !== x || index.attributes.dim !== dim) return null;
      return rewriter.make("max", [x], { dims: [dim] }, n);
    },
  },
});

/**
 * scatterAdd of one element per line becomes 0 + where(index = position, source, 0); adding to 0 turns -0 into 0, as in every sum. An
 * index out of range has to remain an error, so the rule applies only where a gather with the same index reports it, or where the index
 * comes from argmax or topk.
 */
export const scattering = rules({
  "a scatterAdd of one element per line is a comparison": {
    ops: ["scatterAdd"],
    apply(n, rewriter) {
      const [source, index] = n.inputs;
      const { dim, size } = n.attributes;
      if (source.shape[dim] !== 1 || size > maxComparedLength) return null;
      if (!isPlaceOfLargest(index, dim, size) && !rewriter.isGathered(index, dim, size)) return null;
      const shape = withSize(source.shape, dim, size);
      const isHere = rewriter.make(
        "eq",
        [expanded(index, shape, rewriter, n), indexAlong(shape, dim, rewriter, n)],
        {},
        n,
      );
      const zero = filled(n, 0, rewriter);
      const scattered = rewriter.make("where", [isHere, expanded(source, shape, rewriter, n), zero], {}, n);
      return isFloating(n.dtype) ? rewriter.make("add", [scattered, zero], {}, n) : scattered;
    },
  },
});
