// The batches of each epoch, from data that stay the same, or from a function that gives data for each epoch. A stream is iterated anew in
// each epoch. A resumed run reads it from its beginning, and skips the batches that it has used.
import { epochOf, sampleOf } from "../data/batches.ts";
import { type Source, sourceOf } from "../data/source.ts";
import { fingerprintOf } from "../data/source-fingerprint.ts";
import type { StreamedPictures } from "../data/streamed.ts";
import { ChainruleError } from "../errors/error.ts";
import type { ProcessOf } from "../tensor/share.ts";
import type { Course } from "./task.ts";
import type { DataOptions } from "./training-options.ts";

export interface FeedOptions extends DataOptions {
  readonly seed?: number | undefined;
  readonly dropLast?: boolean | undefined;
  readonly share?: ProcessOf | undefined;
}

export interface Feed {
  readonly course: (epoch: number) => Course;
  /** The numbers of an epoch; null if they are not known in advance. */
  readonly batches: number | null;
  readonly examples: number | null;
  /** The sizes of batches that are known in advance. */
  readonly sizes: readonly number[];
  /** Makes a batch of `size` examples for checks; null if the data are not in memory. */
  readonly sample: (size: number) => unknown;
  readonly order: string;
  readonly fingerprint: string;
}

/** Makes the feed of data; `what` is the name of their option. Throws if data or options are wrong. */
export function feedOf(call: string, what: string, data: unknown, options: FeedOptions): Feed {
  if (typeof data === "function") {
    const course = (epoch: number) => courseOf(call, what, sourceOf(call, data(epoch)), options, epoch);
    const nothing = { batches: null, examples: null, sizes: [], sample: () => null };
    return { ...nothing, course, order: orderOf(options, null), fingerprint: "a function" };
  }
  const source = sourceOf(call, data);
  const course = (epoch: number) => courseOf(call, what, source, options, epoch);
  const { batches, examples } = course(0);
  if (batches === 0)
    throw new ChainruleError(
      "data",
      call,
      source.count === 0
        ? `there are no examples in ${what}`
        : `${source.count} examples make no batch of ${options.batchSize}, and dropLast leaves out smaller ones; make batchSize smaller`,
    );
  const { batchSize = 1, dropLast = false, mean, std, augment } = options;
  const whole = Math.min(batchSize, source.count ?? batchSize);
  const rest = (source.count ?? 0) % batchSize;
  return {
    course,
    batches,
    examples,
    order: orderOf(options, source),
    fingerprint: fingerprintOf(source),
    sizes: rest === 0 || dropLast || whole < batchSize ? [whole] : [whole, rest],
    sample: (size) => sampleOf(source, size, { batchSize, mean, std, augment }),
  };
}

/** Whether data can be iterated only once, such as the result of a generator function. */
export const isSingleUse = (data: unknown): boolean =>
  typeof data === "object" && data !== null && "next" in data && typeof data.next === "function";

function courseOf(call: string, what: string, source: Source, options: FeedOptions, epoch: number): Course {
  const { batchSize, ...others } = options;
  if (batchSize !== undefined) return epochOf(call, source, { ...others, batchSize, epoch });
  if (source.kind !== "stream")
    throw new ChainruleError("option", call, `batchSize is missing; only a stream whose items are batches needs none`, {
      option: "batchSize",
    });
  for (const option of ["shuffle", "shuffleBuffer", "dropLast"] as const)
    if (options[option])
      throw new ChainruleError(
        "option",
        call,
        `${option} makes batches of examples; give batchSize, or leave ${option} out of ${what}`,
        { option },
      );
  return { batches: null, examples: null, from: (batch) => batchesOf(call, source.stream, batch), readsAhead: false };
}

/** The items of a stream of batches, without the first `skip`. */
async function* batchesOf(
  call: string,
  stream: Iterable<unknown> | AsyncIterable<unknown>,
  skip: number,
): AsyncGenerator<unknown, void, undefined> {
  let batch = 0;
  for await (const made of stream) if (batch++ >= skip) yield made;
  if (batch < skip)
    throw new ChainruleError(
      "data",
      call,
      `the stream ended after ${batch} batches, but the run had used ${skip} before; give the same stream again`,
    );
}

/** The order of shuffled shards, in words. */
export const orderOfShards = ({ shardStarts, windowShards }: StreamedPictures): string =>
  `shuffled by ${windowShards} of ${shardStarts.length} shards`;

function orderOf({ shuffle, shuffleBuffer = 0 }: FeedOptions, source: Source | null): string {
  if (shuffleBuffer > 0) return `by a buffer of ${shuffleBuffer}`;
  if (source?.kind === "stream" || !(shuffle ?? true)) return "in order";
  return source?.kind === "streamed" ? orderOfShards(source.data) : "shuffled";
}
