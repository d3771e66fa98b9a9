// The first of the two intermediate representations: mathematics. A Graph is the computation of a traced function, as typed nodes over the
// op table's primitives. Nodes are immutable: a state's node stands for its contents before the call, and an update gives its contents
// after it. graph-text.ts prints and parses graphs, graph-rules.ts verifies them.
import type { Type } from "../tensor/dtype.ts";
import { type Attributes, type ElementwiseName, isElementwise, type OpName, opOf } from "../tensor/ops.ts";

/** An argument of the call; or a state, the contents before the call of a tensor that outlives the call. */
export type InputOp = "argument" | "state";

/** A primitive op, or an input of the graph. */
export type NodeOp = OpName | InputOp;

interface Typed<Op, Attributes> extends Type {
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  /** The innermost composite that the node is part of. */
  readonly region: Region | null;
  /** The line of the user's program that called the op, if lines were recorded. */
  readonly line: string | null;
}

/** The node of an op, with that op's attributes; for several ops, one of their nodes. */
export type NodeOf<N extends OpName = OpName> = { readonly [P in N]: Typed<P, Attributes<P>> }[N];

/** An input of the graph: the argument or the state of this index. */
export type InputOf<N extends InputOp = InputOp> = { readonly [P in N]: Typed<P, { readonly index: number }> }[N];

/** Where the op of a node is known, so are its attributes: `op` tells the members of this union apart. */
export type Node = NodeOf | InputOf;

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
  readonly state: InputOf<"state">;
  readonly value: Node;
}

export interface Graph {
  /** In topological order, each node after its inputs; arguments come first, then states, each by index. */
  readonly nodes: readonly Node[];
  /** At most one for each state, in the order of the states. */
  readonly updates: readonly Update[];
  readonly results: readonly Node[];
}

/** Where a node comes from: its region, and its line in the user's program. */
interface Origin {
  readonly region?: Region | null;
  readonly line?: string | null;
}

/** Makes a node, whose type follows from the op's shape rule. */
export function node<N extends OpName>(
  op: N,
  inputs: readonly Node[],
  attributes: Attributes<N>,
  { region = null, line = null }: Origin = {},
): NodeOf<N> {
  const { shape, dtype } = opOf(op).type(inputs, attributes);
  return { op, inputs, attributes, shape, dtype, region, line };
}

/** Makes an argument or a state. */
export function input<N extends InputOp>(op: N, index: number, { shape, dtype }: Type): InputOf<N> {
  return { op, inputs: [], attributes: { index }, shape, dtype, region: null, line: null };
}

export const isInput = (n: Node): n is InputOf => n.op === "argument" || n.op === "state";
export const isElementwiseNode = (n: Node): n is NodeOf<ElementwiseName> => isElementwise(n.op);

export const argumentsOf = ({ nodes }: Graph): InputOf<"argument">[] => nodes.filter((n) => n.op === "argument");
export const statesOf = ({ nodes }: Graph): InputOf<"state">[] => nodes.filter((n) => n.op === "state");

/** The results, then the new contents of the states. */
export const outputsOf = ({ results, updates }: Graph): Node[] => [...results, ...updates.map(({ value }) => value)];

/** How often each node is read, by nodes, updates and results; nodes that nothing reads are left out. */
export function usesOf(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>();
  const count = (n: Node) => uses.set(n, (uses.get(n) ?? 0) + 1);
  for (const { inputs } of graph.nodes) for (let i = 0; i < inputs.length; i++) count(inputs[i]);
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
 * gets nodes whose inputs are replaced already. A result of `rewrite` in which nothing is replaced is returned itself.
 */
export function rewrite(graph: Graph, rule: (node: Node) => Node): Graph {
  const after = new Map<Node, Node>();
  const replacementOf = (n: Node): Node => after.get(n) ?? n;
  for (const before of graph.nodes) {
    const inputs = replacedIn(before.inputs, after);
    const replacement = rule(inputs === before.inputs ? before : { ...before, inputs });
    if (replacement !== before) after.set(before, replacement);
  }
  if (after.size === 0 && rewritten.has(graph)) return graph;
  const updates = graph.updates.map(({ state, value }) => ({ state, value: replacementOf(value) }));
  const results = graph.results.map(replacementOf);
  const inputs = graph.nodes.filter(isInput);
  const nodes = reachable([...results, ...updates.map(({ value }) => value)], inputs);
  const result = { nodes, updates, results };
  rewritten.add(result);
  return result;
}

/** The nodes with others in place of some; the list itself if none is replaced. */
function replacedIn(nodes: readonly Node[], after: ReadonlyMap<Node, Node>): readonly Node[] {
  let replaced: Node[] | null = null;
  for (let i = 0; i < nodes.length && after.size > 0; i++) {
    const other = after.get(nodes[i]);
    if (other === undefined) continue;
    replaced ??= [...nodes];
    replaced[i] = other;
  }
  return replaced ?? nodes;
}

/** Graphs whose nodes are those that the outputs need, in the order in which `rewrite` puts them. */
const rewritten = new WeakSet<Graph>();
