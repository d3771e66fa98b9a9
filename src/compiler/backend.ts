// What a backend is to the compiler: something that makes a Graph runnable. Which there are is said elsewhere: the compiler
// knows none of them.
import type { Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Graph } from "./graph.ts";

export interface BackendOptions {
  /** Whether the engine may round a product and a sum at once (fused multiply-add). */
  readonly relaxed: boolean;
  /** Whether 3×3 convolutions may be computed with fewer, less exact products; not if left out. */
  readonly winograd?: boolean;
  readonly threads: number | null;
}

/** A graph made ready to run with the tensors that are its states. */
export interface Program {
  /** What it holds beside its states, about: its code and its tables. */
  readonly bytes: number;
  /** Runs once: arguments in the graph's order; gives the results. The states then hold, and have been told of, their new contents. */
  run(args: readonly Tensor[]): readonly Storage[];
  /** Runs once, and tells how long each step took. */
  profile(args: readonly Tensor[]): { readonly results: readonly Storage[]; readonly report: string };
  /** What will run, for people. */
  explain(): string;
}

export interface Backend {
  readonly name: "wasm" | "reference";
  prepare(graph: Graph, states: readonly Tensor[], options: BackendOptions): Program;
}
