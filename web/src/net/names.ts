// The names of neurons as the page says them.
import type { Texts } from "../texts/language.svelte.ts";

type Words = Pick<Texts["net"], "output" | "neuron">;

/** "Neuron 2 of layer 1", or "The output". `hiddenLayers`: how many hidden layers the net has. */
export const nameOf = (at: { readonly layer: number; readonly neuron: number }, hiddenLayers: number, words: Words) =>
  at.layer === hiddenLayers ? words.output : words.neuron(at.neuron + 1, at.layer + 1);
