// Updates that need no device. Where states live on a device, a few follow from themselves alone: the counter of the random generator, a
// count of steps. They stay in host memory, where programs and operations outside of programs find them without waiting; each run reads
// them like arguments, and the host computes their new contents.
import { contentsFor } from "../tensor/device.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate } from "./evaluate.ts";
import { type Graph, type InputOf, isInput, type Node, reachable, statesOf, type Update } from "./graph.ts";

/** The most elements of a value that the host computes at each run. */
const maxElements = 16;

/** A graph in two: what the device runs, and the updates that the host computes. */
export interface Parts {
  /** The graph without the host's updates; it still reads their states. */
  readonly device: Graph;
  /** The graph of the host's updates; null if there are none. It has no results. */
  readonly host: Graph | null;
}

/** Separates the updates whose values are small and depend on no argument and on no state that the device updates. */
export function hostUpdates(graph: Graph): Parts {
  const updated = new Set<Node>(graph.updates.map(({ state }) => state));
  const needs = new Map(graph.updates.map((update) => [update, reachable([update.value])]));
  let host: readonly Update[] = graph.updates.filter((update) => needs.get(update)?.every(isSmall));
  // An update that reads a state of the device's belongs to the device, and so do those that read its state.
  for (let before = -1; before !== host.length; ) {
    before = host.length;
    const own = new Set<Node>(host.map(({ state }) => state));
    host = host.filter((update) => needs.get(update)?.every((n) => !updated.has(n) || own.has(n)));
  }
  const states = new Set<InputOf<"state">>(host.map(({ state }) => state));
  const updates = graph.updates.filter(({ state }) => !states.has(state));
  const inputs = graph.nodes.filter(isInput);
  const outputs = [...graph.results, ...updates.map(({ value }) => value)];
  return {
    device: { nodes: reachable(outputs, inputs), updates, results: graph.results },
    host: host.length === 0 ? null : hostGraph(host, statesOf(graph)),
  };
}

/**
 * Computes the new contents of the host's states, and returns what gives the states these contents: a device that runs the rest calls it after
 * it has taken the old ones. Throws if one of the states lives on a device, as where another program updated it there.
 */
export function hostStatesAfter({ host }: Parts, states: readonly Tensor[]): () => void {
  if (host === null) return () => {};
  const values = reachable(host.updates.map(({ value }) => value));
  const read = new Set(values.flatMap((n) => (n.op === "state" ? [n.attributes.index] : [])));
  const before = states.map((state, i) => {
    const { shape, dtype } = state;
    return { shape, dtype, data: read.has(i) ? contentsFor("compile", state) : new Float32Array() };
  });
  const { states: after } = evaluate(host, [], before);
  return () => {
    for (const { state } of host.updates) {
      const { index } = state.attributes;
      states[index].replaceStorage(new ArrayStorage(after[index].data));
    }
  };
}

const hostGraph = (updates: readonly Update[], states: readonly Node[]): Graph => ({
  nodes: reachable(
    updates.map(({ value }) => value),
    states,
  ),
  updates,
  results: [],
});

/** Whether the host may compute a value at each run. */
export const isSmall = ({ op, shape }: Node): boolean =>
  op !== "argument" && op !== "randomBits" && op !== "scan" && sizeOf(shape) <= maxElements;
