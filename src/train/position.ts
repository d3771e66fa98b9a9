// The progress of a run. Its further steps depend on this, the weights, the optimisers' state and the random stream alone. After a step or an
// epoch there is a new progress. saved-position.ts converts it to plain data.
import { added, type Counted, meansOf } from "./tally.ts";

/** The metric that compares epochs in the validation of pictures: a lower loss or a higher accuracy is better. */
export type Metric = "loss" | "accuracy";

/** Which of two epochs is better: that with the lower number, or that with the higher one. */
export type Mode = "min" | "max";

/** Means by name, with the loss. */
export type Means = { readonly loss: number } & Readonly<Record<string, number>>;

/** The validation results of an epoch, counted from 1. */
export type BestEpoch<N extends string = string> = { readonly epoch: number; readonly loss: number } & Readonly<
  Record<N, number>
>;

/** The results of an epoch, counted from 1, in the validation of pictures. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** The results of an epoch, counted from 1, in training and in validation. */
export type EpochRecord<N extends string = string, V extends string = N> = {
  readonly epoch: number;
  readonly loss: number;
  /** null without validation. */
  readonly validation: ({ readonly loss: number } & Readonly<Record<V, number>>) | null;
} & Readonly<Record<N, number>>;

/** The properties that a resumed run must have in common with its checkpoint. */
export interface Identity {
  /** The name of the number by which the tensors "best.*" are the best; null without keepBest. */
  readonly kept: string | null;
  readonly seed: number;
  /** null if the items of a stream are batches. */
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** The order of examples: "shuffled", "in order", "by a buffer of 100". */
  readonly order: string;
  /** The fingerprint of the data. */
  readonly data: string;
}

/** The progress of a run. */
export interface Progress extends Identity {
  /** Number of complete epochs, with their validation. */
  readonly epoch: number;
  /** "steps": next is a step, or the end of the epoch if no batch is left. "validation": next is the validation of the current epoch. */
  readonly stage: "steps" | "validation";
  /** Number of steps over all epochs. */
  readonly step: number;
  /** Numbers of batches and examples of the current epoch so far, and the sums over these examples. */
  readonly batch: number;
  readonly examples: number;
  readonly sums: ReadonlyMap<string, number>;
  /** The best epoch by each tracked number: the first of equals, and never one with a number that is not finite. */
  readonly best: ReadonlyMap<string, BestEpoch | null>;
  readonly history: readonly EpochRecord[];
}

/** The numbers by which best epochs are tracked. */
export type Tracked = ReadonlyMap<string, Mode>;

export function begin(identity: Identity, tracked: Tracked): Progress {
  const best = new Map([...tracked.keys()].map((name) => [name, null]));
  return { ...identity, ...epochStart(0), step: 0, best, history: [] };
}

export const epochStart = (epoch: number) =>
  ({ epoch, stage: "steps", batch: 0, examples: 0, sums: new Map<string, number>() }) as const;

/** The progress after a step. */
export function afterStep(progress: Progress, { examples, sums }: Counted): Progress {
  return {
    ...progress,
    step: progress.step + 1,
    batch: progress.batch + 1,
    examples: progress.examples + examples,
    sums: added(progress.sums, sums),
  };
}

/** The means of the current epoch so far. */
export const meanOf = ({ sums, examples }: Progress): Means => meansOf(sums, examples);

/** The progress after the last step of an epoch: next is its validation, or without validation the next epoch. */
export function afterEpoch(progress: Progress, { hasValidation }: { readonly hasValidation: boolean }): Progress {
  const record = { epoch: progress.epoch + 1, ...meanOf(progress), validation: null } as EpochRecord;
  const history = [...progress.history, record];
  return hasValidation
    ? { ...progress, history, stage: "validation" }
    : { ...progress, history, ...epochStart(progress.epoch + 1) };
}

/** The progress after the validation of an epoch, and the tracked numbers by which this epoch is the best so far. */
export function afterValidation(
  progress: Progress,
  means: Means,
  tracked: Tracked,
): { readonly progress: Progress; readonly improved: ReadonlySet<string> } {
  const now: BestEpoch = { epoch: progress.epoch + 1, ...means };
  const improved = new Set<string>();
  for (const [name, mode] of tracked) {
    const [value, record] = [Object.hasOwn(means, name) ? means[name] : Number.NaN, progress.best.get(name) ?? null];
    if (!Number.isFinite(means.loss) || !Number.isFinite(value)) continue;
    const before = record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
    if (before === undefined || (mode === "min" ? value < before : value > before)) improved.add(name);
  }
  const best = new Map([...progress.best].map(([name, record]) => [name, improved.has(name) ? now : record]));
  const history = progress.history.map((record) =>
    record.epoch === now.epoch ? ({ ...record, validation: means } as EpochRecord) : record,
  );
  return { improved, progress: { ...progress, ...epochStart(now.epoch), best, history } };
}
