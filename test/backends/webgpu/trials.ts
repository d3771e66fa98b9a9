// Random graphs for GPUs, which have no float64, and may take subnormal numbers for 0.
import type { Graph } from "../../../src/compiler/graph.ts";
import { parse, print } from "../../../src/compiler/graph-text.ts";
import type { NDArray } from "../../../src/tensor/dtype.ts";
import type { Widening } from "../../compiler/bounds.ts";
import type { Trial } from "../../compiler/random-growth.ts";

const smallestNormal = 2 ** -126;

function narrowed(value: NDArray): NDArray {
  if (value.dtype !== "float64" && value.dtype !== "float32") return value;
  const data = Float32Array.from(value.data, (x) => (Math.abs(x) < smallestNormal ? 0 : x));
  return { ...value, dtype: "float32", data };
}

/** The trial with float32 in place of float64, and 0 in place of subnormal numbers. */
export const inFloat32 = ({ graph, args, states }: Trial): Trial => ({
  graph: parse(print(graph).replaceAll("float64", "float32")),
  args: args.map(narrowed),
  states: states.map(narrowed),
});

/** Results that are hardly larger than subnormal may be off by the smallest normal number. */
export const flushed =
  (_: Graph): Widening =>
  (_node, { dtype, data }) =>
  (i) =>
    dtype === "float32" && data[i] !== 0 && Math.abs(data[i]) < 64 * smallestNormal ? smallestNormal : 0;
