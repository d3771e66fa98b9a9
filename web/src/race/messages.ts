// What the race and its engine say to each other.
import type { Chapter } from "chainrule";

export const runners = ["scalars", "arrays", "compiled"] as const;
export type Runner = (typeof runners)[number];

export type ToRace =
  /** Begins anew, with hidden layers of so many neurons. */
  { readonly kind: "start"; readonly width: number } | { readonly kind: "pause" } | { readonly kind: "go on" };

export interface Standing {
  readonly runner: Runner;
  readonly steps: number;
  /** Of its own work, without the others' turns. */
  readonly milliseconds: number;
  /** Of these, its first step: the compiled one makes its program in it. */
  readonly first: number;
  readonly loss: number;
  /** The loss after so many steps as `common` says; null until it got there. */
  readonly lossInCommon: number | null;
  /** Scores of a grid, row by row. */
  readonly surface: Float32Array;
}

export type FromRace =
  | { readonly kind: "standings"; readonly standings: readonly Standing[]; readonly over: boolean }
  | { readonly kind: "explained"; readonly chapters: readonly Chapter[] };

/** Steps of the race, and the step at which all losses are compared. */
export const distance = 1000;
export const common = 5;
/** Cells of a surface, along each side. */
export const side = 24;
