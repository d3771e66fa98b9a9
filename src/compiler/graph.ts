// The first of the two intermediate representations: mathematics. A Graph is what a traced function computes, as typed nodes over
// the op table's primitives. Nodes are values that never change: a state's node is its contents before the call, and what it
// holds afterwards is an update. graph-text.ts prints graphs and reads them, graph-rules.ts says which are valid.
import type { Type } from "../tensor/dtype.ts";
import { type OpName, opOf } from "../tensor/ops.ts";

/** Beside the primitives: an argument of the call, and the contents of a tensor that the program keeps, as they were before it. */
export type NodeOp = OpName | "argument" | "state";

export interface Node extends Type {
  readonly op: NodeOp;
  readonly inputs: readonly Node[];
  /** The op's; { index } for arguments and states. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The innermost composite that it is part of. */
  readonly region: Region | null;
  /** The user's line that asked for it, where that was recorded. */
  readonly line: string | null;
}

/** One use of a composite, as softmax or a layer norm: what explain shows, and what other formats have an op of their own for. */
export interface Region {
  readonly name: string;
  /** Counts the regions of a graph. */
  readonly id: number;
  readonly parent: Region | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a state holds after the program. */
export interface Update {
  readonly state: Node;
  readonly value: Node;
}

export interface Graph {
  /** Each after its inputs; arguments and states come first, in their order. */
  readonly nodes: readonly Node[];
  /** At most one a state, in the order of the states. */
  readonly updates: readonly Update[];
  readonly results: readonly Node[];
}

/** A node; its type follows from the op's shape rule. */
export function node(
  op: OpName,
  inputs: readonly Node[] = [],
  attributes: Readonly<Record<string, unknown>> = {},
  { region = null, line = null }: { readonly region?: Region | null; readonly line?: string | null } = {},
): Node {
  const { shape, dtype } = opOf(op).type(inputs, attributes as never);
  return { op, inputs, attributes, shape, dtype, region, line };
}

/** A node that has no op: an argument or a state. */
export function input(op: "argument" | "state", index: number, { shape, dtype }: Type): Node {
  return { op, inputs: [], attributes: { index }, shape, dtype, region: null, line: null };
}

export const argumentsOf = ({ nodes }: Graph): Node[] => nodes.filter(({ op }) => op === "argument");
export const statesOf = ({ nodes }: Graph): Node[] => nodes.filter(({ op }) => op === "state");

/** What a graph computes, results first. */
export const outputsOf = ({ results, updates }: Graph): Node[] => [...results, ...updates.map(({ value }) => value)];

/** How often each node is read, by nodes, updates and results. */
export function usesOf(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>(graph.nodes.map((n) => [n, 0]));
  const count = (n: Node) => uses.set(n, (uses.get(n) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(count);
  outputsOf(graph).forEach(count);
  return uses;
}

/** The nodes that the outputs need, each after its inputs; iterative, so that deep graphs do not overflow. */
export function reachable(outputs: readonly Node[], inputs: readonly Node[] = []): Node[] {
  const order = new Set<Node>(inputs);
  const stack: { node: Node; next: number }[] = [];
  const visit = (node: Node) => {
    if (!order.has(node)) stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    visit(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next < top.node.inputs.length) visit(top.node.inputs[top.next++]);
      else {
        order.add(top.node);
        stack.pop();
      }
    }
  }
  return [...order];
}

/**
 * The graph with each node that a rule replaces exchanged for another, from the front to the back; what nothing needs any more
 * goes. A rule gets a node whose inputs are already exchanged.
 */
export function rewrite(graph: Graph, rule: (node: Node) => Node): Graph {
  const after = new Map<Node, Node>();
  const exchanged = (n: Node): Node => after.get(n) ?? n;
  for (const before of graph.nodes) {
    const same = before.inputs.every((n) => exchanged(n) === n);
    const moved = same ? before : { ...before, inputs: before.inputs.map(exchanged) };
    after.set(before, rule(moved));
  }
  const updates = graph.updates.map(({ state, value }) => ({ state, value: exchanged(value) }));
  const results = graph.results.map(exchanged);
  const kept = graph.nodes.filter(({ op }) => op === "argument" || op === "state");
  return { nodes: reachable([...results, ...updates.map(({ value }) => value)], kept), updates, results };
}
