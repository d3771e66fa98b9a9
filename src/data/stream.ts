// Batches of a stream, which has no length and no index. They have the stream's order, or a mixed one: a buffer is filled, and then each new
// example replaces one that is drawn at random. A buffer of k examples moves no example forward by more than k places.
import { ChainruleError } from "../errors/error.ts";
import { threefry } from "../tensor/ops/threefry.ts";

export type Stream = Iterable<unknown> | AsyncIterable<unknown>;

export interface Mixing {
  /** Examples in the buffer. */
  readonly size: number;
  readonly seed: number;
  readonly epoch: number;
}

/** Mixes a stream. Draws are threefry(key = seed, counter = (epoch, draw)), with another key than shuffle's. */
export async function* mixed(stream: Stream, { size, seed, epoch }: Mixing): AsyncGenerator<unknown, void, undefined> {
  const low = (seed | 0) ^ 0x73687566;
  const high = Math.floor(seed / 2 ** 32) | 0;
  const buffer: unknown[] = [];
  let draws = 0;
  const draw = (): unknown => {
    const [word] = threefry(low, high, epoch, draws++ | 0);
    const place = Math.floor(((word >>> 0) / 2 ** 32) * buffer.length);
    const drawn = buffer[place];
    const last = buffer.pop();
    if (place < buffer.length) buffer[place] = last;
    return drawn;
  };
  for await (const example of stream) {
    buffer.push(example);
    if (buffer.length > size) yield draw();
  }
  while (buffer.length > 0) yield draw();
}

export interface Cutting {
  readonly batchSize: number;
  readonly dropLast: boolean;
  /** Number of batches that are read and left out. */
  readonly skip: number;
}

/** Groups batchSize examples, and gives the index of the first of each group; the last group may be smaller. */
export async function* groups(
  stream: Stream,
  { batchSize, dropLast, skip }: Cutting,
): AsyncGenerator<{ readonly examples: unknown[]; readonly start: number }, void, undefined> {
  let [examples, start]: [unknown[], number] = [[], 0];
  for await (const example of stream) {
    examples.push(example);
    if (examples.length < batchSize) continue;
    if (start >= skip * batchSize) yield { examples, start };
    start += batchSize;
    examples = [];
  }
  if (examples.length > 0 && !dropLast && start >= skip * batchSize) yield { examples, start };
  const count = start + examples.length;
  if (count <= (skip - 1) * batchSize)
    throw new ChainruleError(
      "data",
      "batches",
      `the stream ended after ${count} examples, but the run had used more before; give the same stream again`,
    );
}
