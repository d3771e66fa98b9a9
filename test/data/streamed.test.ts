// Streamed pictures: an epoch's order is a permutation that mixes few shards at a time, and batches are those of pictures in memory in the
// same order.
import { type BatchOptions, batches, StreamedPictures, split } from "chainrule/data";
import { describe, expect, it } from "vitest";
import { tensor } from "../../src/tensor/create.ts";
import { rows } from "../train/synthetic.ts";
import { inShards } from "./in-shards.ts";

const plain = (batch: { images: { data: ArrayLike<number> }; labels: { data: ArrayLike<number> } }) => [
  Array.from(batch.images.data),
  Array.from(batch.labels.data),
];

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("the order of an epoch", () => {
  const { streamed } = inShards(rows(103), { shard: 10, window: 3 });

  it("has each picture once, follows from seed and epoch, and has the pictures of three shards at a time", () => {
    const order = streamed.order({ seed: 4, epoch: 2 });
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(103).keys()]);
    expect(streamed.order({ seed: 4, epoch: 2 })).toEqual(order);
    const others = [streamed.order({ seed: 4, epoch: 3 }), streamed.order({ seed: 5, epoch: 2 })];
    for (const other of others) expect(other).not.toEqual(order);
    let at = 0;
    for (const shards of [3, 3, 3, 2]) {
      const found = new Set<number>();
      const has = new Map<number, number>();
      for (let read = 0; found.size < shards || [...has].some(([shard, n]) => n < (shard === 10 ? 3 : 10)); read++) {
        expect(read).toBeLessThan(30);
        const shard = Math.floor(order[at++] / 10);
        found.add(shard);
        has.set(shard, (has.get(shard) ?? 0) + 1);
      }
      expect(found.size).toBe(shards);
    }
    expect(at).toBe(103);
  });

  it("mixes windows differently, and is a fair shuffle where a window has all shards", () => {
    const { streamed: even } = inShards(rows(80), { shard: 10, window: 4 });
    const order = [...even.order({ seed: 1, epoch: 0 })];
    const ranks = (part: readonly number[]) => part.map((index) => index % 10).join();
    expect(ranks(order.slice(0, 40))).not.toBe(ranks(order.slice(40)));
    // The mean place of each picture over 2,000 epochs is 4.5 ± 0.065; five deviations are 0.33.
    const { streamed: small } = inShards(rows(10), { shard: 2, window: 5 });
    const sums = new Float64Array(10);
    for (let epoch = 0; epoch < 2000; epoch++)
      for (const [place, index] of small.order({ seed: 9, epoch }).entries()) sums[index] += place / 2000;
    for (const mean of sums) expect(Math.abs(mean - 4.5)).toBeLessThan(0.33);
  });
});

describe("batches", () => {
  const data = rows(23, { channels: 3 });
  const { streamed } = inShards(data, { shard: 4, window: 2 });
  const options: BatchOptions = {
    ...{ batchSize: 5, seed: 3, epoch: 1, mean: [0.1, 0.2, 0.3], std: 0.4 },
    augment: { shift: 1, flip: true, rotate: 10, erase: 0.5 },
  };

  it("in order are those of pictures in memory, bit for bit", async () => {
    const expected = [...batches(data, { ...options, shuffle: false })].map(plain);
    expect((await all(batches(streamed, { ...options, shuffle: false }))).map(plain)).toEqual(expected);
  });

  it("shuffled have the order of the shards, and each picture as it is in memory", async () => {
    const found = (await all(batches(streamed, options))).flatMap(({ labels }) => [...labels.data]);
    const order = streamed.order({ seed: 3, epoch: 1 });
    expect(found).toEqual([...order].map((index) => data.labels.data[index]));
    expect(await all(batches(streamed, { ...options, dropLast: true }))).toHaveLength(4);
  });

  it("of a part have its pictures", async () => {
    const { train, validation } = split(streamed, { fraction: 0.3, seed: 2 });
    const whole = split(data, { fraction: 0.3, seed: 2 });
    for (const [part, same] of [
      [train, whole.train],
      [validation, whole.validation],
    ] as const) {
      const ordered = { batchSize: 50, shuffle: false };
      expect((await all(batches(part, ordered))).map(plain)).toEqual([...batches(same, ordered)].map(plain));
    }
    expect(train.fingerprint).not.toBe(validation.fingerprint);
    expect(Array.from(train.shardStarts).every((at, n, all) => n === 0 || at > all[n - 1])).toBe(true);
  });

  it("refuse a source that gives too few pictures", async () => {
    const short = inShards(data, { shard: 4, window: 2, lost: 1 }).streamed;
    await expect(all(batches(short, options))).rejects.toThrow(/read gave 22 pictures for 23 indices/);
  });
});

it("wrong parts are refused, with the place", () => {
  const good = {
    shape: [3, 1, 2, 2] as const,
    labels: tensor(Int32Array.of(0, 1, 0)),
    classes: ["a", "b"],
    ...{ shardStarts: [0, 2], windowShards: 1, fingerprint: "x", read: async function* () {} },
  };
  expect(new StreamedPictures(good).shape).toEqual([3, 1, 2, 2]);
  for (const [wrong, words] of [
    [{ shape: [3, 1, 2] }, /shape is \[N, C, H, W\]/],
    [{ labels: tensor(Int32Array.of(0, 1)) }, /int32\[3\]/],
    [{ classes: ["a"] }, /label 1 of picture 1/],
    [{ shardStarts: [1, 2] }, /rise from 0/],
    [{ shardStarts: [0, 3] }, /less than 3/],
    [{ windowShards: 0 }, /windowShards/],
    [{ read: null }, /read has to be a function/],
  ] as const)
    expect(() => new StreamedPictures({ ...good, ...wrong } as never)).toThrow(words);
});
