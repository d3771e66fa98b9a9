// The steps of one round of learning before its update. First the values, from the leaves to the result; then those of Value.backward(),
// one for each op, in its order, with every number in them. The slopes are chainrule's own: backward() of the single op on new leaves.
import { Value } from "chainrule/scalar";
import { apply, type Graph, type GraphNode, type Op } from "../graph.ts";

/** The gradient that one input of an op receives. */
export interface Share {
  readonly input: number;
  /** The index of the input among the op's inputs: 0 or 1. */
  readonly place: number;
  /** ∂result/∂input */
  readonly slope: number;
  /** slope · the result's gradient */
  readonly share: number;
  /** The input's gradient before and after. */
  readonly before: number;
  readonly after: number;
}

export type Step =
  /** The node's value is computed. */
  | { readonly kind: "value"; readonly node: number; readonly op: Op }
  /** ∂L/∂L = 1. */
  | { readonly kind: "seed"; readonly node: number }
  | {
      readonly kind: "op";
      readonly node: number;
      readonly op: Op;
      /** The result's gradient, complete by now. */
      readonly above: number;
      readonly shares: readonly Share[];
    };

/** The forward steps, in the order in which the graph was built, then the backward steps. */
export function stepsOf(graph: Graph): readonly Step[] {
  const values = graph.nodes.flatMap(({ id, op }): Step[] => (op === null ? [] : [{ kind: "value", node: id, op }]));
  return [...values, ...backwardSteps(graph)];
}

/**
 * All steps of the backward pass. A node's step comes when all ops that use it have sent their share. A number in the formula cannot be changed and receives
 * no share, so an op whose inputs are all such numbers has no step.
 */
function backwardSteps({ nodes, root }: Graph): readonly Step[] {
  const waiting = nodes.map(() => 0);
  for (const { inputs } of nodes) for (const input of inputs) waiting[input]++;
  const grads = nodes.map(() => 0);
  grads[root.id] = 1;
  const steps: Step[] = [{ kind: "seed", node: root.id }];
  const ready = [root.id];
  for (const id of ready) {
    const node = nodes[id];
    if (node.op === null) continue;
    const slopes = slopesOf(node.op, node.inputs, nodes);
    const shares: Share[] = [];
    node.inputs.forEach((input, place) => {
      const share = slopes[place] * grads[id];
      const before = grads[input];
      grads[input] += share;
      if (--waiting[input] === 0) ready.push(input);
      if (nodes[input].role !== "constant")
        shares.push({ input, place, slope: slopes[place], share, before, after: grads[input] });
    });
    if (shares.length > 0) steps.push({ kind: "op", node: id, op: node.op, above: grads[id], shares });
  }
  return steps;
}

function slopesOf(op: Op, inputs: readonly number[], nodes: readonly GraphNode[]): number[] {
  const leaves = inputs.map((id) => new Value(nodes[id].value.data));
  apply(op, leaves).backward();
  return leaves.map(({ grad }) => grad);
}

/** Every node's gradient after the first `count` steps; null where none has arrived yet. */
export function gradientsAfter({ nodes }: Graph, steps: readonly Step[], count: number): readonly (number | null)[] {
  const grads: (number | null)[] = nodes.map(() => null);
  for (const step of steps.slice(0, count)) {
    if (step.kind === "seed") grads[step.node] = 1;
    if (step.kind === "op") for (const { input, after } of step.shares) grads[input] = after;
  }
  return grads;
}

/** The share that each edge from an input to an op has carried after `count` steps, by `wayOf(op's node, input's place)`. */
export function flowAfter(steps: readonly Step[], count: number): ReadonlyMap<string, number> {
  const flow = new Map<string, number>();
  for (const step of steps.slice(0, count))
    if (step.kind === "op") for (const { place, share } of step.shares) flow.set(wayOf(step.node, place), share);
  return flow;
}

export const wayOf = (node: number, place: number): string => `${node}.${place}`;
