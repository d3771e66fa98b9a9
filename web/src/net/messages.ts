// What the net's page and its engine say to each other.
import type { Edit, Settings } from "./settings.ts";

export type ToNet =
  /** A new net at step 0. It runs to step `until` and rests there; 0 rests at once. */
  | { readonly kind: "make"; readonly settings: Settings; readonly until: number }
  | { readonly kind: "run"; readonly until: number }
  | { readonly kind: "rest" }
  /** From now on; its step is what the engine says it was. */
  | { readonly kind: "edit"; readonly target: string; readonly value: number };

export interface NeuronReport {
  readonly weights: readonly number[];
  readonly bias: number;
  /** dL/dw, of the last step. */
  readonly slopes: readonly number[];
  readonly biasSlope: number;
  /** What it says of each place of a grid. */
  readonly map: Float32Array;
}

export interface NetReport {
  readonly kind: "report";
  readonly step: number;
  /** Before the first step there is none. */
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly milliseconds: number;
  /** Layer by layer; the last one is the output. */
  readonly layers: readonly (readonly NeuronReport[])[];
  readonly surface: Float32Array;
  /** Whether more steps will follow by themselves. */
  readonly runs: boolean;
  /** Whether its loss is not a number any more. */
  readonly lost: boolean;
  /** All that has changed since its beginning, and what is still to change. */
  readonly edits: readonly Edit[];
}

/** Cells along each side: of the large picture, and of a neuron's. */
export const sides = { surface: 40, neuron: 14 };
