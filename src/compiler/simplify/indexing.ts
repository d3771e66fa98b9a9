// Places that data decides, where arithmetic does as well: the element at argmax is the maximum, and what one index a line
// scatters is a comparison of that index with every place.
import { isFloating } from "../../tensor/dtype.ts";
import { withSize } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { attributesOf, expanded, filled, type Rules, reshaped, type Workshop } from "./rule.ts";

/** Lines that are longer are scattered: a comparison visits every place. */
const longest = 4096;

/** Whether an index is where the largest of `size` elements stands. */
const isPlaceOfLargest = (index: Node, dim: number, size: number): boolean =>
  (index.op === "argmax" || index.op === "topk") &&
  attributesOf(index, "argmax").dim === dim &&
  index.inputs[0].shape[dim] === size;

/** 0, 1, ... along a dim of a shape. */
function counting(shape: readonly number[], dim: number, workshop: Workshop, like: Node): Node {
  const line = workshop.make("iota", [], { length: shape[dim] }, like);
  const row = shape.map((n, d) => (d === dim ? n : 1));
  return expanded(reshaped(line, row, workshop, like), shape, workshop, like);
}

export const largest: Rules = {
  "the element at the place of the largest is the largest": {
    ops: ["gather"],
    apply(n, workshop) {
      const [x, index] = n.inputs;
      const { dim } = attributesOf(n, "gather");
      if (index.op !== "argmax" || index.inputs[0] !== x || attributesOf(index, "argmax").dim !== dim) return null;
      return workshop.make("max", [x], { dims: [dim] }, n);
    },
  },
};

/**
 * scatterAdd of one element a line: where(index = place, source, 0), from 0 as every sum. An index outside of the dim has to
 * stay an error: some gather at the same places sees to that, or they are places of largest elements.
 */
export const scattering: Rules = {
  "one element a line is scattered by comparing": {
    ops: ["scatterAdd"],
    apply(n, workshop) {
      const [source, index] = n.inputs;
      const { dim, size } = attributesOf(n, "scatterAdd");
      if (source.shape[dim] !== 1 || size > longest) return null;
      if (!isPlaceOfLargest(index, dim, size) && !workshop.isGathered(index, dim, size)) return null;
      const shape = withSize(source.shape, dim, size);
      const isHere = workshop.make(
        "eq",
        [expanded(index, shape, workshop, n), counting(shape, dim, workshop, n)],
        {},
        n,
      );
      const zero = filled(n, 0, workshop);
      const scattered = workshop.make("where", [isHere, expanded(source, shape, workshop, n), zero], {}, n);
      return isFloating(n.dtype) ? workshop.make("add", [scattered, zero], {}, n) : scattered;
    },
  },
};
