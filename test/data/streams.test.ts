// A stream is cut into batches in its own order, and never read further than necessary.
import type { Tensor } from "chainrule";
import { batches, split } from "chainrule/data";
import { expect, expectTypeOf, it } from "vitest";
import { epochOf } from "../../src/data/batches.ts";
import { sourceOf } from "../../src/data/source.ts";

function* count(to: number, read: number[] = []) {
  for (let n = 0; n < to; n++) {
    read.push(n);
    yield { n, pair: [n, -n] };
  }
}

/** Read again and again. */
const stream = (to: number) => ({ [Symbol.iterator]: () => count(to) });

async function numbers(epoch: AsyncIterable<{ n: Tensor }>): Promise<number[][]> {
  const all: number[][] = [];
  for await (const { n } of epoch) all.push([...n.data]);
  return all;
}

it("keeps its order, and the last batch is smaller or left out", async () => {
  const epoch = batches(stream(7), { batchSize: 3 });
  expectTypeOf(epoch).toEqualTypeOf<AsyncIterable<{ n: Tensor; pair: Tensor }>>();
  const expected = [[0, 1, 2], [3, 4, 5], [6]];
  expect(await numbers(epoch)).toEqual(expected);
  expect(await numbers(epoch)).toEqual(expected);
  expect(await numbers(batches(stream(7), { batchSize: 3, dropLast: true }))).toEqual(expected.slice(0, 2));
});

it("may be asynchronous", async () => {
  async function* slowly() {
    for (const example of count(5)) {
      await new Promise((resolve) => setTimeout(resolve));
      yield example;
    }
  }
  expect(await numbers(batches(slowly(), { batchSize: 2 }))).toEqual([[0, 1], [2, 3], [4]]);
});

it("is mixed by a buffer, depending on seed and epoch: each example comes once, and none moves forward by more than the buffer's size", async () => {
  const mixed = async (options: object) =>
    (await numbers(batches(stream(200), { batchSize: 8, shuffleBuffer: 20, ...options }))).flat();
  const order = await mixed({});
  expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
  expect(order.every((n, at) => n <= at + 20)).toBe(true);
  expect(order.filter((n, at) => n !== at).length).toBeGreaterThan(150);
  expect(await mixed({ batchSize: 50 })).toEqual(order);
  for (const other of [{ epoch: 1 }, { seed: 1 }, { seed: 2 ** 32 }]) expect(await mixed(other)).not.toEqual(order);
});

it("is not read before a batch is requested, and closed when the loop is left", async () => {
  const read: number[] = [];
  let closed = false;
  function* watched() {
    try {
      yield* count(100, read);
    } finally {
      closed = true;
    }
  }
  const epoch = batches(watched(), { batchSize: 4 });
  expect(read).toEqual([]);
  for await (const _ of epoch) break;
  expect(read).toEqual([0, 1, 2, 3]);
  expect(closed).toBe(true);
});

it("continues in the middle of an epoch with the same batches", async () => {
  for (const options of [{ batchSize: 3 }, { batchSize: 3, shuffleBuffer: 5, seed: 2 }]) {
    const epoch = epochOf("batches", sourceOf("batches", stream(11)), options);
    const read = async (batch: number) => await numbers(epoch.from(batch) as AsyncIterable<{ n: Tensor }>);
    const whole = await read(0);
    for (let batch = 0; batch <= whole.length; batch++) expect(await read(batch)).toEqual(whole.slice(batch));
  }
});

it("can be neither shuffled nor split, and the errors say so", () => {
  expect(() => batches(stream(3), { batchSize: 1, shuffle: true })).toThrow(
    /a stream cannot be shuffled.*shuffleBuffer: 1000/,
  );
  expect(() => batches(stream(3), { batchSize: 1, shuffle: false, shuffleBuffer: 2 })).toThrow(/give one of them/);
  expect(() => split(stream(3))).toThrow(/a stream has no length/);
});
