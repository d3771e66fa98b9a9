// The backend "reference": runs a graph node by node with the op table's loops. It defines the result of a program; every other backend is
// tested against it.

import type { Backend, Program } from "../compiler/backend.ts";
import type { Chapter } from "../compiler/chapters.ts";
import { evaluate } from "../compiler/evaluate.ts";
import { print } from "../compiler/graph-text.ts";
import { contentsFor } from "../tensor/device.ts";
import type { NDArray } from "../tensor/dtype.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";

const contents = (tensor: Tensor): NDArray => ({
  shape: tensor.shape,
  dtype: tensor.dtype,
  data: contentsFor("compile", tensor),
});

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
