// Graphs with many dependencies between nodes that could share kernels: there are few shapes, so that each node could be fused with most
// others, and sums, products and permutations between them, so that many must not be. Each state is updated.
import { type Graph, input, type Node, node } from "../../src/compiler/graph.ts";
import { allocate, type NDArray } from "../../src/tensor/dtype.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import type { Draw } from "../tensor/draw.ts";
import type { Trial } from "./random-growth.ts";

const square: Shape = [4, 6];

/** Ways to make a node of shape [4, 6] from nodes of shape [4, 6]. */
const ways: readonly ((pick: () => Node, draw: Draw) => Node)[] = [
  (pick) => node("add", [pick(), pick()], {}),
  (pick) => node("sub", [pick(), pick()], {}),
  (pick) => node("maximum", [pick(), pick()], {}),
  (pick) => node("sin", [pick()], {}),
  (pick) => {
    const parts = node("reshape", [pick()], { shape: [2, 2, 2, 3] });
    return node("reshape", [node("permute", [parts], { dims: [1, 0, 3, 2] })], { shape: square });
  },
  (pick) => node("reshape", [node("permute", [pick()], { dims: [1, 0] })], { shape: square }),
  (pick, draw) => {
    const op = draw.pick(["sum", "max"] as const);
    const dims = draw.pick([[0], [1], [0, 1]]);
    const reduced = node("sin", [node(op, [pick()], { dims })], {});
    return node("expand", [reduced], { shape: square });
  },
  (pick) => node("sin", [node("matmul", [pick(), node("permute", [middle(pick)], { dims: [1, 0] })], {})], {}),
  (pick) => node("flip", [pick()], { dims: [1] }),
  (pick) => node("cumsum", [pick()], { dim: 1 }),
];

/** [6, 6], so that a product with it is [4, 6]. */
const middle = (pick: () => Node): Node => node("matmul", [node("permute", [pick()], { dims: [1, 0] }), pick()], {});

export function knot(draw: Draw): Trial {
  const args = [0, 1].map((index) => input("argument", index, { shape: square, dtype: "float32" }));
  const states = [0, 1, 2].map((index) => input("state", index, { shape: square, dtype: "float32" }));
  const made: Node[] = [];
  const all = () => [...args, ...states, ...made];
  const pick = () => {
    const from = all();
    return from[Math.max(draw.whole(0, from.length - 1), draw.whole(0, from.length - 1))];
  };
  for (let count = draw.whole(3, 24); count > 0; count--) made.push(draw.pick(ways)(pick, draw));
  const updates = states.map((state) => ({ state, value: draw.pick(all()) }));
  const results = [pick(), pick()];
  const nodes = reachableInOrder([...made, ...args, ...states]);
  const graph: Graph = { nodes: [...args, ...states, ...nodes], updates, results };
  const numbers = ({ shape, dtype }: Node): NDArray => ({
    shape,
    dtype,
    data: allocate(dtype, sizeOf(shape)).map(() => draw.unit() * 2 - 1),
  });
  return { graph, args: args.map(numbers), states: states.map(numbers) };
}

/** The nodes that some nodes depend on, without arguments and states, each after its inputs. */
function reachableInOrder(nodes: readonly Node[]): Node[] {
  const order = new Set<Node>();
  const visit = (n: Node) => {
    if (order.has(n) || n.op === "argument" || n.op === "state") return;
    n.inputs.forEach(visit);
    order.add(n);
  };
  nodes.forEach(visit);
  return [...order];
}
