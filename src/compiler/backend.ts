// The interface of a backend: it makes a Graph runnable. The compiler knows no backend by name; backends/bind.ts chooses them.
import type { Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Chapter } from "./chapters.ts";
import type { Graph } from "./graph.ts";

export interface BackendOptions {
  /** Whether the engine may round a product and a sum at once (fused multiply-add). */
  readonly relaxed: boolean;
  /** Whether 3×3 convolutions may use Winograd's algorithm, which multiplies less and rounds more. Default: false. */
  readonly winograd?: boolean;
  readonly threads: number | null;
}

/** A graph that is ready to run on the tensors that are its states. */
export interface Program {
  /** About how much memory its code and tables take; its states are not counted. */
  readonly bytes: number;
  /** Runs once, with the arguments in the graph's order, and returns the results. The states then have new contents and versions. */
  run(args: readonly Tensor[]): readonly Storage[];
  /** Runs once, and reports how long each step took. */
  profile(args: readonly Tensor[]): { readonly results: readonly Storage[]; readonly report: string };
  /** Runs once, as profile does, where the times come later than the call returns. */
  timed?(args: readonly Tensor[]): { readonly results: readonly Storage[]; readonly report: Promise<string> };
  /** What will run, for people, in chapters. */
  chapters(): readonly Chapter[];
}

/** The names of backends: `wasm` and `reference` are the library's own, packages register the others. */
export type BackendName = "wasm" | "webgpu" | "xla" | "reference";

export interface Backend {
  readonly name: BackendName;
  /** Whether results and states live on a device afterwards, so that reading them waits; false if left out. */
  readonly isDevice?: boolean | undefined;
  prepare(graph: Graph, states: readonly Tensor[], options: BackendOptions): Program;
}
