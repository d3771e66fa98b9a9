// The derivative by hand: compute the result, add h to one leaf, compute the result again. Chainrule computes both; the chain rule is not used.
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

/** The result as a function of one leaf, with the other leaves unchanged. */
export type AlongLeaf = (x: number) => number;

/** The result as a function of `leaf`; all other leaves keep the number that the text or `values` gives them. */
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
  // x + h - x is the step after rounding, which may differ from h.
  return { x, h, before, after, slope: (after - before) / (x + h - x) };
}

/** The gradient of the graph's root with respect to a leaf, by Value.backward() on values of its own. */
export function gradientOf(statements: readonly Statement[], values: LeafValues, leaf: string, text: string): number {
  const graph: Graph = build(statements, values, text);
  graph.root.value.backward();
  return graph.leaves.find(({ label }) => label === leaf)?.value.grad ?? 0;
}

/** Points of the curve at equal distances, both ends included. */
export function curve(result: AlongLeaf, from: number, to: number, points = 81): { x: number; y: number }[] {
  return Array.from({ length: points }, (_, i) => {
    const x = from + ((to - from) * i) / (points - 1);
    return { x, y: result(x) };
  });
}
