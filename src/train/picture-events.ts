// What a run over pictures of classes tells of itself: the events of any run, in words of pictures, with accuracy as the one number
// beside the loss. Epochs, batches and steps are counted from 1, as people do; seconds are those in which the run worked.
import type { Evaluation } from "./evaluate-pictures.ts";
import type { TrainingEvent } from "./events.ts";
import type { Best } from "./position.ts";
import type { Junction } from "./rates.ts";

/** "start" comes first and "stopped" or "done" last; between them the steps of an epoch, its "epoch", and its "validation" if there is one. */
export type FitEvent = StartEvent | StepEvent | EpochEvent | ValidationEvent | StoppedEvent | DoneEvent;

/** Before the first step: how long the run will be. */
export interface StartEvent {
  readonly type: "start";
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** How many pictures an epoch has, and how many validation has; 0 without. */
  readonly pictures: number;
  readonly validationPictures: number;
  /** How many numbers the model learns. */
  readonly parameters: number;
  /** What a resumed run has behind it: whole epochs, pictures of the next one, and steps; else 0. */
  readonly done: { readonly epochs: number; readonly pictures: number; readonly steps: number };
  /** The learning rate of the last step before a resume and of the next one, and whether it jumps between them. */
  readonly rate: Junction;
}

/** Of the epoch so far; each picture counted as it was answered before the step that learned from it. */
export interface Mean {
  readonly loss: number;
  /** 0 to 1. */
  readonly accuracy: number;
  readonly pictures: number;
}

interface Place {
  readonly epoch: number;
  /** Over all epochs. */
  readonly step: number;
  /** Seconds of work since the run began or was resumed. */
  readonly seconds: number;
  /** The best validation so far, null before the first. */
  readonly best: Best | null;
}

/** After each step: what the net answered before it. */
export interface StepEvent extends Place {
  readonly type: "step";
  /** Within the epoch. */
  readonly batch: number;
  /** Of this batch, before the step. */
  readonly loss: number;
  readonly accuracy: number;
  readonly mean: Mean;
  readonly lr: number;
  /** Pictures a second of training, since the run began or was resumed. */
  readonly imagesPerSecond: number;
}

/** After the last step of each epoch. */
export interface EpochEvent extends Place {
  readonly type: "epoch";
  /** Over the whole epoch. */
  readonly loss: number;
  readonly accuracy: number;
  /** Of its last step. */
  readonly lr: number;
  /** The epoch's own speed and time, since it began or was resumed. */
  readonly imagesPerSecond: number;
  readonly epochSeconds: number;
}

/** After each epoch, where there is validation: what the net makes of pictures that it does not learn from. */
export interface ValidationEvent extends Place {
  readonly type: "validation";
  readonly loss: number;
  readonly accuracy: number;
  readonly evaluation: Evaluation;
  /** Whether this epoch is the best so far; `best` is then this one. */
  readonly improved: boolean;
  readonly validationSeconds: number;
}

/** The signal asked for it. The model is as the last step left it, and checkpoint() goes on from here. */
export interface StoppedEvent extends Place {
  readonly type: "stopped";
  /** The epoch that it is in, and how many of its pictures are behind it: all of them, where only its validation is left. */
  readonly pictures: number;
}

/** The last event of a run that came to its end. */
export interface DoneEvent extends Place {
  readonly type: "done";
  /** All epochs are over, or so many went by without a better one. */
  readonly reason: "epochs" | "patience";
  /** Whether the model has been given the weights of the best epoch. */
  readonly restored: boolean;
}

const words: ReadonlyMap<string, string> = new Map([
  ["examples", "pictures"],
  ["validationExamples", "validationPictures"],
  ["examplesPerSecond", "imagesPerSecond"],
]);

const inWords = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      words.get(name) ?? name,
      name === "mean" || name === "done" ? inWords(part) : part,
    ]),
  );

/** The same event in words of pictures. */
export const ofPictures = (event: TrainingEvent<"accuracy">): FitEvent => inWords(event) as FitEvent;
