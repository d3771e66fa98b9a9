// A run that is stopped in the middle, written to a file in PyTorch's layout and taken up by a new model and a new optimiser goes
// on as if nothing had happened, bit for bit; with dropout too, whose generator travels along.

import { readFileSync } from "node:fs";
import { Dropout, getRngState, manualSeed, Sequential, setRngState, type Tensor } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { describe, expect, it } from "vitest";
import { ways } from "../fixtures/ways.ts";
import { type Batch, readRun } from "./files.ts";
import { make, type Name, names, stepOf, type Trained } from "./models.ts";

function begin(name: Name): Trained {
  const { model, optimizer } = make(name);
  return { model: new Sequential(model, new Dropout(0.25)), optimizer };
}

/** One file, as the command line has it: the weights under their names, the optimiser's state and the generator beside them. */
function save({ model, optimizer }: Trained): Uint8Array {
  const state = [...optimizer.stateDict()].map(([key, value]) => [`optimizer.${key}`, value] as const);
  return writeSafetensors(new Map([...model.stateDict(), ...state, ["rng", getRngState()]]));
}

function load(name: Name, bytes: Uint8Array): Trained {
  const trained = begin(name);
  const { tensors } = readSafetensors(bytes);
  const { rng, weights, state } = apart(tensors);
  trained.model.loadStateDict(weights);
  trained.optimizer.loadStateDict(state);
  setRngState(rng);
  return trained;
}

function apart(tensors: ReadonlyMap<string, Tensor>): {
  rng: Tensor;
  weights: Map<string, Tensor>;
  state: Map<string, Tensor>;
} {
  const [weights, state] = [new Map<string, Tensor>(), new Map<string, Tensor>()];
  const rng = tensors.get("rng");
  if (rng === undefined) throw new Error("the file has no rng");
  for (const [key, value] of tensors) {
    if (key.startsWith("optimizer.")) state.set(key.slice("optimizer.".length), value);
    else if (key !== "rng") weights.set(key, value);
  }
  return { rng, weights, state };
}

describe.each(["eager", "wasm"] as const)("stopped in the middle, %s", (way) => {
  const train = (trained: Trained, batches: readonly Batch[], from: number, to: number): number[] => {
    const step = ways[way](stepOf(trained));
    return Array.from({ length: to - from }, (_, i) => {
      const { x, y } = batches[(from + i) % batches.length];
      return step(x, y).item();
    });
  };

  it.each(names)("%s goes on bit for bit", (name) => {
    const { batches } = readRun(readFileSync(new URL(`recorded/${name}.run.safetensors`, import.meta.url)));
    manualSeed(11);
    const uninterrupted = begin(name);
    const first = train(uninterrupted, batches, 0, 4);
    const file = save(uninterrupted);
    uninterrupted.optimizer.lr = 0.02;
    const losses = train(uninterrupted, batches, 4, 9);
    const end = save(uninterrupted);

    manualSeed(99);
    const resumed = load(name, file);
    resumed.optimizer.lr = 0.02;
    expect(train(resumed, batches, 4, 9)).toEqual(losses);
    expect(Buffer.from(save(resumed)).equals(end)).toBe(true);
    expect(new Set([...first, ...losses]).size, "nine different losses").toBe(9);
  });
});
