// The GPU as an oracle: a thread runs graphs on it, and the caller waits for each as for a function. So everything that takes an executor of
// the fuzzer, or a backend of compile, can be held against the GPU.
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { ChainruleError } from "chainrule";
import type { Backend } from "../../../src/compiler/backend.ts";
import { type Graph, statesOf } from "../../../src/compiler/graph.ts";
import { print } from "../../../src/compiler/graph-text.ts";
import type { NDArray } from "../../../src/tensor/dtype.ts";
import { ArrayStorage, type Storage } from "../../../src/tensor/storage.ts";
import type { Executor } from "../../compiler/fuzz.ts";

interface Answer {
  readonly results: readonly NDArray["data"][];
  readonly states: readonly NDArray["data"][];
}
interface Failure {
  readonly error: string;
  readonly code?: ConstructorParameters<typeof ChainruleError>[0];
}

export class Oracle {
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #channel = new MessageChannel();
  readonly #worker: Worker;
  #count = 0;

  constructor() {
    this.#worker = new Worker(new URL("./oracle-thread.js", import.meta.url), {
      workerData: { signal: this.#signal, port: this.#channel.port2 },
      transferList: [this.#channel.port2],
      // Not the options of the caller, which may be those of a loader of TypeScript.
      execArgv: [],
    });
    this.#worker.unref();
    this.#channel.port1.unref();
  }

  /** The number under which the thread keeps a program. */
  next(): number {
    return this.#count++;
  }

  /** Runs a graph, which the thread gets with its text at the first call of an id. */
  ask(request: {
    readonly id: number;
    readonly text: string | undefined;
    readonly args: readonly NDArray[];
    readonly states: readonly NDArray[];
    readonly forget: boolean;
  }): Answer {
    Atomics.store(this.#signal, 0, 0);
    this.#worker.postMessage(request);
    Atomics.wait(this.#signal, 0, 0, 60_000);
    const received = receiveMessageOnPort(this.#channel.port1);
    if (received === undefined) throw new Error("the thread with the GPU gave no answer");
    const answer: Answer | Failure = received.message;
    if ("error" in answer) throw new ChainruleError(answer.code ?? "internal", "oracle", answer.error);
    return answer;
  }

  close(): Promise<unknown> {
    return this.#worker.terminate();
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
