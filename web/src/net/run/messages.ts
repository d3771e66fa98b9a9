// The messages between the net's part of the page and its engine.
import type { Edit, Settings } from "./settings.ts";

export interface NeuronState {
  readonly weights: readonly number[];
  readonly bias: number;
  /** dL/dw of the last step. */
  readonly slopes: readonly number[];
  readonly biasSlope: number;
}

/** How far a run has come. With its settings it is enough to go on with the run. */
export interface Progress {
  readonly step: number;
  /** null before the first step. */
  readonly loss: number | null;
  readonly accuracy: number | null;
  /** The neurons of each layer; the last layer is the output. */
  readonly layers: readonly (readonly NeuronState[])[];
}

/** The page numbers its commands, and each message of the engine says which one the engine had heard last. */
export type Command =
  /** Makes a net at step 0, or as far as `from`. It runs to step `until` as fast as it can and pauses there; with 0 it pauses at once. */
  | { readonly kind: "make"; readonly settings: Settings; readonly from: Progress | null; readonly until: number }
  | { readonly kind: "run" }
  /** Takes one step from where the engine is, and pauses. */
  | { readonly kind: "step" }
  | { readonly kind: "rest" };

export type ToNet =
  | (Command & { readonly number: number })
  /**
   * Changes a rate or a weight from now on; the engine's report says at which step that was. With `hold` the training waits for the next
   * value, so that a drag of a slider is one change at one step.
   */
  | { readonly kind: "edit"; readonly target: string; readonly value: number; readonly hold: boolean }
  /** Ends the wait of an edit with `hold`. */
  | { readonly kind: "let go" }
  /** The page has drawn the last report: it takes another. */
  | { readonly kind: "drawn" };

export interface NeuronReport extends NeuronState {
  /** The neuron's output at each cell of a grid of `sides.neuron` by `sides.neuron`. */
  readonly map: Float32Array;
}

/** A point of the curves. */
export interface CurvePoint {
  readonly step: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
  /** Loss and accuracy on the points of the test, after the step; null without such points. */
  readonly test: { readonly loss: number; readonly accuracy: number } | null;
}

export interface NetReport extends Progress, CurvePoint {
  readonly kind: "report";
  /** The number of the last command that the engine had heard. */
  readonly heard: number;
  readonly layers: readonly (readonly NeuronReport[])[];
  readonly surface: Float32Array;
  /** Whether the engine goes on by itself: steps that were asked for one by one are no run. */
  readonly runs: boolean;
  /** Whether the loss is not a finite number any more. */
  readonly lost: boolean;
  /** All edits of the run: those that were applied, and those that are still to come. */
  readonly edits: readonly Edit[];
  /** Points of the curves before this one that no message had: those of a replay. */
  readonly trace: readonly CurvePoint[];
}

/** How far the run of a link has come, on its way to the step of the link. */
export interface Replaying {
  readonly kind: "replaying";
  readonly heard: number;
  readonly step: number;
  readonly until: number;
  readonly trace: readonly CurvePoint[];
}

export type FromNet = NetReport | Replaying;

/** Grid cells along each side: of the large picture, and of a neuron's. */
export const sides = { surface: 56, neuron: 14 };
