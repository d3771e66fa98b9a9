// What other packages may know of the compiler ("chainrule/compiler"): the graph of a function, for those who write it down in
// another format.
import type { Tensor } from "../tensor/tensor.ts";
import type { Graph } from "./graph.ts";
import { trace } from "./trace.ts";

export type { DType } from "../tensor/dtype.ts";
export type { Attributes, OpName } from "../tensor/ops.ts";
export type { Graph, Node, NodeOp, Region, Update } from "./graph.ts";
export { parse, print } from "./graph-text.ts";

/** A function's graph, and the tensors from outside that are its states: states[i] belongs to the node `state i`. */
export interface TracedGraph {
  readonly graph: Graph;
  readonly states: readonly Tensor[];
}

/**
 * The mathematics of f for arguments of these shapes and dtypes, which nothing is computed with: argument i of the graph is
 * args[i], its result what f returns. What f would do to tensors from outside stands among the graph's updates and is not done.
 * Throws, as compile does, where f asks for contents.
 */
export function traceGraph(f: (...args: Tensor[]) => Tensor, args: readonly Tensor[]): TracedGraph {
  // detach: what f hands through, an argument or a weight, is a result like any other.
  const traced = (...inside: unknown[]) => f(...(inside as Tensor[])).detach();
  const { graph, states } = trace(traced, args, args, { lines: false });
  return { graph, states };
}
