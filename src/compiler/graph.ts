// The first of the two intermediate representations: mathematics. A Graph is the computation of a traced function, as typed nodes over the
// op table's primitives. Nodes are immutable: a state's node stands for its contents before the call, and an update gives its contents
// after it. graph-text.ts prints and parses graphs, graph-rules.ts verifies them.
import type { Type } from "../tensor/dtype.ts";
import { type OpName, opOf } from "../tensor/ops.ts";

/** A primitive op; or an argument of the call; or a state, the contents before the call of a tensor that outlives the call. */
export type NodeOp = OpName | "argument" | "state";

export interface Node extends Type {
  readonly op: NodeOp;
  readonly inputs: readonly Node[];
  /** The op's attributes; { index } for arguments and states. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The innermost composite that the node is part of. */
  readonly region: Region | null;
  /** The line of the user's program that called the op, if lines were recorded. */
  readonly line: string | null;
}

/** One call of a composite such as softmax or a layer norm. explain() shows it, and other formats may have an op for it. */
export interface Region {
  readonly name: string;
  /** Its number in the graph. */
  readonly id: number;
  readonly parent: Region | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A state's contents after the program has run. */
export interface Update {
  readonly state: Node;
  readonly value: Node;
}

export interface Graph {
  /** In topological order, each node after its inputs; arguments come first, then states, each by index. */
  readonly nodes: readonly Node[];
  /** At most one for each state, in the order of the states. */
  readonly updates: readonly Update[];
  readonly results: readonly Node[];
}

/** Makes a node, whose type follows from the op's shape rule. */
export function node(
  op: OpName,
  inputs: readonly Node[] = [],
  attributes: Readonly<Record<string, unknown>> = {},
  { region = null, line = null }: { readonly region?: Region | null; readonly line?: string | null } = {},
): Node {
  const { shape, dtype } = opOf(op).type(inputs, attributes as never);
  return { op, inputs, attributes, shape, dtype, region, line };
}

/** Makes an argument or a state. */
export function input(op: "argument" | "state", index: number, { shape, dtype }: Type): Node {
  return { op, inputs: [], attributes: { index }, shape, dtype, region: null, line: null };
}

export const argumentsOf = ({ nodes }: Graph): Node[] => nodes.filter(({ op }) => op === "argument");
export const statesOf = ({ nodes }: Graph): Node[] => nodes.filter(({ op }) => op === "state");

/** The results, then the new contents of the states. */
export const outputsOf = ({ results, updates }: Graph): Node[] => [...results, ...updates.map(({ value }) => value)];

/** How often each node is read, by nodes, updates and results. */
export function usesOf(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>(graph.nodes.map((n) => [n, 0]));
  const count = (n: Node) => uses.set(n, (uses.get(n) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(count);
  outputsOf(graph).forEach(count);
  return uses;
}

/** `inputs`, then the nodes that the outputs need, each after its inputs. Iterative, so that deep graphs do not overflow the stack. */
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
 * The graph with each node replaced by what `rule` returns for it, in topological order; nodes that no output needs are removed. The rule
 * gets nodes whose inputs are replaced already.
 */
export function rewrite(graph: Graph, rule: (node: Node) => Node): Graph {
  const after = new Map<Node, Node>();
  const replacementOf = (n: Node): Node => after.get(n) ?? n;
  for (const before of graph.nodes) {
    const isSame = before.inputs.every((n) => replacementOf(n) === n);
    const withNewInputs = isSame ? before : { ...before, inputs: before.inputs.map(replacementOf) };
    after.set(before, rule(withNewInputs));
  }
  const updates = graph.updates.map(({ state, value }) => ({ state, value: replacementOf(value) }));
  const results = graph.results.map(replacementOf);
  const inputs = graph.nodes.filter(({ op }) => op === "argument" || op === "state");
  return { nodes: reachable([...results, ...updates.map(({ value }) => value)], inputs), updates, results };
}
