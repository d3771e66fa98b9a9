// backward() through a compiled call is a second program, which is made when the first gradient arrives. It computes the forward pass again,
// as far as it needs it, from the same arguments and states. So a call costs nothing more as long as its results are not differentiated, and
// it keeps no intermediate results. Of states that the call itself changes, such as the random generator's counter, the old contents are kept.
import { ChainruleError, internal } from "../errors/error.ts";
import { type CallHistory, type OutputHistory, outputOf, sourceOf, unchanged } from "../tensor/autograd.ts";
import { isRecording } from "../tensor/mode.ts";
import type { Storage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Program } from "./backend.ts";
import { type Graph, type InputOf, input, isInput, type Node, reachable } from "./graph.ts";
import { simplify } from "./simplify.ts";
import type { OpenEnds, Traced } from "./traced.ts";

/** Makes a graph ready to run. */
export type Prepare = (graph: Graph, states: readonly Tensor[]) => Program;

/** The source of an argument of the backward program: an argument of the forward call, a state's contents before it, or a result's gradient. */
type Feed = { readonly from: "argument" | "before" | "gradient"; readonly index: number };

interface Backward {
  readonly program: Program;
  readonly feeds: readonly Feed[];
  /** The states that it reads, by their index in the forward graph. */
  readonly states: readonly number[];
  /** The index of each leaf's gradient among the program's results; null for a leaf whose gradient is not wanted or is null. */
  readonly results: readonly (number | null)[];
}

/** The facts about a forward call that backward will need. */
interface Call {
  readonly args: readonly Tensor[];
  readonly argumentVersions: readonly number[];
  readonly stateVersions: readonly number[];
  readonly before: ReadonlyMap<number, Storage>;
}

const name = "compile";
const indexOf = ({ attributes }: InputOf): number => attributes.index;

/** Gives the history of the result with this index; null if it has none. */
export type HistoryOf = (index: number) => OutputHistory | null;

export class Pullback {
  readonly #traced: Traced;
  readonly #open: OpenEnds;
  readonly #prepare: Prepare;
  readonly #programs = new Map<string, Backward>();
  /** The states that the call changes and that results depend on. */
  readonly #changing: readonly number[];

  constructor(traced: Traced, open: OpenEnds, prepare: Prepare) {
    this.#traced = traced;
    this.#open = open;
    this.#prepare = prepare;
    const needed = new Set(reachable([...open.outputs.keys()].map((index) => traced.graph.results[index])));
    this.#changing = traced.graph.updates.flatMap(({ state }) => (needed.has(state) ? [indexOf(state)] : []));
  }

  /**
   * Takes all arguments of the forward program, before it runs. Returns a function to call after it has run, which gives the histories of
   * its results.
   */
  begin(args: readonly Tensor[]): () => HistoryOf {
    const { states, standIns } = this.#traced;
    const before = new Map(this.#changing.map((index) => [index, states[index].storage.share()]));
    const argumentVersions = args.map(({ version }) => version);
    const inputs = this.#open.leaves.map((leaf) => sourceOf(args[standIns.get(leaf) ?? -1] ?? leaf));
    return () => {
      const call: Call = { args, argumentVersions, stateVersions: states.map(({ version }) => version), before };
      const history: CallHistory = {
        kind: "call",
        name,
        inputs,
        gradients: (arrived, wanted) => this.#gradients(call, history, arrived, wanted),
      };
      return (index) => (this.#open.outputs.has(index) ? outputOf(history, index) : null);
    };
  }

  #gradients(
    call: Call,
    history: CallHistory,
    arrived: ReadonlyMap<number, Tensor>,
    wanted: readonly boolean[],
  ): (Tensor | null)[] {
    const outputs = [...arrived.keys()].sort((a, b) => a - b);
    const key = `${outputs} ${wanted.map(Number).join("")}`;
    const backward = this.#programs.get(key) ?? this.#make(outputs, wanted);
    this.#programs.set(key, backward);
    const { program, feeds, states, results } = backward;
    for (const index of states)
      unchanged({ tensor: this.#traced.states[index], version: call.stateVersions[index] }, name);
    const dys = outputs.map((index) => arrived.get(index) as Tensor);
    const storages = program.run(feeds.map((feed) => this.#feed(feed, call, dys)));
    const refusing = isRecording()
      ? { ...history, inputs: [...history.inputs, ...dys.map(sourceOf)], gradients: refuse }
      : null;
    return results.map((result, i) =>
      result === null ? null : new Tensor(storages[result], this.#open.leaves[i], refusing && outputOf(refusing, i)),
    );
  }

  #feed({ from, index }: Feed, { args, argumentVersions, before }: Call, dys: readonly Tensor[]): Tensor {
    switch (from) {
      case "argument":
        return unchanged({ tensor: args[index], version: argumentVersions[index] }, name);
      case "gradient":
        return dys[index];
      case "before": {
        const storage = before.get(index);
        if (storage === undefined) throw internal(`the old contents of state ${index} were not kept for backward`);
        return new Tensor(storage, this.#traced.states[index]);
      }
      default:
        return from satisfies never;
    }
  }

  #make(outputs: readonly number[], wanted: readonly boolean[]): Backward {
    const { graph, states } = this.#traced;
    const roots = outputs.map((index) => this.#open.outputs.get(index) as Tensor);
    const leaves = this.#open.leaves.filter((_, i) => wanted[i]);
    const first = graph.nodes.filter(({ op }) => op === "argument").length;
    const wantedGradients = this.#open.pullBack(roots, leaves, first);
    const gradients = wanted.map((isWanted, i) =>
      isWanted ? wantedGradients[wanted.slice(0, i).filter(Boolean).length] : null,
    );
    const results = gradients.filter((gradient) => gradient !== null);
    // The graph is simplified first: a state that it then no longer reads may change between the call and backward.
    const ends = simplify({ nodes: reachable(results), updates: [], results }).results;
    const changing = new Set(graph.updates.map(({ state }) => indexOf(state)));
    const { graph: backwardGraph, feeds, states: readStates } = asProgram(ends, first, changing);
    let count = 0;
    return {
      program: this.#prepare(
        backwardGraph,
        readStates.map((index) => states[index]),
      ),
      feeds,
      states: readStates,
      results: gradients.map((gradient) => (gradient === null ? null : count++)),
    };
  }
}

function refuse(): never {
  throw new ChainruleError(
    "gradient",
    "compile",
    "the gradient of a compiled result cannot be differentiated again; call grad() inside the compiled function",
  );
}

/**
 * The part of a forward and backward graph that the gradients need, as a graph of its own. Arguments from `first` on are gradients of
 * results; states that the call has changed since come as arguments.
 */
function asProgram(
  gradients: readonly Node[],
  first: number,
  changing: ReadonlySet<number>,
): { readonly graph: Graph; readonly feeds: readonly Feed[]; readonly states: readonly number[] } {
  const order = reachable(gradients);
  const feeds: Feed[] = [];
  const states: number[] = [];
  const after = new Map<Node, Node>();
  for (const n of order) {
    if (!isInput(n)) continue;
    const index = indexOf(n);
    if (n.op === "state" && !changing.has(index)) after.set(n, input("state", states.push(index) - 1, n));
    else if (n.op === "state") after.set(n, input("argument", feeds.push({ from: "before", index }) - 1, n));
    else {
      const feed: Feed = index < first ? { from: "argument", index } : { from: "gradient", index: index - first };
      after.set(n, input("argument", feeds.push(feed) - 1, n));
    }
  }
  const inputs = [...after.values()];
  const others = order.filter((n) => !after.has(n));
  const replacementOf = (n: Node): Node => after.get(n) ?? n;
  for (const n of others) after.set(n, { ...n, inputs: n.inputs.map(replacementOf) });
  const nodes = [
    ...inputs.filter(({ op }) => op === "argument"),
    ...inputs.filter(({ op }) => op === "state"),
    ...others.map(replacementOf),
  ];
  return { graph: { nodes, updates: [], results: gradients.map(replacementOf) }, feeds, states };
}
