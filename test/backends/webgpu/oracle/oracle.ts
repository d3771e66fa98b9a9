// The GPU as an oracle: a thread runs graphs on it, and the caller waits for each as for a function. So everything that takes an executor of
// the fuzzer, or a backend of compile, can be held against the GPU, in Node and in a page's worker.
import { ChainruleError } from "chainrule";
import type { Backend } from "../../../../src/compiler/backend.ts";
import { type Graph, statesOf } from "../../../../src/compiler/graph.ts";
import { print } from "../../../../src/compiler/graph-text.ts";
import type { NDArray } from "../../../../src/tensor/dtype.ts";
import { ArrayStorage, type Storage } from "../../../../src/tensor/storage.ts";
import type { Executor } from "../../../compiler/fuzz.ts";
import { type Arrays, answerMemory, expectAnswer, waitForAnswer } from "./answers.ts";

/** A graph to run: the thread gets its text with the first question of an id. */
export interface Question {
  readonly id: number;
  readonly text: string | undefined;
  readonly args: readonly NDArray[];
  readonly states: readonly NDArray[];
  readonly forget: boolean;
}

const patience = 60_000;

export class Oracle {
  readonly memory: SharedArrayBuffer = answerMemory();
  readonly #post: (question: Question) => void;
  #count = 0;

  /** `post` sends a question to the thread, which answers into the memory. */
  constructor(post: (question: Question) => void) {
    this.#post = post;
  }

  /** The number under which the thread keeps a program. */
  next(): number {
    return this.#count++;
  }

  ask(question: Question): Arrays {
    expectAnswer(this.memory);
    this.#post(question);
    const answer = waitForAnswer(this.memory, patience);
    if (!("error" in answer)) return answer;
    const { code, error } = answer;
    throw new ChainruleError((code ?? "internal") as ConstructorParameters<typeof ChainruleError>[0], "oracle", error);
  }
}

/** Graphs on the GPU, for the fuzzer. */
export const executor =
  (oracle: Oracle): Executor =>
  (graph, args, states) => {
    const answer = oracle.ask({ id: oracle.next(), text: print(graph), args, states, forget: true });
    return {
      results: graph.results.map(({ shape, dtype }, i) => ({ shape, dtype, data: answer.results[i] })),
      states: states.map(({ shape, dtype }, i) => ({ shape, dtype, data: answer.states[i] })),
    };
  };

/** The GPU under the name of another backend, whose place it takes when it is registered; results are there at once. */
export const backend = (oracle: Oracle, name: Backend["name"]): Backend => ({
  name,
  prepare(graph: Graph, states) {
    const id = oracle.next();
    let text: string | undefined = print(graph);
    type Owner = Omit<NDArray, "data"> & { readonly storage: Storage };
    const contents = ({ shape, dtype, storage }: Owner): NDArray => ({ shape, dtype, data: storage.data });
    const run = (args: readonly Owner[]) => {
      const answer = oracle.ask({ id, text, args: args.map(contents), states: states.map(contents), forget: false });
      text = undefined;
      const updated = new Set(graph.updates.map(({ state }) => state.attributes.index));
      for (const { attributes } of statesOf(graph))
        if (updated.has(attributes.index))
          states[attributes.index].replaceStorage(new ArrayStorage(answer.states[attributes.index]));
      return answer.results.map((data) => new ArrayStorage(data));
    };
    return { bytes: 0, run, profile: (args) => ({ results: run(args), report: "" }), chapters: () => [] };
  },
});
