// Graphs through XLA, or through JAX's parser of StableHLO: as an executor of the fuzzer, and as a backend of compile for the recorded fixtures.

import type { Backend } from "../../src/compiler/backend.ts";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { argumentsOf, type Graph, statesOf } from "../../src/compiler/graph.ts";
import type { NDArray } from "../../src/tensor/dtype.ts";
import { ArrayStorage } from "../../src/tensor/storage.ts";
import type { Executor } from "../../test/compiler/fuzz.ts";
import { write } from "../src/write.ts";
import type { Module, Oracle } from "./oracle.ts";

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);

/** The module of a graph. */
export function moduleOf(graph: Graph): Module {
  const [args, states] = [argumentsOf(graph), statesOf(graph)];
  const donated = new Map(graph.updates.map(({ state }, i) => [state, graph.results.length + i]));
  return {
    text: write(graph, { arguments: numbered("arg", args.length), states: numbered("state", states.length) }),
    arguments: [
      ...args.map(({ dtype, shape }) => ({ dtype, shape, donatedTo: null })),
      ...states.map((state) => ({ dtype: state.dtype, shape: state.shape, donatedTo: donated.get(state) ?? null })),
    ],
    results: [...graph.results, ...graph.updates.map(({ value }) => value)].map(({ dtype, shape }) => ({
      dtype,
      shape,
    })),
  };
}

/** Splits what main returns into results and states: those that are not updated keep their contents. */
function divided(graph: Graph, values: readonly NDArray[], states: readonly NDArray[]) {
  const after = [...states];
  graph.updates.forEach(({ state }, i) => {
    after[state.attributes.index] = values[graph.results.length + i];
  });
  return { results: values.slice(0, graph.results.length), states: after };
}

export const executor =
  (oracle: Oracle): Executor =>
  (graph, args, states) =>
    divided(graph, oracle.run(moduleOf(graph), [...args, ...states]), states);

/** Makes a function of arguments and states of a graph. */
export type Prepare = (graph: Graph) => (args: readonly NDArray[], states: readonly NDArray[]) => ReturnType<Executor>;

/** XLA compiles and runs the module. */
export const running =
  (oracle: Oracle): Prepare =>
  (graph) => {
    const run = oracle.load(moduleOf(graph));
    return (args, states) => divided(graph, run([...args, ...states]), states);
  };

/** JAX's parser of StableHLO reads the module and verifies it; the graph is computed by the reference, which is faster. */
export const verifying =
  (oracle: Oracle): Prepare =>
  (graph) => {
    oracle.verify(moduleOf(graph).text);
    return (args, states) => evaluate(graph, args, states);
  };

/** This way of computing under the name of another backend, whose place it takes when it is registered. */
export const backend = (prepare: Prepare, name: Backend["name"]): Backend => ({
  name,
  prepare(graph, states) {
    const run = prepare(graph);
    const contents = ({ shape, dtype, storage }: NDArrayOwner): NDArray => ({ shape, dtype, data: storage.data });
    const execute = (args: readonly NDArrayOwner[]) => {
      const { results, states: after } = run(args.map(contents), states.map(contents));
      for (const { state } of graph.updates) {
        const { index } = state.attributes;
        states[index].replaceStorage(new ArrayStorage(after[index].data));
      }
      return results.map(({ data }) => new ArrayStorage(data));
    };
    return { bytes: 0, run: execute, profile: (args) => ({ results: execute(args), report: "" }), chapters: () => [] };
  },
});

type NDArrayOwner = Omit<NDArray, "data"> & { readonly storage: { readonly data: NDArray["data"] } };
