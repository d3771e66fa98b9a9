// The interface between the training loop and a task: what is trained, on which data. picture-task.ts has the task of pictures with classes,
// source-task.ts that of any other data.

import type { Means, Mode } from "./position.ts";
import type { AbortSignalLike } from "./signal.ts";
import type { Computed } from "./tally.ts";

/** The batches of an epoch, or of validation. */
export interface Course {
  /** null for a stream, whose length is unknown. */
  readonly batches: number | null;
  readonly examples: number | null;
  readonly from: (batch: number) => Iterable<unknown> | AsyncIterable<unknown>;
  /** Whether the source reads ahead by itself; the next batch is then made when it is requested. */
  readonly readsAhead: boolean;
}

/** The results of validation. */
export interface Judgement {
  readonly means: Means;
  /** Further properties of the event. */
  readonly beside: object;
}

export interface Task {
  /** Returns the batches of an epoch; epochs are counted from 0. */
  readonly course: (epoch: number) => Course;
  /** Number of steps in an epoch; null if it is not known before its end. */
  readonly stepsPerEpoch: number | null;
  readonly examples: number | null;
  readonly validationExamples: number | null;
  /** Number of examples in a full batch; null if the items of a stream are batches. */
  readonly fullBatch: number | null;
  /** Takes a step on a batch; this function is compiled. */
  readonly learn: (batch: unknown) => Computed;
  readonly judge: ((signal: AbortSignalLike | undefined) => Promise<Judgement>) | null;
  /** The numbers of validation by which best epochs are tracked, and the one of `best` in events. */
  readonly tracked: ReadonlyMap<string, Mode>;
  readonly monitor: string;
  /** Whether the weights of the best epoch are kept. */
  readonly keepBest: boolean;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** The order of examples, in words, and the fingerprint of the data. */
  readonly order: string;
  readonly data: string;
}
