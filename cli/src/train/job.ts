// A training before its first step: the options that were typed, and what they mean once they are checked.
import type { Source } from "../data-set.ts";
import type { Replaced } from "../evaluate/test-record.ts";
import type { Interrupt } from "../interrupt.ts";
import type { Extras, Model } from "../model-file.ts";
import { commandLine, type Screen } from "../terminal/screen.ts";
import type { Backbone } from "../transfer/backbone.ts";
import type { SavedTuning } from "../transfer/tuning-plan.ts";
import type { Intent, Plan, PlanOptions } from "./plan.ts";

/** The options that were typed; undefined for those that were not. */
export interface TrainOptions extends PlanOptions {
  readonly out?: string;
  readonly resume?: string;
  /** What the training begins with: "none", "chainrule-backbone", a file, or a name of the hub. */
  readonly from?: string;
  /** Whether nothing is fetched. */
  readonly offline?: boolean;
  /** Whether the last blocks of the pretrained net are trained further. */
  readonly finetune?: boolean;
  readonly report?: string;
  /** The number of folds of a cross-validation before the training, and whether a model is trained after it. */
  readonly folds?: number;
  readonly final?: boolean;
  readonly checkpoint?: number;
  readonly threads?: number;
  readonly device?: "cpu" | "auto" | "gpu";
  readonly backend?: "wasm" | "xla";
  /** How many processes train together, which of them this one is, and the address of process 0. */
  readonly processes?: number;
  readonly process?: number;
  readonly coordinator?: string;
  readonly explain?: boolean;
  readonly profile?: boolean;
  readonly json?: boolean;
  /** Whether decoded pictures are kept; true if it was not typed. */
  readonly cache?: boolean;
}

/** A training before its pictures are read: what the options say, all of it checked. */
export interface Job {
  readonly word: string;
  /** The command that goes on with the training in this file. */
  readonly resumeBy: (file: string) => string;
  readonly screen: Screen;
  readonly interrupt: Interrupt;
  readonly source: Source;
  /** The file from which the training goes on, and its plan; null for a new training. */
  readonly resume: { readonly file: string; readonly saved: Model & Extras; readonly plan: Plan } | null;
  readonly intent: Intent | Plan;
  /** The pretrained net with which the training begins; null: it begins with nothing. */
  readonly backbone: Backbone | null;
  /** The fine-tuning that goes on; null for a new training, and where none goes on. */
  readonly tuning: { readonly file: string; readonly saved: Model & Extras; readonly record: SavedTuning } | null;
  /** A sentence on what it begins with; null where there is nothing to say. */
  readonly note: string | null;
  readonly out: string;
  readonly replaced: Replaced | null;
}

/** The command that goes on with the training in a file, on the backend and the processes of these options. */
export function resumeCommand(word: string, options: TrainOptions, file: string): string {
  const place = (["backend", "processes", "coordinator", "process"] as const).flatMap((name) => {
    const typed = options[name];
    return typed === undefined ? [] : [`--${name}`, String(typed)];
  });
  return commandLine(["train", word, ...place, "--resume", file]);
}
