// The events of a run over pictures with classes: those of any run, with names for pictures, and accuracy as the one number beside the loss.
// Epochs, batches and steps are counted from 1; seconds are the time in which the run worked.
import type { Evaluation } from "./evaluate-pictures.ts";
import type { TrainingEvent } from "./events.ts";
import type { Best } from "./position.ts";
import type { Junction } from "./rates.ts";

/** An event: "start" first, for each epoch its steps, "epoch", and "validation" if there is validation, and "stopped" or "done" last. */
export type FitEvent = StartEvent | StepEvent | EpochEvent | ValidationEvent | StoppedEvent | DoneEvent;

/** Comes before the first step, with the length of the run. */
export interface StartEvent {
  readonly type: "start";
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** The number of pictures of an epoch, and of validation; 0 without validation. */
  readonly pictures: number;
  readonly validationPictures: number;
  /** The number of parameters, in elements. */
  readonly parameters: number;
  /** The part of a resumed run before the resume: whole epochs, pictures of the next epoch, and steps over all epochs; otherwise 0. */
  readonly done: { readonly epochs: number; readonly pictures: number; readonly steps: number };
  /** The learning rate of the last step before a resume and of the next one, and whether it jumps between them. */
  readonly rate: Junction;
}

/** The means of the epoch so far, each picture with the result before the step that learned from it. */
export interface Mean {
  readonly loss: number;
  /** 0 to 1. */
  readonly accuracy: number;
  readonly pictures: number;
}

interface Place {
  readonly epoch: number;
  /** Counted over all epochs. */
  readonly step: number;
  /** Seconds of work since the run began or was resumed. */
  readonly seconds: number;
  /** The best validation so far, null before the first. */
  readonly best: Best | null;
}

/** Comes after each step, with the results that the net had before the step. */
export interface StepEvent extends Place {
  readonly type: "step";
  /** Counted within the epoch. */
  readonly batch: number;
  /** Of this batch, before the step. */
  readonly loss: number;
  readonly accuracy: number;
  readonly mean: Mean;
  readonly lr: number;
  /** Pictures per second of training, since the run began or was resumed. */
  readonly imagesPerSecond: number;
}

/** Comes after the last step of each epoch. */
export interface EpochEvent extends Place {
  readonly type: "epoch";
  /** Over the whole epoch. */
  readonly loss: number;
  readonly accuracy: number;
  /** Of its last step. */
  readonly lr: number;
  /** The speed and time of this epoch, since it began or was resumed. */
  readonly imagesPerSecond: number;
  readonly epochSeconds: number;
}

/** Comes after each epoch, if there is validation: the net's results on pictures that it does not learn from. */
export interface ValidationEvent extends Place {
  readonly type: "validation";
  readonly loss: number;
  readonly accuracy: number;
  readonly evaluation: Evaluation;
  /** Whether this epoch is the best so far; then `best` is this epoch. */
  readonly improved: boolean;
  readonly validationSeconds: number;
}

/** Comes last when the signal was aborted. The model has the weights of the last step, and a checkpoint() continues from here. */
export interface StoppedEvent extends Place {
  readonly type: "stopped";
  /** The number of pictures of the current epoch that were used: all of them if only its validation is left. */
  readonly pictures: number;
}

/** Comes last when the run is complete. */
export interface DoneEvent extends Place {
  readonly type: "done";
  /** "epochs": all epochs are over. "patience": earlyStopping ended the run. */
  readonly reason: "epochs" | "patience";
  /** Whether the model has been given the weights of the best epoch. */
  readonly restored: boolean;
}

/** Names of properties that say pictures instead of examples. */
const pictureNames: ReadonlyMap<string, string> = new Map([
  ["examples", "pictures"],
  ["validationExamples", "validationPictures"],
  ["examplesPerSecond", "imagesPerSecond"],
]);

const renamed = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      pictureNames.get(name) ?? name,
      name === "mean" || name === "done" ? renamed(part) : part,
    ]),
  );

/** The same event with the names for pictures. */
export const toFitEvent = (event: TrainingEvent<"accuracy">): FitEvent => renamed(event) as FitEvent;
