// The backend "reference": runs a graph node by node with the op table's loops. It defines the result of a program; every other backend is
// tested against it.

import type { Backend, Program } from "../compiler/backend.ts";
import type { Chapter } from "../compiler/chapters.ts";
import type { Graph, Node } from "../compiler/graph.ts";
import { print } from "../compiler/graph-text.ts";
import { internal } from "../errors/error.ts";
import { allocate, type NDArray } from "../tensor/dtype.ts";
import { opOf } from "../tensor/ops.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The results of a graph. */
export interface Values {
  readonly results: readonly NDArray[];
  /** The contents of each state after the call. */
  readonly states: readonly NDArray[];
}

/** Evaluates a graph on arguments and contents of states; changes none of them. */
export function evaluate(graph: Graph, args: readonly NDArray[], states: readonly NDArray[]): Values {
  const values = new Map<Node, NDArray>();
  const value = (node: Node): NDArray => {
    const computed = values.get(node);
    if (computed === undefined) throw internal(`${node.op} is read before it is computed`);
    return computed;
  };
  for (const node of graph.nodes) {
    if (node.op === "argument") values.set(node, args[node.attributes.index]);
    else if (node.op === "state") values.set(node, states[node.attributes.index]);
    else {
      const { op, inputs, attributes, shape, dtype } = node;
      const result: NDArray = { shape, dtype, data: allocate(dtype, sizeOf(shape)) };
      opOf(op).evaluate(result, inputs.map(value), attributes);
      values.set(node, result);
    }
  }
  const after = [...states];
  for (const update of graph.updates) after[update.state.attributes.index] = value(update.value);
  return { results: graph.results.map(value), states: after };
}

const contents = ({ shape, dtype, storage }: Tensor): NDArray => ({ shape, dtype, data: storage.data });

/** Runs graphs without compiling them. */
export const reference: Backend = {
  name: "reference",
  prepare(graph, states): Program {
    const run = (args: readonly Tensor[]): ArrayStorage[] => {
      const { results, states: after } = evaluate(graph, args.map(contents), states.map(contents));
      for (const { state } of graph.updates) {
        const { index } = state.attributes;
        states[index].replaceStorage(new ArrayStorage(after[index].data));
      }
      return results.map(({ data }) => new ArrayStorage(data));
    };
    const profile = (args: readonly Tensor[]) => {
      const start = performance.now();
      const results = run(args);
      return {
        results,
        report: `${graph.nodes.length} nodes, ${((performance.now() - start) * 1000).toFixed(0)} µs in all`,
      };
    };
    const chapters = (): readonly Chapter[] => [
      {
        name: "graph",
        about: `what is computed, ${graph.nodes.length} values`,
        text: `${print(graph)}\nruns node by node with the op table's loops`,
        parts: [],
      },
    ];
    return { bytes: 0, run, profile, chapters };
  },
};
