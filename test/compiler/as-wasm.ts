// Runs a graph as the compiler does: simplified, fused, allocated and emitted as WebAssembly, with a verifier after each pass.

import { wasmBackend } from "../../src/backends/wasm/backend.ts";
import { verify } from "../../src/compiler/graph-rules.ts";
import { simplify } from "../../src/compiler/simplify.ts";
import type { NDArray } from "../../src/tensor/dtype.ts";
import { ArrayStorage } from "../../src/tensor/storage.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import type { Executor } from "./fuzz.ts";
import { verifier } from "./verifier.ts";

/** A tensor with a copy of the numbers. */
export const asTensor = (value: NDArray): Tensor => new Tensor(new ArrayStorage(value.data.slice()), value);
const asArray = ({ shape, dtype, storage }: Tensor): NDArray => ({ shape, dtype, data: storage.data });

const backend = wasmBackend({ verifier });

export const asWasm: Executor = (graph, args, states) => {
  const simple = simplify(graph);
  verify(simple);
  const tensors = states.map(asTensor);
  const storages = backend.prepare(simple, tensors, { relaxed: true, threads: null }).run(args.map(asTensor));
  return {
    results: graph.results.map((type, i) => ({ ...type, data: storages[i].data })),
    states: tensors.map(asArray),
  };
};
