// The graph's result for other numbers, in plain floating-point arithmetic: the same as chainrule's Values compute, without a graph for
// each point. Curves and landscapes need it thousands of times.
import type { Graph, Op } from "../graph.ts";

const arithmetic = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
  neg: (a) => -a,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(0, a),
  exp: Math.exp,
  log: Math.log,
} as const satisfies Record<Op, (a: number, b: number) => number>;

/** The result as a function of the numbers of the leaves with these ids; all others keep theirs. */
export function resultOf({ nodes, root }: Graph, leaves: readonly number[]): (...numbers: number[]) => number {
  const values = Float64Array.from(nodes, ({ value }) => value.data);
  const moving = new Set(leaves);
  const program = nodes.flatMap(({ id, op, inputs }) => {
    if (op === null || !inputs.some((input) => moving.has(input))) return [];
    moving.add(id);
    return [{ id, compute: arithmetic[op], a: inputs[0], b: inputs[1] ?? inputs[0] }];
  });
  return (...numbers) => {
    leaves.forEach((leaf, i) => {
      values[leaf] = numbers[i];
    });
    for (const { id, compute, a, b } of program) values[id] = compute(values[a], values[b]);
    return values[root.id];
  };
}
