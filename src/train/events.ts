// The events of a run. Epochs, batches and steps are counted from 1. Seconds are the time in which the run worked, without the time of the
// loop's body, so that a page may pause there. Events have the numbers that loss and metrics name as properties beside "loss". N are the names
// in training, V those in validation, L is the type of learning rates: a number, or a record by the optimisers' names.
import type { BestEpoch } from "./position.ts";
import type { Junction } from "./rates.ts";

/** An event: "start" first, for each epoch its steps, "epoch", and "validation" if there is validation, and "stopped" or "done" last. */
export type TrainingEvent<N extends string = never, V extends string = N, L = number> =
  | TrainingStart<L>
  | TrainingStep<N, V, L>
  | TrainingEpoch<N, V, L>
  | TrainingValidation<V>
  | TrainingStopped<V>
  | TrainingDone<V>;

/** Numbers by their names. */
export type Named<N extends string> = Readonly<Record<N, number>>;

/** Comes before the first step, with the length of the run; numbers are null if they depend on the length of a stream. */
export interface TrainingStart<L = number> {
  readonly type: "start";
  readonly epochs: number;
  readonly stepsPerEpoch: number | null;
  /** The number of examples of an epoch, and of validation; 0 without validation. */
  readonly examples: number | null;
  readonly validationExamples: number | null;
  /** The number of parameters, in elements. */
  readonly parameters: number;
  /** The part of a resumed run before the resume: whole epochs, examples of the next epoch, and steps over all epochs; otherwise 0. */
  readonly done: { readonly epochs: number; readonly examples: number; readonly steps: number };
  /** The learning rate of the last step before a resume and of the next one, and whether it jumps between them. */
  readonly rate: Junction<L>;
}

/** The properties that all events but the first have. */
export interface TrainingPlace<V extends string> {
  readonly epoch: number;
  /** Counted over all epochs. */
  readonly step: number;
  /** Seconds of work since the run began or was resumed. */
  readonly seconds: number;
  /** The best validation so far, null before the first. */
  readonly best: BestEpoch<V> | null;
}

/** Comes after each step, with the results that the model had before the step. */
export type TrainingStep<N extends string = never, V extends string = N, L = number> = TrainingPlace<V> &
  Named<N> & {
    readonly type: "step";
    /** Counted within the epoch. */
    readonly batch: number;
    /** Of this batch, before the step. */
    readonly loss: number;
    /** The means of the epoch so far, each example with the result before the step that learned from it. */
    readonly mean: { readonly loss: number; readonly examples: number } & Named<N>;
    readonly lr: L;
    /** Examples per second of training, since the run began or was resumed. */
    readonly examplesPerSecond: number;
  };

/** Comes after the last step of each epoch. */
export type TrainingEpoch<N extends string = never, V extends string = N, L = number> = TrainingPlace<V> &
  Named<N> & {
    readonly type: "epoch";
    /** Over the whole epoch. */
    readonly loss: number;
    /** Of its last step. */
    readonly lr: L;
    /** The speed and time of this epoch, since it began or was resumed. */
    readonly examplesPerSecond: number;
    readonly epochSeconds: number;
  };

/** Comes after each epoch, if there is validation: the model's results on examples that it does not learn from. */
export type TrainingValidation<V extends string = never> = TrainingPlace<V> &
  Named<V> & {
    readonly type: "validation";
    readonly loss: number;
    /** Whether this epoch is the best so far; then `best` is this epoch. */
    readonly improved: boolean;
    readonly validationSeconds: number;
  };

/** Comes last when the signal was aborted. The model has the weights of the last step, and a checkpoint() continues from here. */
export interface TrainingStopped<V extends string = never> extends TrainingPlace<V> {
  readonly type: "stopped";
  /** The number of examples of the current epoch that were used: all of them if only its validation is left. */
  readonly examples: number;
}

/** Comes last when the run is complete. */
export interface TrainingDone<V extends string = never> extends TrainingPlace<V> {
  readonly type: "done";
  /** "epochs": all epochs are over. "patience": earlyStopping ended the run. */
  readonly reason: "epochs" | "patience";
  /** Whether the model has been given the weights of the best epoch. */
  readonly restored: boolean;
}
