// Makes a graph ready to run: simplifies it and lets a backend prepare it. With checkFinite the program also computes the range of every
// value at each call; where one is not finite, the states get their old contents back and the call throws.
import { ChainruleError } from "../errors/error.ts";
import type { Storage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Backend, BackendOptions, Program } from "./backend.ts";
import type { Chapter } from "./chapters.ts";
import { blame, type Watched, watchRanges } from "./finite.ts";
import type { Graph } from "./graph.ts";
import { simplify } from "./simplify.ts";

export interface ReadyOptions extends BackendOptions {
  readonly backend: Backend;
  readonly checkFinite: boolean;
}

export function ready(
  graph: Graph,
  states: readonly Tensor[],
  { backend, checkFinite, ...options }: ReadyOptions,
): Program {
  if (!checkFinite) return backend.prepare(simplify(graph), states, options);
  const watched = watchRanges(graph);
  return new WatchedProgram(backend.prepare(simplify(watched.graph), states, options), watched, states);
}

class WatchedProgram implements Program {
  readonly #program: Program;
  readonly #watched: Watched;
  readonly #states: readonly Tensor[];

  constructor(program: Program, watched: Watched, states: readonly Tensor[]) {
    this.#program = program;
    this.#watched = watched;
    this.#states = states;
  }

  get bytes(): number {
    return this.#program.bytes;
  }
  run(args: readonly Tensor[]): readonly Storage[] {
    return this.#check(() => this.#program.run(args));
  }
  profile(args: readonly Tensor[]): { readonly results: readonly Storage[]; readonly report: string } {
    let report = "";
    const results = this.#check(() => {
      const profiled = this.#program.profile(args);
      report = profiled.report;
      return profiled.results;
    });
    return { results, report };
  }
  chapters(): readonly Chapter[] {
    return this.#program.chapters();
  }

  #check(execute: () => readonly Storage[]): readonly Storage[] {
    const before = this.#states.map((state) => state.storage.share());
    const results = execute();
    const complaint = blame(this.#watched, results[results.length - 1].data);
    if (complaint === null) return results;
    this.#states.forEach((state, i) => {
      state.replaceStorage(before[i]);
    });
    throw new ChainruleError("nonfinite", "checkFinite", complaint);
  }
}
