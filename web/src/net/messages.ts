// The messages between the net's part of the page and its engine.
import type { Edit, Settings } from "./settings.ts";

export type ToNet =
  /** Makes a new net at step 0. It runs to step `until` and pauses there; with 0 it pauses at once. */
  | { readonly kind: "make"; readonly settings: Settings; readonly until: number }
  | { readonly kind: "run"; readonly until: number }
  | { readonly kind: "rest" }
  /** Changes a rate or a weight from now on; the engine's report says at which step that was. */
  | { readonly kind: "edit"; readonly target: string; readonly value: number };

export interface NeuronReport {
  readonly weights: readonly number[];
  readonly bias: number;
  /** dL/dw of the last step. */
  readonly slopes: readonly number[];
  readonly biasSlope: number;
  /** The neuron's output at each cell of a grid of `sides.neuron` by `sides.neuron`. */
  readonly map: Float32Array;
}

export interface NetReport {
  readonly kind: "report";
  readonly step: number;
  /** null before the first step. */
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly milliseconds: number;
  /** The neurons of each layer; the last layer is the output. */
  readonly layers: readonly (readonly NeuronReport[])[];
  readonly surface: Float32Array;
  /** Whether the engine goes on with more steps. */
  readonly runs: boolean;
  /** Whether the loss is not a finite number any more. */
  readonly lost: boolean;
  /** All edits of the run: those that were applied, and those that are still to come. */
  readonly edits: readonly Edit[];
}

/** Grid cells along each side: of the large picture, and of a neuron's. */
export const sides = { surface: 40, neuron: 14 };
