// Folders whose pictures do not fit into the memory that --memory gives them: they are divided as in memory, read while the net learns, and
// a training that is killed goes on with the same bits.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "chainrule";
import { readSafetensors } from "chainrule/io";
import { beforeAll, describe, expect, test } from "vitest";
import { inShards } from "../../test/data/in-shards.ts";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { rows } from "../../test/train/synthetic.ts";
import { isLarge, shardsFor } from "../src/large/budget.ts";
import { contradictionsIn, copiesAmong, HashedPictures } from "../src/large/copies.ts";
import { spentWords, verdictOn } from "../src/large/pace.ts";
import { bytes } from "../src/values.ts";
import { chainrule, type Event, events, type Finished } from "./command.ts";
import { killAndResume, undisturbed } from "./kill.ts";
import { writePictures } from "./pictures.ts";

const cwd = temporaryFolder();
const pictures = writePictures(join(cwd, "pictures"), { classes: ["a", "b", "c"], each: 40, coloured: true });
const streamed = ["--from", "none", "--memory", "20kB"];

function record(file: string) {
  return JSON.parse(readSafetensors(readFileSync(join(cwd, file))).metadata.training ?? "null");
}

describe("a folder that is streamed", () => {
  let told: Finished;
  let all: Event[];
  beforeAll(async () => {
    told = await chainrule(
      ["train", pictures, ...streamed, "--epochs", "2", "--out", "s.safetensors", "--report", "r.html", "--json"],
      { cwd },
    );
    all = events(told);
  }, 60_000);

  test("says so, what its decoded pictures take, where they are kept, and what waits for what", () => {
    expect(told.code, told.stderr).toBe(0);
    expect(told.stderr).toContain("decoded, the 120 pictures take 93 kB, so they are read while the net learns");
    expect(told.stderr).toMatch(
      /decoded pictures are kept for later epochs in .*, up to 93 kB of the [\d.]+ GB that are free/,
    );
    expect(told.stderr).toMatch(
      / {2}waited \d+\.\d s for pictures \(\d+ decoded, .* images\/s.*\), the net took \d+\.\d s/,
    );
    expect(told.stderr).toMatch(/the \d+ pictures of all epochs: waited .*; the net|reading/);
    const epochs = all.filter(({ event }) => event === "epoch");
    const reading = epochs.map((event) => event.reading as { decoded: number; cached: number });
    expect(reading[0].decoded).toBeGreaterThan(0);
    // The last, smaller batch of the first epoch was left out.
    expect(reading[1].decoded).toBeLessThan(16);
    expect(readFileSync(join(cwd, "r.html"), "utf8")).toMatch(/reading.*waited \d+\.\d s for pictures/);
  });

  test("sets the pictures aside that the same seed sets aside in memory, and its net is tested in memory with the same result", async () => {
    const small = await chainrule(
      ["train", pictures, "--from", "none", "--epochs", "1", "--out", "m.safetensors", "--json"],
      { cwd },
    );
    const [start, other] = [all[0], events(small)[0]];
    expect(start).toMatchObject({ train: other.train, classPictures: other.classPictures });
    const { folder: streamedFolder } = record("s.safetensors");
    const { shards, ...folder } = streamedFolder;
    expect(shards).toEqual({ pictures: 1, window: 13 });
    expect(record("m.safetensors").folder).toEqual(folder);
    const tested = events(await chainrule(["evaluate", "s.safetensors", pictures, "--json"], { cwd }));
    const [before, after] = [all, tested].map((told) => told.find(({ event }) => event === "test"));
    expect(after?.confusion).toEqual(before?.confusion);
    expect(all.at(-1)?.testAccuracy).toBeGreaterThan(0.8);
  });

  test("is resumed as it was begun, whatever the memory", async () => {
    const args = ["train", pictures, "--resume", "s.safetensors", "--epochs", "3"];
    const refused = await chainrule([...args, "--memory", "1GB"], { cwd });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/--memory: a training that goes on reads/),
    ]);
  });
});

test.skipIf(process.platform === "win32")(
  "killed while it reads for the first time, it ends with the file of an undisturbed training",
  async () => {
    const data = writePictures(join(temporaryFolder(), "many"), { classes: ["a", "b", "c"], each: 60, coloured: true });
    const nets = ["--model", "cnn", "--epochs", "6", "--batch-size", "4", "--augment", "--no-flip"];
    const options = [...streamed, ...nets, "--checkpoint", "0.05"];
    const whole = await undisturbed(data, options);
    const cache = temporaryFolder();
    await killAndResume({ data, options, whole, lives: [0.6 * whole.seconds], cache });
    // The resumed training finds what the killed one has decoded.
    expect(readdirSync(cache).filter((name) => name.endsWith(".pictures"))).toHaveLength(1);
  },
);

describe("bad input", () => {
  const fails = async (args: readonly string[]) => {
    const { code, stderr } = await chainrule(["train", ...args], { cwd });
    expect([code, stderr.trim().split("\n").length <= 3]).toEqual([2, true]);
    return stderr;
  };

  test("of sizes is refused before anything is read", async () => {
    expect(await fails([pictures, "--memory", "512"])).toMatch(/size with its unit, kB, MB or GB, such as 512MB/);
    expect(await fails([pictures, "--cache-limit", "0GB"])).toMatch(/such as 16GB/);
    expect(["1kB", "2.5mb", "16 GB"].map(bytes("1MB"))).toEqual([1000, 2_500_000, 16e9]);
    expect(await fails(["mnist", "--memory", "1GB"])).toMatch(/--memory: is for folders of pictures/);
  });

  test("a picture that proves damaged ends the training with its name and the cure; --skip-broken goes on, without a cache above its limit", async () => {
    const folder = writePictures(join(temporaryFolder(), "p"), { classes: ["a", "b"], each: 30, coloured: true });
    const [name] = readdirSync(join(folder, "a"));
    const file = join(folder, "a", name);
    const png = readFileSync(file);
    png[png.length - 20] ^= 255;
    writeFileSync(file, png);
    const args = [folder, ...streamed, "--epochs", "1", "--no-flip", "--out", "broken.safetensors"];
    const { code, stderr } = await chainrule(["train", ...args], { cwd });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/\.png: .* \(remove it, or skip it with --skip-broken\)/),
    ]);
    expect(existsSync(join(cwd, "broken.safetensors"))).toBe(false);
    const small = [...args, "--skip-broken", "--cache-limit", "20kB"];
    const lenient = await chainrule(["train", ...small], { cwd });
    expect(lenient.code, lenient.stderr).toBe(0);
    expect(lenient.stdout).toMatch(/1 picture is skipped, or another one/);
    expect(lenient.stdout).toMatch(
      /decodes the pictures anew: they take 47 kB or more.*--cache-limit 1GB keeps them in/,
    );
  });

  test("a disk without room for the cache that was asked for is refused, with the cure", async () => {
    const limit = { cache: true, cacheLimit: 10e18, bytes: 9e18, directory: pictures, form: "", screen: { say() {} } };
    const { storeFor } = await import("../src/large/store.ts");
    expect(() => storeFor(limit as never)).toThrow(/the decoded pictures take .* GB, and .* left; make room/);
    const untyped = storeFor({ ...limit, cacheLimit: undefined } as never);
    expect(untyped).toBeUndefined();
  });
});

test("copies among streamed pictures are found by their hashes, also those that were not read before", async () => {
  const data = rows(30);
  const { images, labels } = data;
  const size = images.size / 30;
  for (const [to, from] of [
    [7, 3],
    [29, 5],
  ])
    images.data.set(images.data.slice(from * size, (from + 1) * size), to * size);
  const changed = tensor(
    Int32Array.from(labels.data, (label, n) => (n === 7 ? (label + 1) % 3 : n === 3 ? label : label)),
  );
  const { streamed: stream } = inShards({ ...data, labels: changed }, { shard: 4, window: 2 });
  const part = (indices: readonly number[]) => {
    const selected = stream.select(Int32Array.from(indices));
    return new HashedPictures(selected, selected);
  };
  const train = part([...Array(20).keys()]);
  for await (const _ of train.pictures.read(Int32Array.of(3, 4))) break;
  const learned = await train.hashes(() => {});
  const test = part([25, 26, 29]);
  expect(copiesAmong(await test.hashes(() => {}), learned)).toEqual([{ index: 2, original: 5 }]);
  const found = contradictionsIn(learned, train.pictures.labels.data);
  expect(found).toEqual(changed.data[7] === changed.data[3] ? [] : [{ index: 7, original: 3 }]);
});

test("pictures are streamed where they take more than the memory, or than an array holds, and as they were begun", () => {
  const surveyed = (count: number) =>
    ({ surveys: { base: { files: { length: count }, size: [100, 100] }, test: null, validation: null } }) as never;
  const budget = { memory: undefined, cacheLimit: undefined, shards: undefined, channels: undefined, keeps: true };
  const picture = 30_000;
  const least = (changes: object) =>
    [2 ** 20, 2 ** 29, 2 ** 32 - 1, 2 ** 34].filter((bytes) =>
      isLarge(surveyed(Math.floor(bytes / picture) + 1), null, { ...budget, ...changes }),
    )[0];
  expect(least({})).toBe(2 ** 29);
  expect(least({ memory: 2 ** 20 })).toBe(2 ** 20);
  expect(least({ memory: 2 ** 40 })).toBe(2 ** 32 - 1);
  expect(least({ shards: null })).toBeUndefined();
  expect(least({ shards: { pictures: 4, window: 2 } })).toBe(2 ** 20);
});

test("shards and windows fit into the memory, and the account says what waits", () => {
  for (const [memory, side] of [
    [2 ** 29, 64],
    [2 ** 29, 224],
    [2 ** 24, 224],
    [20_000, 16],
  ]) {
    const picture = 3 * side * side;
    const { pictures: count, window } = shardsFor(picture, {
      memory,
      cacheLimit: undefined,
      shards: undefined,
      channels: 3,
      keeps: true,
    });
    expect(count).toBeGreaterThanOrEqual(1);
    if (picture < memory / 2) expect(2 * count * window * picture).toBeLessThanOrEqual(memory);
  }
  const reading = { decoded: 300, decodeSeconds: 2, cached: 20, waitedSeconds: 6 };
  expect(spentWords({ pictures: 400, seconds: 10, reading })).toBe(
    "waited 6.0 s for pictures (300 decoded, 150 images/s; 20 from the cache), the net took 4.0 s (100 images/s)",
  );
  const verdicts = [6, 2, 0].map((waitedSeconds) =>
    verdictOn({ pictures: 400, seconds: 10, reading: { ...reading, waitedSeconds } }),
  );
  expect(new Set(verdicts).size).toBe(3);
  expect(verdicts[0]).toMatch(/^reading/);
});
