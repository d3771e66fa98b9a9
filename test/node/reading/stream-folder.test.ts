// A folder that is streamed: its pictures are those of a folder in memory, whatever happens to the cache, and few shards are in memory.
import { existsSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { batches, split } from "chainrule/data";
import { type ImageFolderStream, loadImageFolder, type StreamFolderOptions, streamImageFolder } from "chainrule/node";
import { beforeEach, describe, expect, test } from "vitest";
import { readAhead } from "../../../src/node/reading/read-ahead.ts";
import { temporaryFolder, writeTiny } from "../synthetic.ts";

let root: string;
let cache: string;

const write = (name: string, level: number, grey = false) => writeTiny(join(root, name), level, grey);

beforeEach(() => {
  root = temporaryFolder();
  cache = join(temporaryFolder(), "cache");
  for (let n = 0; n < 60; n++) write(`${n % 2 ? "odd" : "even"}/${n}.png`, 4 * n, n % 3 === 0);
});

const open = (options: StreamFolderOptions = {}) =>
  streamImageFolder(root, { cache, threads: 0, shardPictures: 8, windowShards: 2, ...options });

/** Reads all pictures in a mixed order, compares them with those of a folder in memory, and says how many were decoded. */
async function decoded(stream: ImageFolderStream, epoch = 0): Promise<number> {
  const { images, files, labels } = await loadImageFolder(root, { threads: 0, skipBroken: true });
  const before = stream.reading.decoded;
  const order = stream.order({ seed: 1, epoch });
  let n = 0;
  for await (const picture of stream.read(order)) {
    const at = files.indexOf(stream.files[order[n]]);
    expect([...picture]).toEqual([...images.data.subarray(18 * at, 18 * (at + 1))]);
    expect(stream.labels.data[order[n++]]).toBe(labels.data[at]);
  }
  expect(n).toBe(files.length);
  return stream.reading.decoded - before;
}

describe("the pictures", () => {
  test("are those of a folder in memory, in an order in which each shard has all classes, and are decoded once", async () => {
    const stream = await open();
    expect([stream.shape, stream.classes]).toEqual([
      [60, 3, 2, 3],
      ["even", "odd"],
    ]);
    for (let k = 0; k < 56; k += 8) expect(new Set(stream.labels.data.subarray(k, k + 8)).size).toBe(2);
    expect([await decoded(stream), await decoded(stream, 1), stream.reading.cached]).toEqual([60, 0, 60]);
    expect(stream.cacheProblem).toBe(null);
    await stream.close();
    const again = await open();
    expect([again.files, again.fingerprint]).toEqual([stream.files, stream.fingerprint]);
    expect(await decoded(again)).toBe(0);
    await again.close();
  });

  test("of parts are read without those of other parts, and without a cache are decoded each time", async () => {
    const stream = await open({ cache: undefined });
    expect(stream.isCached).toBe(false);
    const { train, validation } = split(stream, { fraction: 0.2, seed: 3 });
    for (const part of [train, validation, train])
      for await (const batch of batches(part, { batchSize: 7 })) expect(batch.images.shape.slice(1)).toEqual([3, 2, 3]);
    expect(stream.reading).toMatchObject({ decoded: 48 + 12 + 48, cached: 0 });
    expect(stream.reading.decodeSeconds).toBeGreaterThan(0);
  });

  test("of a grey folder have one channel, and a coloured one after the sample becomes grey as in memory", async () => {
    const grey = await streamImageFolder(root, { threads: 0, channels: 1 });
    expect(grey.shape).toEqual([60, 1, 2, 3]);
    const { images, files } = await loadImageFolder(root, { threads: 0, channels: 1 });
    let n = 0;
    for await (const picture of grey.read(Int32Array.from({ length: 60 }, (_, i) => i))) {
      const at = files.indexOf(grey.files[n++]);
      expect([...picture]).toEqual([...images.data.subarray(6 * at, 6 * (at + 1))]);
    }
    for (let i = 0; i < 60; i++) write(`${i % 2 ? "odd" : "even"}/${i}.png`, 4 * i, true);
    expect((await streamImageFolder(root, { threads: 0 })).shape).toEqual([60, 1, 2, 3]);
  });
});

describe("the cache", () => {
  test.each([1, 7, 300, 1500])(
    "without the last %i bytes, or with damaged ones: only those pictures are decoded again",
    async (bytes) => {
      const stream = await open();
      await decoded(stream);
      await stream.close();
      const whole = readFileSync(cache);
      truncateSync(cache, whole.length - bytes);
      const shorter = await open();
      const lost = await decoded(shorter);
      expect(lost).toBeGreaterThan(0);
      expect(lost).toBeLessThan(60);
      await shorter.close();
      const bad = Buffer.from(whole);
      bad[whole.length - bytes] ^= 255;
      writeFileSync(cache, bad);
      const damaged = await open();
      expect(await decoded(damaged)).toBeGreaterThan(0);
      expect(await decoded(damaged, 1)).toBe(0);
      await damaged.close();
      const last = await open();
      expect(await decoded(last)).toBe(0);
      await last.close();
    },
  );

  test("damaged while it is in use: the shard is decoded again, and counted", async () => {
    const stream = await open();
    await decoded(stream);
    const bytes = readFileSync(cache);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(cache, bytes);
    expect(await decoded(stream, 1)).toBe(8);
    expect([stream.damagedParts, await decoded(stream, 2)]).toEqual([1, 0]);
    await stream.close();
  });

  test("of a loop that was left early has what was decoded; only changed and added pictures are decoded again", async () => {
    const stream = await open();
    for await (const _ of stream.read(stream.order({ seed: 1, epoch: 0 }))) break;
    await stream.close();
    const first = stream.reading.decoded;
    const again = await open();
    expect(await decoded(again)).toBe(60 - first);
    await again.close();
    write("even/0.png", 7);
    utimesSync(join(root, "even", "0.png"), 1, 1);
    write("odd/new.png", 9);
    rmSync(join(root, "odd", "31.png"));
    const changed = await open();
    expect(changed.fingerprint).not.toBe(again.fingerprint);
    expect(await decoded(changed)).toBe(2);
    await changed.close();
  });

  test("that has no more room keeps what it has; that of another process is read, not written", async () => {
    const small = await open({ maxCacheBytes: 2000 });
    expect(small.isCached).toBe(true);
    expect(await decoded(small)).toBe(60);
    expect([small.isCached, small.cacheProblem]).toEqual([false, "the decoded pictures take more than 2000 bytes"]);
    const some = await decoded(small, 1);
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(60);
    await small.close();
    const [one, other] = [await open(), await open()];
    expect(await decoded(other)).toBe(some);
    expect(other.cacheProblem).toBe("another process is writing the cache");
    expect(await decoded(one)).toBe(some);
    for (const stream of [one, other]) await stream.close();
    expect(existsSync(`${cache}.lock`)).toBe(false);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "on a full disk: the pictures are decoded, and the problem is said",
    async () => {
      await expect(open({ cache: "/dev/full" })).rejects.toThrow(/is a device, not a file/);
      writeFileSync(cache, "my letter ".repeat(100));
      const stream = await open();
      expect(await decoded(stream)).toBe(60);
      expect(stream.cacheProblem).toMatch(/not a cache of pictures/);
      expect(readFileSync(cache, "utf8")).toBe("my letter ".repeat(100));
    },
  );
});

describe("pictures that cannot be read", () => {
  /** Damages the pixels of a picture, whose header stays as it is. */
  function damage(name: string): void {
    const bytes = readFileSync(join(root, name));
    bytes[bytes.length - 18] ^= 255;
    writeFileSync(join(root, name), bytes);
  }

  test("end the loop with their name, or are replaced by another one of their class, which is listed", async () => {
    damage("odd/7.png");
    const stream = await open({ cache: undefined });
    await expect(decoded(stream)).rejects.toThrow(/7\.png: .*skip it with skipBroken/);
    const lenient = await open({ skipBroken: true });
    const order = Int32Array.from({ length: 60 }, (_, n) => n);
    const pictures: string[] = [];
    for await (const picture of lenient.read(order)) pictures.push([...picture].join());
    const n = lenient.files.findIndex((path) => path.endsWith("7.png") && path.includes("odd/7"));
    const next = lenient.files.findIndex((path, m) => m > n && path.includes("/odd/"));
    expect(pictures[n]).toBe(pictures[next]);
    expect(lenient.skipped.map(({ file }) => file)).toEqual([join(root, "odd", "7.png")]);
    await lenient.close();
  });

  test("by their header are named before anything is decoded, or left out", async () => {
    writeFileSync(join(root, "even", "0.png"), "not a picture");
    await expect(open()).rejects.toThrow(/even\/0\.png/);
    const stream = await open({ skipBroken: true });
    expect([stream.shape[0], stream.skipped.length, await decoded(stream)]).toEqual([59, 1, 59]);
    await stream.close();
    for (let n = 2; n < 60; n += 2) writeFileSync(join(root, "even", `${n}.png`), "no");
    await expect(open({ skipBroken: true })).rejects.toThrow(/no picture of class "even" can be read/);
  });
});

test("wrong options are refused", async () => {
  for (const [options, words] of [
    [{ shardPictures: 0 }, /shardPictures is a whole number from 1/],
    [{ windowShards: 1.5 }, /windowShards/],
    [{ size: [3] }, /size is \[height, width\]/],
    [{ channels: 2 }, /channels are 1 or 3/],
    [{ window: 2 }, /window/],
  ] as const)
    await expect(open(options as never)).rejects.toThrow(words);
});

test("reading ahead has few shards in memory, whatever the order", async () => {
  let [held, most] = [0, 0];
  const shardStarts = Int32Array.from({ length: 20 }, (_, k) => 5 * k);
  const load = async (numbers: readonly number[]) => {
    most = Math.max(most, ++held);
    return new Map(numbers.map((n) => [n, { planes: 1 as const, data: Uint8Array.of(n) }]));
  };
  const read = async (indices: Int32Array) => {
    [held, most] = [0, 0];
    const found: number[] = [];
    const left = new Map<number, number>();
    for (const index of indices) left.set(Math.floor(index / 5), (left.get(Math.floor(index / 5)) ?? 0) + 1);
    for await (const { data } of readAhead(indices, { shardStarts, maxShards: 4, load, onWait: () => {} })) {
      found.push(data[0]);
      const shard = Math.floor(data[0] / 5);
      left.set(shard, (left.get(shard) ?? 0) - 1);
      if (left.get(shard) === 0) held--;
    }
    expect(found).toEqual([...indices]);
    return most;
  };
  expect(await read(Int32Array.from({ length: 100 }, (_, n) => n))).toBeLessThanOrEqual(5);
  // Every second picture of a shard comes at the end: all shards are needed.
  const spread = Int32Array.from({ length: 100 }, (_, n) => (7 * n) % 100);
  expect(await read(spread)).toBeGreaterThan(15);
});
