// What the training loop has to know of what is trained on what. Pictures of classes are one such task, anything else is the other.

import type { Means, Mode } from "./position.ts";
import type { AbortSignalLike } from "./signal.ts";
import type { Computed } from "./tally.ts";

/** The batches of an epoch, or of validation. */
export interface Course {
  /** null where a stream does not tell. */
  readonly batches: number | null;
  readonly examples: number | null;
  readonly from: (batch: number) => Iterable<unknown> | AsyncIterable<unknown>;
}

/** What validation found. */
export interface Judgement {
  readonly means: Means;
  /** More that its event tells. */
  readonly beside: object;
}

export interface Task {
  /** An epoch's batches, counted from 0. */
  readonly course: (epoch: number) => Course;
  /** Of each epoch; null where it is only known at its end. */
  readonly stepsPerEpoch: number | null;
  readonly examples: number | null;
  readonly validationExamples: number | null;
  /** How many examples a whole batch has; null where batches come ready. */
  readonly whole: number | null;
  /** A step on a batch: what is compiled. */
  readonly learn: (batch: unknown) => Computed;
  readonly judge: ((signal: AbortSignalLike | undefined) => Promise<Judgement>) | null;
  /** The numbers of validation that best epochs are known by, and the one that "best" means in events. */
  readonly tracked: ReadonlyMap<string, Mode>;
  readonly monitor: string;
  /** Whether the weights of the best epoch are kept. */
  readonly keepBest: boolean;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** How examples come, in words, and a fingerprint of them. */
  readonly order: string;
  readonly data: string;
}
