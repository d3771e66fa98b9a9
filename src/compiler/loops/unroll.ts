// The graph without loops: each step is written out. For formats and devices that have no loops like these, and for tests, in which it is what
// a loop means. The graph grows with the number of steps.
import { argumentsOf, type Graph, isInput, type Node, type NodeOf, node, reachable, statesOf } from "../graph.ts";
import { type Body, bodyOf, isScan } from "./body.ts";

export function unroll(graph: Graph): Graph {
  if (!graph.nodes.some(isScan)) return graph;
  const after = new Map<Node, Node>();
  const of = (n: Node): Node => after.get(n) ?? n;
  const loops: { readonly body: Body; readonly inputs: readonly Node[]; readonly outputs: readonly Node[] }[] = [];
  const outputOf = (n: NodeOf<"scan">): Node => {
    const body = bodyOf(n);
    const inputs = n.inputs.map(of);
    const known = loops.find((loop) => loop.body === body && loop.inputs.every((x, i) => x === inputs[i]));
    const outputs = known?.outputs ?? outputsOfLoop(body, inputs);
    if (known === undefined) loops.push({ body, inputs, outputs });
    return outputs[n.attributes.output];
  };
  for (const n of graph.nodes) {
    if (isInput(n)) continue;
    if (isScan(n)) after.set(n, outputOf(n));
    else if (n.inputs.some((x) => after.has(x))) after.set(n, { ...n, inputs: n.inputs.map(of) } as Node);
  }
  const updates = graph.updates.map(({ state, value }) => ({ state, value: of(value) }));
  const results = graph.results.map(of);
  const nodes = reachable([...results, ...updates.map(({ value }) => value)], graph.nodes.filter(isInput));
  return { nodes, updates, results };
}

/** The carries after the loop, then the stacked results. */
function outputsOfLoop(body: Body, inputs: readonly Node[]): Node[] {
  const { carries, taken } = body;
  const graph = unroll(body.graph);
  const along = inputs.slice(carries, carries + taken);
  const whole = inputs.slice(carries + taken);
  const stacks = graph.results.map((): Node[] => new Array(body.length));
  let states = inputs.slice(0, carries);
  for (const place of body.places()) {
    const after = step(graph, [...along.map((x) => element(x, place)), ...whole], states);
    states = after.states;
    after.results.forEach((result, i) => {
      stacks[i][place] = node("reshape", [result], { shape: [1, ...result.shape] });
    });
  }
  const stacked = stacks.map((parts, i): Node => {
    const { dtype, shape } = body.outputs[carries + i];
    return parts.length === 0 ? node("full", [], { dtype, shape, value: 0 }) : node("concat", parts, { dim: 0 });
  });
  return [...states, ...stacked];
}

/** The values of one step. Regions belong to the graph of the body, where they are numbered, and are left out. */
function step(graph: Graph, args: readonly Node[], states: readonly Node[]) {
  const made = new Map<Node, Node>();
  argumentsOf(graph).forEach((n, i) => {
    made.set(n, args[i]);
  });
  statesOf(graph).forEach((n, i) => {
    made.set(n, states[i]);
  });
  const of = (n: Node): Node => made.get(n) ?? n;
  for (const n of graph.nodes) if (!isInput(n)) made.set(n, { ...n, region: null, inputs: n.inputs.map(of) } as Node);
  const after = [...states];
  for (const { state, value } of graph.updates) after[state.attributes.index] = of(value);
  return { results: graph.results.map(of), states: after };
}

/** The element of a stack at a place along dim 0. */
function element(x: Node, place: number): Node {
  const [, ...shape] = x.shape;
  const starts = [place, ...shape.map(() => 0)];
  const slice = node("slice", [x], { starts, sizes: [1, ...shape], steps: x.shape.map(() => 1) });
  return node("reshape", [slice], { shape });
}
