// compile(f, { backend: "xla" }): a graph becomes a StableHLO module, which the runner compiles and runs. Results and states stay with the
// runner; small states that follow from themselves, such as the counter of random numbers, stay here (hostUpdates).
import { ChainruleError, type Tensor } from "chainrule";
import {
  argumentsOf,
  type Backend,
  type Chapter,
  contentsFor,
  type Graph,
  hostStatesAfter,
  hostUpdates,
  type InputOf,
  lostContents,
  type Parts,
  type Program,
  print,
  ShareStorage,
  type Storage,
  shardingOf,
  statesOf,
} from "chainrule/compiler";
import { currentSession } from "./current.ts";
import { batchDimOf, batchOf } from "./manifest.ts";
import type { Contents, Handle, Session } from "./runner/session.ts";
import { XlaStorage } from "./storage.ts";
import { write } from "./write.ts";

/** The backend "xla". */
export const xla: Backend = {
  name: "xla",
  isDevice: true,
  prepare: (graph, states) => new XlaProgram(graph, states),
};

/** A state's array at the runner, for as long as the state has the same contents here. */
interface Sent {
  readonly storage: Storage;
  readonly version: number;
  readonly there: XlaStorage;
}

const sent = new WeakMap<Tensor, Sent>();

/** Programs that were collected are dropped by the runner. */
const programs = new FinalizationRegistry<{ readonly session: Session; readonly id: number }>(({ session, id }) =>
  session.drop(id),
);

class XlaProgram implements Program {
  readonly bytes: number;
  readonly #graph: Graph;
  readonly #parts: Parts;
  readonly #states: readonly Tensor[];
  readonly #text: string;
  readonly #manifest: object;
  /** The indices of the states that the program reads, in the order of the module's arguments, and of those that it changes. */
  readonly #read: readonly number[];
  readonly #updated: readonly number[];
  #loaded: { readonly session: Session; readonly id: number } | null = null;

  constructor(graph: Graph, states: readonly Tensor[]) {
    this.#graph = graph;
    this.#states = states;
    this.#parts = hostUpdates(graph);
    const { device } = this.#parts;
    this.#read = statesOf(device).map(({ attributes }) => attributes.index);
    this.#updated = device.updates.map(({ state }) => state.attributes.index);
    this.#text = write(device, {
      arguments: argumentsOf(device).map((_, i) => `arg${i}`),
      states: this.#read.map((index) => `state${index}`),
    });
    this.#manifest = manifestOf(device, states);
    this.bytes = this.#text.length;
  }

  run(args: readonly Tensor[]): readonly Storage[] {
    const session = currentSession();
    const inputs = [...args, ...this.#read.map((index) => this.#states[index])];
    for (const tensor of inputs) checkHeld(tensor, session);
    const updateHosts = hostStatesAfter(this.#parts, this.#states);
    const handles = this.#handlesOf(inputs, args.length, session);
    const updated = new Set(this.#updated);
    const donated = handles.flatMap((handle, i) => {
      const index = i < args.length ? null : this.#read[i - args.length];
      const isAlone = handle.shares === 1 && handles.indexOf(handle) === handles.lastIndexOf(handle);
      return index !== null && updated.has(index) && isAlone ? [i] : [];
    });
    const { results } = this.#parts.device;
    const made = session.run(this.#load(session), handles, donated, results.length + this.#updated.length);
    for (const i of args.keys()) if (!(args[i].storage instanceof XlaStorage)) session.release(handles[i]);
    updateHosts();
    for (const [i, index] of this.#updated.entries()) {
      const state = this.#states[index];
      sent.delete(state);
      state.replaceStorage(new XlaStorage(session, made[results.length + i], state.dtype));
    }
    return results.map(({ dtype }, i) => new XlaStorage(session, made[i], dtype));
  }

  profile(): never {
    throw new ChainruleError(
      "option",
      "profile",
      'XLA runs the whole step as one program, so there are no times of kernels; use jax.profiler for them, or backend "wasm"',
    );
  }

  chapters(): readonly Chapter[] {
    const { nodes } = this.#graph;
    return [
      { name: "graph", about: `what is computed, ${nodes.length} values`, text: print(this.#graph), parts: [] },
      { name: "module", about: "what XLA compiles, as StableHLO", text: this.#text, parts: [] },
    ];
  }

  /** The number of the program at the runner, which gets it at the first call. */
  #load(session: Session): number {
    if (this.#loaded?.session !== session) {
      this.#loaded = { session, id: session.program(this.#text, this.#manifest) };
      programs.register(this, this.#loaded);
    }
    return this.#loaded.id;
  }

  /** The arrays of arguments and states at the runner; what it does not have is sent. */
  #handlesOf(inputs: readonly Tensor[], argumentCount: number, session: Session): Handle[] {
    const there = inputs.map((tensor, i) => {
      const { storage } = tensor;
      if (storage instanceof XlaStorage) return storage.handle;
      const earlier = i < argumentCount ? undefined : sent.get(tensor);
      const isSame = earlier?.storage === storage && earlier.version === tensor.version;
      return isSame && earlier.there.session === session ? earlier.there.handle : null;
    });
    // A tensor at several places is sent for each: an argument's array is freed after the run, and a state's is not.
    const missing = inputs.filter((_, i) => there[i] === null);
    const put = session.put(missing.map(contentsOf));
    let next = 0;
    return there.map((handle, i) => {
      if (handle !== null) return handle;
      const made = put[next++];
      if (i >= argumentCount) remember(inputs[i], made, session);
      return made;
    });
  }
}

function remember(state: Tensor, handle: Handle, session: Session): void {
  const { storage, version, dtype } = state;
  sent.set(state, { storage, version, there: new XlaStorage(session, handle, dtype) });
}

/** Throws if the tensor's contents were lost with an earlier runner. */
function checkHeld(tensor: Tensor, session: Session): void {
  const { storage } = tensor;
  if (storage instanceof XlaStorage && storage.session !== session)
    throw lostContents(tensor, "the runner", storage.session.lost);
}

function contentsOf(tensor: Tensor): Contents {
  const { dtype, shape, storage } = tensor;
  if (storage instanceof ShareStorage) return { dtype, shape, rows: storage.rows, data: storage.part };
  return { dtype, shape, rows: null, data: contentsFor("compile", tensor) };
}

/** What the runner has to know of the arguments and results. */
function manifestOf(graph: Graph, states: readonly Tensor[]): object {
  const inputs = argumentsOf(graph);
  const batch = batchOf(inputs);
  type Typed = Pick<InputOf, "dtype" | "shape">;
  const entry = (kind: "input" | "result", { dtype, shape }: Typed) => {
    return { kind, dtype, shape, batch: batchDimOf({ shape }, batch), sharding: null };
  };
  const state = ({ dtype, shape, attributes: { index } }: InputOf<"state">) => {
    return { kind: "state", dtype, shape, batch: null, sharding: shardingOf(states[index]) };
  };
  return {
    arguments: [...inputs.map((n) => entry("input", n)), ...statesOf(graph).map(state)],
    results: [...graph.results.map((n) => entry("result", n)), ...graph.updates.map((update) => state(update.state))],
  };
}
