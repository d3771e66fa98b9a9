// A stream has no length and no index. It is cut into batches in the order in which it comes, or mixed on the way: a buffer is kept
// full, and each example that leaves it is drawn by chance. A buffer of k examples moves none forward by more than k places.
import { ChainruleError } from "../errors/error.ts";
import { threefry } from "../tensor/ops/threefry.ts";

export type Stream = Iterable<unknown> | AsyncIterable<unknown>;

export interface Mixing {
  /** Examples in the buffer. */
  readonly size: number;
  readonly seed: number;
  readonly epoch: number;
}

/** Draws by threefry(key = seed, counter = (epoch, draw)), under a key of its own beside that of shuffle. */
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
  /** So many batches are read and left out. */
  readonly skip: number;
}

/** Groups of batchSize examples, and the number of the first in each; the last may be smaller. */
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
      `the stream ended after ${count} examples, and more of it were behind this run`,
    );
}
