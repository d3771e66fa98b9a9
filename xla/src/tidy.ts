// Takes movements that move nothing out of a graph: a reshape to the same shape, a cast to the same dtype, a reshape of a reshape. XLA would do
// so too, but people read the text. The order of the nodes stays.
import type { Graph, Node } from "chainrule/compiler";

const isSame = (a: Node, b: Node): boolean => a.dtype === b.dtype && String(a.shape) === String(b.shape);

/** The node in whose place this one may stand; itself where it computes something. */
function withoutMovement(n: Node): Node {
  const [x] = n.inputs;
  switch (n.op) {
    case "reshape":
      if (isSame(n, x)) return x;
      return x.op === "reshape" ? { ...n, inputs: x.inputs } : n;
    case "expand":
    case "cast":
    case "slice":
      return isSame(n, x) ? x : n;
    default:
      return n;
  }
}

export function tidy({ nodes, results, updates }: Graph): Graph {
  const after = new Map<Node, Node>();
  const replacementOf = (n: Node): Node => after.get(n) ?? n;
  for (const n of nodes) {
    const isUnchanged = n.inputs.every((x) => replacementOf(x) === x);
    after.set(n, withoutMovement(isUnchanged ? n : { ...n, inputs: n.inputs.map(replacementOf) }));
  }
  return {
    nodes: [...new Set(nodes.map(replacementOf))],
    results: results.map(replacementOf),
    updates: updates.map(({ state, value }) => ({ state, value: replacementOf(value) })),
  };
}
