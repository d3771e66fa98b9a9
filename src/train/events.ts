// All that a run tells of itself. Epochs, batches and steps are counted from 1, as people do; seconds are those in which the run worked,
// without what the body of the loop took, so that a page may pause there. Numbers that a loss or a metric names stand beside "loss":
// N are the names in training, V those in validation, L is the learning rate, of several optimisers each by its name.
import type { BestEpoch } from "./position.ts";
import type { Junction } from "./rates.ts";

/** "start" comes first and "stopped" or "done" last; between them the steps of an epoch, its "epoch", and its "validation" if there is one. */
export type TrainingEvent<N extends string = never, V extends string = N, L = number> =
  | TrainingStart<L>
  | TrainingStep<N, V, L>
  | TrainingEpoch<N, V, L>
  | TrainingValidation<V>
  | TrainingStopped<V>
  | TrainingDone<V>;

/** Numbers by their names. */
export type Named<N extends string> = Readonly<Record<N, number>>;

/** Before the first step: how long the run will be, as far as it is known; a stream does not tell its length. */
export interface TrainingStart<L = number> {
  readonly type: "start";
  readonly epochs: number;
  readonly stepsPerEpoch: number | null;
  /** How many examples an epoch has, and how many validation has; 0 without. */
  readonly examples: number | null;
  readonly validationExamples: number | null;
  /** How many numbers the model learns. */
  readonly parameters: number;
  /** What a resumed run has behind it: whole epochs, examples of the next one, and steps; else 0. */
  readonly done: { readonly epochs: number; readonly examples: number; readonly steps: number };
  /** The learning rate of the last step before a resume and of the next one, and whether it jumps between them. */
  readonly rate: Junction<L>;
}

/** What events have in common. */
export interface TrainingPlace<V extends string> {
  readonly epoch: number;
  /** Over all epochs. */
  readonly step: number;
  /** Seconds of work since the run began or was resumed. */
  readonly seconds: number;
  /** The best validation so far, null before the first. */
  readonly best: BestEpoch<V> | null;
}

/** After each step: what the model answered before it. */
export type TrainingStep<N extends string = never, V extends string = N, L = number> = TrainingPlace<V> &
  Named<N> & {
    readonly type: "step";
    /** Within the epoch. */
    readonly batch: number;
    /** Of this batch, before the step. */
    readonly loss: number;
    /** Of the epoch so far; each example counted as it was answered before the step that learned from it. */
    readonly mean: { readonly loss: number; readonly examples: number } & Named<N>;
    readonly lr: L;
    /** Examples a second of training, since the run began or was resumed. */
    readonly examplesPerSecond: number;
  };

/** After the last step of each epoch. */
export type TrainingEpoch<N extends string = never, V extends string = N, L = number> = TrainingPlace<V> &
  Named<N> & {
    readonly type: "epoch";
    /** Over the whole epoch. */
    readonly loss: number;
    /** Of its last step. */
    readonly lr: L;
    /** The epoch's own speed and time, since it began or was resumed. */
    readonly examplesPerSecond: number;
    readonly epochSeconds: number;
  };

/** After each epoch, where there is validation: what the model makes of examples that it does not learn from. */
export type TrainingValidation<V extends string = never> = TrainingPlace<V> &
  Named<V> & {
    readonly type: "validation";
    readonly loss: number;
    /** Whether this epoch is the best so far; `best` is then this one. */
    readonly improved: boolean;
    readonly validationSeconds: number;
  };

/** The signal asked for it. The model is as the last step left it, and checkpoint() goes on from here. */
export interface TrainingStopped<V extends string = never> extends TrainingPlace<V> {
  readonly type: "stopped";
  /** The epoch that it is in, and how many of its examples are behind it: all of them, where only its validation is left. */
  readonly examples: number;
}

/** The last event of a run that came to its end. */
export interface TrainingDone<V extends string = never> extends TrainingPlace<V> {
  readonly type: "done";
  /** All epochs are over, or so many went by without a better one. */
  readonly reason: "epochs" | "patience";
  /** Whether the model has been given the weights of the best epoch. */
  readonly restored: boolean;
}
