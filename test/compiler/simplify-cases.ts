// Reads the short texts of simplify-arithmetic.ts and simplify-movement.ts.
import type { Graph } from "../../src/compiler/graph.ts";
import { parse } from "../../src/compiler/graph-text.ts";

/** Graphs before and after, by the rule that changes them. */
export type Cases = Readonly<Record<string, readonly (readonly [before: string, after: string])[]>>;

const inputs = [
  "%x = argument 0 : float32[2,3]",
  "%y = argument 1 : float32[2,3]",
  "%z = argument 2 : float64[2,3]",
  "%i = argument 3 : int32[2,3]",
  "%j = argument 4 : int32[2,3]",
  "%u = argument 5 : uint8[2,3]",
  "%c = argument 6 : bool[2,3]",
  "%w = argument 7 : float32[2,1,4,4]",
];

/** "%k = full(2); %r = add %x, %k; return %r" */
export function graphOf(text: string): Graph {
  const long = text.replace(
    /full\(([^,)]+)(?:, (\w+))?\)/g,
    (_, value: string, dtype = "float32") => `full {shape: [2, 3], dtype: "${dtype}", value: ${value}}`,
  );
  return parse(["graph", ...inputs, ...long.split("; ")].join("\n"));
}
