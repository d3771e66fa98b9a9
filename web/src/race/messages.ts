// The messages between the race's part of the page and its engine.
import type { Chapter } from "chainrule";

export const runners = ["scalars", "arrays", "compiled"] as const;
export type Runner = (typeof runners)[number];

export type ToRace =
  /** Starts a new race of nets whose hidden layers have `width` neurons. */
  { readonly kind: "start"; readonly width: number } | { readonly kind: "pause" } | { readonly kind: "go on" };

export interface Standing {
  readonly runner: Runner;
  readonly steps: number;
  /** The time of this net's own steps. */
  readonly milliseconds: number;
  /** Milliseconds of the first step, in which the compiled net makes its program. */
  readonly first: number;
  readonly loss: number;
  /** The loss after `comparedStep` steps; null before. */
  readonly lossInCommon: number | null;
  /** The scores of a grid of `surfaceSide` by `surfaceSide`, row by row. */
  readonly surface: Float32Array;
}

export type FromRace =
  | { readonly kind: "standings"; readonly standings: readonly Standing[]; readonly over: boolean }
  | { readonly kind: "explained"; readonly chapters: readonly Chapter[] };

/** Steps of the race, and the step at which all losses are compared. */
export const totalSteps = 1000;
export const comparedStep = 5;
/** Cells of a surface along each side. */
export const surfaceSide = 24;
