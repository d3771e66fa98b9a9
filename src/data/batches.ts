// Cuts an epoch of any source into batches. Sources with an index are read in an order that follows from (seed, epoch); a stream is read
// in its own order. Some options are for some kinds of sources only: a table lists the kinds, and with another kind the option throws.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { type ProcessOf, rowsOf } from "../tensor/share.ts";
import type { Augmentation } from "./augment.ts";
import type { Dataset } from "./dataset.ts";
import { type Batch, picturesOf } from "./pictures.ts";
import { takeRows } from "./rows.ts";
import { asWhole, ownOf } from "./sharing.ts";
import { shuffle } from "./shuffle.ts";
import { type BatchOf, type Indexed, type InMemory, type Source, sourceOf } from "./source.ts";
import { stackExamples } from "./stack.ts";
import { groups, mixed, type Stream } from "./stream.ts";
import type { StreamedPictures } from "./streamed.ts";
import { blackBatch, streamedBatches } from "./streamed-batches.ts";

/** How an epoch of any source is cut into batches. */
export interface SourceOptions {
  /** Number of examples in a batch, from 1. */
  batchSize: number;
  /** false: examples keep the order of the data. Default true, but false for a stream, which only shuffleBuffer can mix. */
  shuffle?: boolean | undefined;
  /** For a stream only: each example is drawn at random from a buffer of this many. Default 0, which keeps the stream's order. */
  shuffleBuffer?: number | undefined;
  /** The order and the augmentation follow from seed and epoch: whole numbers from 0, default 0. */
  seed?: number | undefined;
  epoch?: number | undefined;
  /** true: leaves out the last batch if it is smaller. Default false. */
  dropLast?: boolean | undefined;
  /**
   * For programs that run on several processes together: this process makes only its own rows of each batch, whose tensors have the shape of
   * the whole batch (shareOf). A batch that the processes do not divide is made whole by each.
   */
  share?: ProcessOf | undefined;
}

/** How an epoch of pictures is cut into batches. */
export interface BatchOptions extends Omit<SourceOptions, "shuffleBuffer"> {
  /** Pixels in [0, 1] become (x - mean) / std; one number, or one for each channel. Defaults 0 and 1. */
  mean?: number | number[] | undefined;
  std?: number | number[] | undefined;
  /** Changes each picture at random, in its bytes, before it is normalised. */
  augment?: Augmentation | undefined;
}

/** One epoch of a source: an iterable if the source is in memory, else an async iterable. */
export type Batches<S> = S extends InMemory
  ? Iterable<BatchOf<S>>
  : S extends Indexed<unknown> | StreamedPictures
    ? AsyncIterable<BatchOf<S>>
    : S extends Iterable<unknown> | AsyncIterable<unknown>
      ? AsyncIterable<BatchOf<S>>
      : Iterable<BatchOf<S>>;

/**
 * Cuts data into batches; each iteration is one epoch. Batches have the nesting and the dtypes of the data:
 *
 * - Columns: tensors, typed arrays or lists of numbers, in records, lists and maps, whose first dim counts the examples. Batches of
 *   `{ x, y }` are `{ x, y }` with rows of both.
 * - Examples: a list of records, of lists or of maps, or `{ length, get(i) }`, which may be asynchronous and larger than memory.
 *   Corresponding parts of the examples are stacked; numbers, lists of numbers and typed arrays count as tensors.
 * - A stream: an iterable or async iterable of examples. It has no seeded order; `shuffleBuffer` mixes it.
 *
 * Iterate over data in memory with `for`, over `{ length, get(i) }`, streams and streamed pictures with `for await`. The call itself throws if options or
 * data are wrong.
 */
export function batches<const S extends object>(data: S, options: SourceOptions): Batches<S>;
/**
 * Cuts pictures into batches; each iteration is one epoch. Images are float32 [B, C, H, W], (x / 255 - mean) / std with one mean and
 * std or one for each channel; labels are int32 [B]. The order depends on (seed, epoch) alone. The last batch is smaller if batchSize does
 * not divide N, and dropLast leaves it out. With `augment` each picture is changed at random, depending on (seed, epoch, its index in the
 * data) alone; pixels are interpolated, and the picture's edge is repeated outside of it. With `augment.mixup` labels are float32 [B, K], a
 * probability for each class. The call itself throws if options or data are wrong.
 */
export function batches(data: Dataset, options: BatchOptions): Iterable<Batch>;
/** As for pictures in memory. The order mixes the shards of some at a time, as StreamedPictures.order does, and the next pictures are read ahead. */
export function batches(data: StreamedPictures, options: BatchOptions): AsyncIterable<Batch>;
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
  share: true,
};

/** An epoch that can start at any of its batches. */
export interface Epoch {
  /** The number of batches, and of examples in them; null for a stream, whose length is unknown. */
  readonly batches: number | null;
  readonly examples: number | null;
  readonly from: (batch: number) => Iterable<unknown> | AsyncIterable<unknown>;
  /** Whether the source reads ahead by itself. */
  readonly readsAhead: boolean;
}

/** batches() for callers that start in the middle of an epoch. Earlier examples are not read, except those of a stream. */
export function epochOf(call: string, source: Source, options: BatchOptions & SourceOptions): Epoch {
  const { batchSize, seed = 0, epoch = 0, dropLast = false, shuffleBuffer = 0, share } = options;
  checkWhole(call, "batchSize", batchSize, { from: 1 });
  checkWhole(call, "seed", seed, { from: 0 });
  checkWhole(call, "epoch", epoch, { from: 0, below: 2 ** 32 });
  checkWhole(call, "shuffleBuffer", shuffleBuffer, { from: 0 });
  checkBelonging(call, source, options);
  if (source.kind === "stream") {
    const { stream } = source;
    const examples = () => (shuffleBuffer > 0 ? mixed(stream, { size: shuffleBuffer, seed, epoch }) : stream);
    const from = (skip: number) => ofStream(examples(), { batchSize, dropLast, skip }, share);
    return { batches: null, examples: null, from, readsAhead: false };
  }
  const { count } = source;
  const end = dropLast ? count - (count % batchSize) : count;
  const shuffled = () =>
    source.kind === "streamed" ? source.data.order({ seed, epoch }) : shuffle(count, { seed, epoch });
  const order = () => ((options.shuffle ?? true) ? shuffled() : new Int32Array(count).map((_, i) => i));
  const cutting = { order, batchSize, end, share };
  const extent = { batches: Math.ceil(end / batchSize), examples: end };
  if (source.kind === "streamed") {
    const taking = { ...options, seed, epoch };
    const from = (first: number) => streamedBatches(source.data, { ...cutting, first, taking });
    return { ...extent, from, readsAhead: true };
  }
  const taking = takerOf(source, { ...options, seed, epoch });
  const from = (first: number) =>
    taking.waits ? awaited(taking.take, { ...cutting, first }) : immediate(taking.take, { ...cutting, first });
  return { ...extent, from, readsAhead: false };
}

/** A batch of `size` copies of the first example, black for pictures that are streamed; null if the source is not in memory or empty. */
export function sampleOf(source: Source, size: number, options: BatchOptions): unknown {
  if (source.kind === "streamed") return source.count === 0 ? null : blackBatch(source.data, size, options);
  if (source.kind === "stream" || source.kind === "indexed" || source.count === 0) return null;
  return takerOf(source, { ...options, seed: 0, epoch: 0 }).take(new Int32Array(size));
}

type Taker =
  | { readonly waits: false; readonly take: (chosen: Int32Array) => unknown }
  | { readonly waits: true; readonly take: (chosen: Int32Array) => Promise<unknown> };

type ByNumber = Exclude<Source, { readonly kind: "stream" | "streamed" }>;

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
  /** Index after that of the last example. */
  readonly end: number;
  /** Number of the first batch. */
  readonly first: number;
  readonly share: ProcessOf | undefined;
}

function* chosenOf({ order, batchSize, end, first }: Cutting): Generator<Int32Array, void, undefined> {
  const numbers = order();
  for (let start = first * batchSize; start < end; start += batchSize)
    yield numbers.subarray(start, Math.min(start + batchSize, end));
}

const immediate = (take: (chosen: Int32Array) => unknown, cutting: Cutting): Iterable<unknown> => ({
  *[Symbol.iterator]() {
    const { share } = cutting;
    for (const chosen of chosenOf(cutting)) yield asWhole(take(ownOf(chosen, share)), chosen.length, share);
  },
});

const awaited = (take: (chosen: Int32Array) => Promise<unknown>, cutting: Cutting): AsyncIterable<unknown> => ({
  async *[Symbol.asyncIterator]() {
    const { share } = cutting;
    for (const chosen of chosenOf(cutting)) yield asWhole(await take(ownOf(chosen, share)), chosen.length, share);
  },
});

/** A stream is read whole by each process, which then stacks its own examples. */
const ofStream = (
  stream: Stream,
  cutting: Parameters<typeof groups>[1],
  share: ProcessOf | undefined,
): AsyncIterable<unknown> => ({
  async *[Symbol.asyncIterator]() {
    for await (const { examples, start } of groups(stream, cutting)) {
      const first = start + ((share && rowsOf(examples.length, share)?.[0]) ?? 0);
      const made = stackExamples({ examples: ownOf(examples, share), number: (n) => first + n });
      yield asWhole(made, examples.length, share);
    }
  },
});

type Belonging = "mean" | "std" | "augment" | "shuffleBuffer";
/** The options that are for some kinds of sources only, with these kinds and the words of the error for other kinds. */
const belonging: Readonly<Record<Belonging, { readonly kinds: readonly Source["kind"][]; readonly why: string }>> = {
  mean: {
    kinds: ["pictures", "streamed"],
    why: "normalises pictures, { images, labels, classes }; normalise a column yourself",
  },
  std: {
    kinds: ["pictures", "streamed"],
    why: "normalises pictures, { images, labels, classes }; normalise a column yourself",
  },
  augment: { kinds: ["pictures", "streamed"], why: "changes pictures, { images, labels, classes }" },
  shuffleBuffer: {
    kinds: ["stream"],
    why: "mixes a stream; data with a length are shuffled as a whole, so leave it out",
  },
};

function checkBelonging(call: string, { kind }: Source, options: BatchOptions & SourceOptions): void {
  if (options.share !== undefined && (options.augment?.mixup ?? 0) > 0)
    throw new ChainruleError(
      "option",
      call,
      "mixup mixes the pictures of a whole batch, which several processes divide",
      {
        option: "share",
      },
    );
  for (const option of Object.keys(belonging) as Belonging[]) {
    const { kinds, why } = belonging[option];
    if (options[option] !== undefined && !kinds.includes(kind))
      throw new ChainruleError("option", call, `${option} ${why}`, { option });
  }
  if (kind === "stream" && options.shuffle && !((options.shuffleBuffer ?? 0) > 0))
    throw new ChainruleError(
      "option",
      call,
      `a stream cannot be shuffled as a whole; shuffleBuffer: 1000 draws each example from a buffer of 1000`,
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
