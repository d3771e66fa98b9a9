// An update that adds to some rows of a state, such as SGD's of an embedding, touches these rows alone. The gradient of a table is a scatterAdd of
// as many rows as were looked up, and the update multiplies all of it by the learning rate. Here the rows are multiplied before they are
// scattered, so that what is left is a sum of the state and a scatterAdd, which fusion adds to the state's own memory (fuse/rows.ts):
//
//   p - expand(lr) · scatterAdd(dy, index)     ->     p + scatterAdd(-(dy · lr), index)
//
// Where an index occurs several times, its products are rounded one by one, so that the last bit may differ.
import { isFloating } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Graph, type Node, type NodeOf, node, rewrite, usesOf } from "./graph.ts";

export function scatterUpdates(graph: Graph): Graph {
  const uses = usesOf(graph);
  const isReadOnce = (n: Node) => uses.get(n) === 1;
  const changed = new Map<Node, Node>();
  for (const { state, value } of graph.updates) {
    if (!isFloating(value.dtype) || !isReadOnce(value) || (value.op !== "sub" && value.op !== "add")) continue;
    const [a, b] = value.inputs;
    const change = a === state ? b : value.op === "add" && b === state ? a : null;
    if (change === null || change === state) continue;
    const scattered = scatteredOf(change, isReadOnce);
    if (scattered === null) continue;
    const signed = value.op === "sub" ? withRows(scattered, (rows) => node("neg", [rows], {}, rows)) : scattered;
    if (signed !== change) changed.set(value, node("add", [state, signed], {}, value));
  }
  return changed.size === 0 ? graph : rewrite(graph, (n) => changed.get(n) ?? n);
}

type Scattered = NodeOf<"scatterAdd">;

const withRows = (n: Scattered, change: (rows: Node) => Node): Scattered =>
  node("scatterAdd", [change(n.inputs[0]), n.inputs[1]], n.attributes, n);

/** A value as a scatterAdd of scaled rows; null if it is none, or if something else reads it. */
function scatteredOf(n: Node, isReadOnce: (n: Node) => boolean): Scattered | null {
  if (!isReadOnce(n)) return null;
  if (n.op === "scatterAdd") return n;
  if (n.op === "neg") {
    const inner = scatteredOf(n.inputs[0], isReadOnce);
    return inner && withRows(inner, (rows) => node("neg", [rows], {}, n));
  }
  if (n.op !== "mul" && n.op !== "div") return null;
  const [a, b] = n.inputs;
  const swapped = n.op === "mul" && isUniform(a);
  const [of, by] = swapped ? [b, a] : [a, b];
  if (!isUniform(by)) return null;
  const inner = scatteredOf(of, isReadOnce);
  return inner && withRows(inner, (rows) => node(n.op, [rows, uniformLike(by, rows)], {}, n));
}

/** Whether all elements of a value are one number. */
const isUniform = (n: Node): n is NodeOf<"full" | "expand"> =>
  n.op === "full" || (n.op === "expand" && sizeOf(n.inputs[0].shape) === 1);

/** The same number in another shape. */
function uniformLike(n: NodeOf<"full" | "expand">, { shape }: Node): Node {
  if (n.op === "full") return node("full", [], { ...n.attributes, shape }, n);
  return node("expand", [node("reshape", [n.inputs[0]], { shape: [] }, n)], { shape }, n);
}
