// The messages between the race's part of the page and its engine.
import type { Chapter } from "chainrule";
import type { GpuFacts } from "../engine/gpu.ts";

/** The last one takes part where there is a GPU. */
export const runners = ["scalars", "arrays", "compiled", "gpu"] as const;
export type Runner = (typeof runners)[number];

export type ToRace =
  /** Starts a new race of nets whose hidden layers have `width` neurons. */
  { readonly kind: "start"; readonly width: number } | { readonly kind: "pause" } | { readonly kind: "go on" };

export interface Standing {
  readonly runner: Runner;
  readonly steps: number;
  /** The time of this net's own steps. */
  readonly milliseconds: number;
  /** Milliseconds of the first step, in which a compiled net makes its program. */
  readonly first: number;
  /** The loss before the last step; null before the first. */
  readonly loss: number | null;
  /** The loss at the end of each `binMs` of its own time; null before the end of the first step. */
  readonly course: readonly (number | null)[];
  /** The scores of a grid of `surfaceSide` by `surfaceSide`, row by row. */
  readonly surface: Float32Array;
}

/** The losses of all nets at one step, in the order of the runners. */
export interface Comparison {
  readonly step: number;
  readonly losses: readonly number[];
}

export type FromRace =
  | {
      readonly kind: "standings";
      readonly standings: readonly Standing[];
      readonly over: boolean;
      readonly comparison: Comparison | null;
    }
  | { readonly kind: "explained"; readonly chapters: readonly Chapter[] }
  /** The GPU, before the first step; and again if it fails during the race. null where there is none. */
  | { readonly kind: "gpu"; readonly gpu: GpuFacts | null };

/** The time that each net has for its steps. */
export const raceMs = 2000;
/** Time between two losses of a course. */
export const binMs = 40;
/** The losses are compared at the last step that all nets have taken, but at this one at the latest: rounding adds up from step to step. */
export const maxComparedStep = 25;
/** Cells of a surface along each side. */
export const surfaceSide = 28;
