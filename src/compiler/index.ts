// The public API of "chainrule/compiler": the graph of a function, for packages that write it in other formats or run it elsewhere.
import type { Tensor } from "../tensor/tensor.ts";
import type { Graph } from "./graph.ts";
import { traceFunction } from "./trace-function.ts";

export { contentsFor, DeviceStorage, lostContents } from "../tensor/device.ts";
export { type DType, viewOf } from "../tensor/dtype.ts";
export { type Label, labelOf } from "../tensor/labels.ts";
export type { Attributes, OpName } from "../tensor/ops.ts";
export { shardingOf } from "../tensor/sharding.ts";
export { ShareStorage } from "../tensor/share.ts";
export { ArrayStorage, type Storage } from "../tensor/storage.ts";
export type { Backend, BackendName, BackendOptions, Program } from "./backend.ts";
export type { Chapter } from "./chapters.ts";
export { registerBackend } from "./compile.ts";
export { evaluate } from "./evaluate.ts";
export type { Graph, InputOf, Node, NodeOf, NodeOp, Region, Update } from "./graph.ts";
export { argumentsOf, statesOf } from "./graph.ts";
export { parse, print } from "./graph-text.ts";
export { hostStatesAfter, hostUpdates, type Parts } from "./host-updates.ts";
export { type Body as LoopBody, bodyOf, isScan } from "./loops/body.ts";
export { unroll } from "./loops/unroll.ts";
export { type NamesTensors, tensorNames } from "./tensor-names.ts";
export {
  type ResultRole,
  type TensorRole,
  type TracedArgument,
  type TracedFunction,
  traceFunction,
} from "./trace-function.ts";

/** A function's graph, and the tensors from outside the function that are its states: states[i] belongs to the node `state i`. */
export interface TracedGraph {
  readonly graph: Graph;
  readonly states: readonly Tensor[];
}

/**
 * Traces f for arguments of these shapes and dtypes, without computing anything. Argument i of the graph is args[i], its result is what f
 * returns. Assignments of f to tensors from outside become the graph's updates; the tensors do not change.
 * Throws, as compile does, where f reads the contents of a tensor.
 */
export function traceGraph(f: (...args: Tensor[]) => Tensor, args: readonly Tensor[]): TracedGraph {
  const { graph, states } = traceFunction(f, args);
  return { graph, states };
}
