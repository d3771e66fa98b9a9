// How far a run is. With weights, optimiser state and random stream this is all that its further steps depend on. What follows from a
// step or an epoch is a new position; how one is written down as plain data stands in saved-position.ts.
import { added, type Counted, meansOf } from "./tally.ts";

/** What pictures are judged by in validation: the lower loss, or the higher accuracy. */
export type Metric = "loss" | "accuracy";

/** Which of two epochs is better: the one with the lower number, or with the higher one. */
export type Mode = "min" | "max";

/** Numbers by their names, the loss among them. */
export type Means = { readonly loss: number } & Readonly<Record<string, number>>;

/** How well an epoch, counted from 1, did in validation. */
export type BestEpoch<N extends string = string> = { readonly epoch: number; readonly loss: number } & Readonly<
  Record<N, number>
>;

/** How well an epoch, counted from 1, did in the validation of pictures. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** What an epoch, counted from 1, came to, in training and in validation. */
export type EpochRecord<N extends string = string, V extends string = N> = {
  readonly epoch: number;
  readonly loss: number;
  /** null where there was none. */
  readonly validation: ({ readonly loss: number } & Readonly<Record<V, number>>) | null;
} & Readonly<Record<N, number>>;

/** What has to be the same for a run to be the same. */
export interface Identity {
  /** What the tensors "best.*" are the best by, null where there are none. */
  readonly kept: string | null;
  readonly seed: number;
  /** null where the batches come ready. */
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** How examples come: "shuffled", "in order", "by a buffer of 100". */
  readonly order: string;
  /** A fingerprint. */
  readonly data: string;
}

/** How far a run is. */
export interface Progress extends Identity {
  /** Whole epochs behind it, their validation included. */
  readonly epoch: number;
  /** What comes next: a step, or the end of the epoch where no batch is left; or the validation of the epoch that has just ended. */
  readonly stage: "steps" | "validation";
  /** Steps through all epochs. */
  readonly step: number;
  /** Batches and examples of the running epoch, and the sums over these examples. */
  readonly batch: number;
  readonly examples: number;
  readonly sums: ReadonlyMap<string, number>;
  /** The best epochs by each number that is tracked; of equals the first, and never one that is not finite. */
  readonly best: ReadonlyMap<string, BestEpoch | null>;
  readonly history: readonly EpochRecord[];
}

/** The numbers that best epochs are known by. */
export type Tracked = ReadonlyMap<string, Mode>;

export function begin(identity: Identity, tracked: Tracked): Progress {
  const best = new Map([...tracked.keys()].map((name) => [name, null]));
  return { ...identity, ...epochStart(0), step: 0, best, history: [] };
}

export const epochStart = (epoch: number) =>
  ({ epoch, stage: "steps", batch: 0, examples: 0, sums: new Map<string, number>() }) as const;

/** After a step. */
export function stepped(progress: Progress, { examples, sums }: Counted): Progress {
  return {
    ...progress,
    step: progress.step + 1,
    batch: progress.batch + 1,
    examples: progress.examples + examples,
    sums: added(progress.sums, sums),
  };
}

/** Of the running epoch so far. */
export const meanOf = ({ sums, examples }: Progress): Means => meansOf(sums, examples);

/** After the last step of an epoch: its validation comes next, if there is one, else the next epoch. */
export function ended(progress: Progress, { validated }: { readonly validated: boolean }): Progress {
  const record = { epoch: progress.epoch + 1, ...meanOf(progress), validation: null } as EpochRecord;
  const history = [...progress.history, record];
  return validated
    ? { ...progress, history, stage: "validation" }
    : { ...progress, history, ...epochStart(progress.epoch + 1) };
}

/** After an epoch was judged; improved tells for each tracked number whether it is the best so far. */
export function judged(
  progress: Progress,
  means: Means,
  tracked: Tracked,
): { readonly progress: Progress; readonly improved: ReadonlySet<string> } {
  const now: BestEpoch = { epoch: progress.epoch + 1, ...means };
  const improved = new Set<string>();
  for (const [name, mode] of tracked) {
    const [value, record] = [means[name], progress.best.get(name) ?? null];
    if (!Number.isFinite(means.loss) || !Number.isFinite(value)) continue;
    const before = record?.[name];
    if (before === undefined || (mode === "min" ? value < before : value > before)) improved.add(name);
  }
  const best = new Map([...progress.best].map(([name, record]) => [name, improved.has(name) ? now : record]));
  const history = progress.history.map((record) =>
    record.epoch === now.epoch ? ({ ...record, validation: means } as EpochRecord) : record,
  );
  return { improved, progress: { ...progress, ...epochStart(now.epoch), best, history } };
}
