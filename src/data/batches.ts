// An epoch in batches, of whatever source. Examples that can be had by number come in an order that follows from (seed, epoch); those
// of a stream come as they come. The options belong to kinds of sources, as a table says, and throw by name where they mean nothing.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Augmentation } from "./augment.ts";
import type { Dataset } from "./dataset.ts";
import { type Batch, picturesOf } from "./pictures.ts";
import { takeRows } from "./rows.ts";
import { shuffle } from "./shuffle.ts";
import { type BatchOf, type Indexed, type InMemory, type Source, sourceOf } from "./source.ts";
import { stackExamples } from "./stack.ts";
import { groups, mixed, type Stream } from "./stream.ts";

/** How an epoch of anything is cut into batches. */
export interface SourceOptions {
  /** Examples at a time, from 1. */
  batchSize: number;
  /** false: in the order of the data. true if left out, but false for a stream, which is mixed by shuffleBuffer alone. */
  shuffle?: boolean | undefined;
  /** A stream only: each example is drawn from a buffer of so many. 0, in the stream's order, if left out. */
  shuffleBuffer?: number | undefined;
  /** The order, and what augmentation does, follow from both, whole numbers from 0, and 0 if left out. */
  seed?: number | undefined;
  epoch?: number | undefined;
  /** Leaves out the last batch where it would be smaller; false if left out. */
  dropLast?: boolean | undefined;
}

/** How an epoch of pictures is cut into batches. */
export interface BatchOptions extends Omit<SourceOptions, "shuffleBuffer"> {
  /** Pixels in [0, 1] become (x - mean) / std, one number or one a channel; 0 and 1 if left out. */
  mean?: number | number[] | undefined;
  std?: number | number[] | undefined;
  /** Changes each picture a little, in its bytes, before they become numbers. */
  augment?: Augmentation | undefined;
}

/** One epoch of a source: at once where it is in memory, else to be awaited. */
export type Batches<S> = S extends InMemory
  ? Iterable<BatchOf<S>>
  : S extends Indexed<unknown>
    ? AsyncIterable<BatchOf<S>>
    : S extends Iterable<unknown> | AsyncIterable<unknown>
      ? AsyncIterable<BatchOf<S>>
      : Iterable<BatchOf<S>>;

/**
 * One epoch an iteration, in batches of the nesting of the data, dtypes kept:
 *
 * - Columns: tensors, typed arrays or lists of numbers, in records, lists and maps, whose first dim counts the examples. Batches of
 *   `{ x, y }` are `{ x, y }` with rows of both.
 * - Examples: a list of records, of lists or of maps, or `{ length, get(i) }`, which may be asynchronous and larger than memory. What
 *   stands at the same place in each is stacked; numbers, lists of numbers and typed arrays count as tensors.
 * - A stream: an iterable or async iterable of examples. It has no seeded order; `shuffleBuffer` mixes it.
 *
 * What is in memory is iterated at once, the others with `for await`. Throws at once where options or data make no sense.
 */
export function batches<const S extends object>(data: S, options: SourceOptions): Batches<S>;
/**
 * One epoch an iteration: images float32 [B, C, H, W], (x / 255 - mean) / std with one mean and std or one a channel, and labels
 * int32 [B]. The order depends on (seed, epoch) alone; the last batch is smaller where batchSize does not divide N, unless
 * dropLast leaves it out. With `augment` each picture is changed a little, and how depends on (seed, epoch, its index in the data)
 * alone: beyond its edge a picture goes on as it ends, and what falls between pixels is interpolated. Throws at once on options or data that make no sense.
 */
export function batches(data: Dataset, options: BatchOptions): Iterable<Batch>;
export function batches(
  data: object,
  options: BatchOptions & SourceOptions,
): Iterable<unknown> | AsyncIterable<unknown> {
  checkOptions("batches", options, names);
  return epochOf("batches", sourceOf("batches", data), options).from(0);
}

const names: OptionNames<BatchOptions & SourceOptions> = {
  batchSize: true,
  shuffle: true,
  shuffleBuffer: true,
  seed: true,
  epoch: true,
  dropLast: true,
  mean: true,
  std: true,
  augment: true,
};

/** An epoch that can be begun at any of its batches. */
export interface Epoch {
  /** How many batches, and how many examples in them; null where nobody knows before the end. */
  readonly batches: number | null;
  readonly examples: number | null;
  readonly from: (batch: number) => Iterable<unknown> | AsyncIterable<unknown>;
}

/** What batches() gives, for those who go on in the middle of an epoch: examples by number that lie before are not read. */
export function epochOf(call: string, source: Source, options: BatchOptions & SourceOptions): Epoch {
  const { batchSize, seed = 0, epoch = 0, dropLast = false, shuffleBuffer = 0 } = options;
  checkWhole(call, "batchSize", batchSize, { from: 1 });
  checkWhole(call, "seed", seed, { from: 0 });
  checkWhole(call, "epoch", epoch, { from: 0, below: 2 ** 32 });
  checkWhole(call, "shuffleBuffer", shuffleBuffer, { from: 0 });
  checkBelonging(call, source, options);
  if (source.kind === "stream") {
    const { stream } = source;
    const examples = () => (shuffleBuffer > 0 ? mixed(stream, { size: shuffleBuffer, seed, epoch }) : stream);
    const from = (skip: number) => ofStream(examples(), { batchSize, dropLast, skip });
    return { batches: null, examples: null, from };
  }
  const { count } = source;
  const end = dropLast ? count - (count % batchSize) : count;
  const order = () =>
    (options.shuffle ?? true) ? shuffle(count, { seed, epoch }) : new Int32Array(count).map((_, i) => i);
  const cutting = { order, batchSize, end };
  const taking = takerOf(source, { ...options, seed, epoch });
  const from = (first: number) =>
    taking.waits ? inTime(taking.take, { ...cutting, first }) : atOnce(taking.take, { ...cutting, first });
  return { batches: Math.ceil(end / batchSize), examples: end, from };
}

/** A batch of so many examples, all of them the first; null where nothing is in memory. */
export function sampleOf(source: Source, size: number, options: BatchOptions): unknown {
  if (source.kind === "stream" || source.kind === "indexed" || source.count === 0) return null;
  return takerOf(source, { ...options, seed: 0, epoch: 0 }).take(new Int32Array(size));
}

type Taker =
  | { readonly waits: false; readonly take: (chosen: Int32Array) => unknown }
  | { readonly waits: true; readonly take: (chosen: Int32Array) => Promise<unknown> };

type ByNumber = Exclude<Source, { readonly kind: "stream" }>;

function takerOf(source: ByNumber, options: Parameters<typeof picturesOf>[1]): Taker {
  switch (source.kind) {
    case "pictures":
      return { waits: false, take: picturesOf(source.data, options) };
    case "columns":
      return { waits: false, take: (chosen) => takeRows(source.columns, chosen) };
    case "list":
      return {
        waits: false,
        take: (chosen) =>
          stackExamples({ examples: Array.from(chosen, (i) => source.list[i]), number: (n) => chosen[n] }),
      };
    case "indexed":
      return {
        waits: true,
        take: async (chosen) => {
          const examples = await Promise.all(Array.from(chosen, (i) => source.indexed.get(i)));
          return stackExamples({ examples, number: (n) => chosen[n] });
        },
      };
  }
}

interface Cutting {
  readonly order: () => Int32Array;
  readonly batchSize: number;
  /** One past the last example. */
  readonly end: number;
  /** The batch that comes first. */
  readonly first: number;
}

function* chosenOf({ order, batchSize, end, first }: Cutting): Generator<Int32Array, void, undefined> {
  const numbers = order();
  for (let start = first * batchSize; start < end; start += batchSize)
    yield numbers.subarray(start, Math.min(start + batchSize, end));
}

const atOnce = (take: (chosen: Int32Array) => unknown, cutting: Cutting): Iterable<unknown> => ({
  *[Symbol.iterator]() {
    for (const chosen of chosenOf(cutting)) yield take(chosen);
  },
});

const inTime = (take: (chosen: Int32Array) => Promise<unknown>, cutting: Cutting): AsyncIterable<unknown> => ({
  async *[Symbol.asyncIterator]() {
    for (const chosen of chosenOf(cutting)) yield await take(chosen);
  },
});

const ofStream = (stream: Stream, cutting: Parameters<typeof groups>[1]): AsyncIterable<unknown> => ({
  async *[Symbol.asyncIterator]() {
    for await (const { examples, start } of groups(stream, cutting))
      yield stackExamples({ examples, number: (n) => start + n });
  },
});

/** Options of some kinds of sources only. */
const belonging: Readonly<Record<string, { readonly kinds: readonly Source["kind"][]; readonly why: string }>> = {
  mean: { kinds: ["pictures"], why: "normalises pictures, { images, labels, classes }; normalise a column yourself" },
  std: { kinds: ["pictures"], why: "normalises pictures, { images, labels, classes }; normalise a column yourself" },
  augment: { kinds: ["pictures"], why: "changes pictures, { images, labels, classes }" },
  shuffleBuffer: { kinds: ["stream"], why: "mixes a stream; what has a length is shuffled whole" },
};

function checkBelonging(call: string, { kind }: Source, options: BatchOptions & SourceOptions): void {
  for (const [option, { kinds, why }] of Object.entries(belonging))
    if (options[option as keyof typeof options] !== undefined && !kinds.includes(kind))
      throw new ChainruleError("option", call, `${option} ${why}`, { option });
  if (kind === "stream" && options.shuffle && !((options.shuffleBuffer ?? 0) > 0))
    throw new ChainruleError(
      "option",
      call,
      `a stream has no order to shuffle before it has come; shuffleBuffer: 1000 draws each example from a buffer of so many`,
      { option: "shuffle" },
    );
  if (kind === "stream" && options.shuffle === false && (options.shuffleBuffer ?? 0) > 0)
    throw new ChainruleError(
      "option",
      call,
      `shuffle is false, but shuffleBuffer is ${options.shuffleBuffer}; give one of them`,
      { option: "shuffleBuffer" },
    );
}
