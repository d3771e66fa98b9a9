// The derivative by hand: compute the result, push one leaf by h, compute it again. Both times by chainrule; no chain rule is used.
import type { Statement } from "./expression.ts";
import { build, type Graph, type LeafValues } from "./graph.ts";

export interface Nudge {
  readonly x: number;
  readonly h: number;
  /** The result at x, and at x + h. */
  readonly before: number;
  readonly after: number;
  /** (after - before) / h */
  readonly slope: number;
}

/** A result as a function of one leaf, the others as they are. */
export type AlongLeaf = (x: number) => number;

/** The statements along a leaf: `values` and leaves that the text gives a number stay as they are, `leaf` aside. */
export function along(statements: readonly Statement[], values: LeafValues, leaf: string, text: string): AlongLeaf {
  return (x) => {
    const moved = statements.map((statement) =>
      statement.name === leaf ? { ...statement, expression: { kind: "number" as const, value: x } } : statement,
    );
    return build(moved, { ...values, [leaf]: x }, text).root.value.data;
  };
}

export function nudge(result: AlongLeaf, x: number, h: number): Nudge {
  const before = result(x);
  const after = result(x + h);
  // What was added, after rounding: h itself may not be a number that x can be moved by.
  return { x, h, before, after, slope: (after - before) / (x + h - x) };
}

/** The gradient of the graph's root with respect to a leaf, by Value.backward() on values of its own. */
export function gradientOf(statements: readonly Statement[], values: LeafValues, leaf: string, text: string): number {
  const graph: Graph = build(statements, values, text);
  graph.root.value.backward();
  return graph.leaves.find(({ label }) => label === leaf)?.value.grad ?? 0;
}

/** Points of the curve at equal distances, ends included. */
export function curve(result: AlongLeaf, from: number, to: number, points = 81): { x: number; y: number }[] {
  return Array.from({ length: points }, (_, i) => {
    const x = from + ((to - from) * i) / (points - 1);
    return { x, y: result(x) };
  });
}
