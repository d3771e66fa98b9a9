// A search before its first trial.
import type { Source } from "../data-set.ts";
import type { Interrupt } from "../interrupt.ts";
import type { Screen } from "../terminal/screen.ts";
import type { PlanOptions } from "../train/plan.ts";
import type { Space } from "./space.ts";

/** The options that were typed; undefined for those that were not. */
export interface TuneOptions extends Omit<PlanOptions, "lr"> {
  readonly trials?: number;
  readonly minutes?: number;
  readonly out?: string;
  readonly threads?: number;
  readonly json?: boolean;
  /** Whether decoded pictures are kept; true if it was not typed. */
  readonly cache?: boolean;
}

export const defaultTrials = 16;

/** A search before its first trial. */
export interface Search {
  readonly word: string;
  readonly options: TuneOptions;
  readonly source: Source;
  readonly screen: Screen;
  readonly interrupt: Interrupt;
  readonly space: Space;
  /** The fraction of the pictures that is set aside for validation. */
  readonly validation: number;
  readonly out: string;
  /** The start of the command, in milliseconds of performance.now(). */
  readonly began: number;
}
