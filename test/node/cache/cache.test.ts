// The cache of decoded pictures: whatever happens to it or to the folder, the data are those of a reading without it.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type ImageFolderOptions, loadImageFolder } from "chainrule/node";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder, writeTiny } from "../synthetic.ts";

let root: string;
let cache: string;

const write = (name: string, level: number, grey = false) => writeTiny(join(root, name), level, grey);

/** 100 pictures, more than the decoder answers with at a time. */
beforeEach(() => {
  root = temporaryFolder();
  cache = join(root, ".cache");
  for (let n = 0; n < 100; n++) write(`${n % 2 ? "odd" : "even"}/${n}.png`, 2 * n, n % 3 === 0);
});

const load = (options: ImageFolderOptions = {}) => loadImageFolder(root, { cache, threads: 0, ...options });

/** Loads with the cache, compares with a reading without it, and returns how many pictures were taken from it. */
async function taken(options: ImageFolderOptions = {}): Promise<number> {
  const { images, labels, files, cache: use } = await load(options);
  const plain = await loadImageFolder(root, { threads: 0, ...options });
  expect([images.shape, [...images.data], [...labels.data], files]).toEqual([
    plain.images.shape,
    [...plain.images.data],
    [...plain.labels.data],
    plain.files,
  ]);
  expect(use?.problem).toBe(null);
  return use?.taken ?? -1;
}

describe("an interrupted reading", () => {
  const stopAt = (count: number) => (done: number) => {
    if (done >= count) throw new Error("stop");
  };

  test("leaves its pictures in the cache, and the next one continues there", async () => {
    const seen: number[][] = [];
    const onProgress = (done: number, total: number, kept: number) => {
      seen.push([done, total, kept]);
      stopAt(60)(done);
    };
    await expect(load({ onProgress })).rejects.toThrow("stop");
    const [done, total, kept] = seen.at(-1) ?? [];
    expect([total, kept]).toEqual([100, done]);
    expect(existsSync(`${cache}.lock`)).toBe(false);
    expect(await taken()).toBe(done);
    expect(await taken()).toBe(100);
  });

  test("leaves them too if a damaged picture ends it", async () => {
    const png = readFileSync(join(root, "odd", "1.png"));
    png[png.length - 16] ^= 255;
    writeFileSync(join(root, "odd", "99.png"), png);
    await expect(load()).rejects.toThrow(/99\.png/);
    expect(await taken({ skipBroken: true })).toBe(99);
  });

  test.each([1, 7, 100, 900, 3000])(
    "at the disk: %i bytes of its end are missing, or damaged, or garbage",
    async (bytes) => {
      await load();
      const whole = readFileSync(cache);
      truncateSync(cache, whole.length - bytes);
      expect(await taken()).toBeLessThan(100);
      // Blocks come in the order in which they are decoded.
      expect(readFileSync(cache)).toHaveLength(whole.length);
      const again = readFileSync(cache);
      writeFileSync(cache, Buffer.from(again).fill(0x55, again.length - bytes));
      expect(await taken()).toBeLessThan(100);
      appendFileSync(cache, Buffer.alloc(bytes, 0x55));
      expect(await taken()).toBe(100);
    },
  );
});

describe("only what has changed is decoded again", () => {
  test("if pictures are changed, added and removed", async () => {
    await load();
    write("even/0.png", 7);
    utimesSync(join(root, "even", "0.png"), 1, 1);
    write("odd/new.png", 9);
    rmSync(join(root, "odd", "31.png"));
    expect(await taken()).toBe(98);
    expect(await taken()).toBe(100);
  });

  test("if size, framing or channels change, all pictures are; another decoder would do the same", async () => {
    await load();
    expect(readFileSync(cache).subarray(0, 512).toString()).toMatch(/decoder.*sharp \d+\.\d+.*, jimp \d+\.\d+/);
    expect(await taken({ size: [4, 4] })).toBe(0);
    expect(await taken({ size: [4, 4], framing: "dark" })).toBe(0);
    expect(await taken({ size: [4, 4], framing: "dark", channels: 1 })).toBe(0);
  });

  test("a grey picture has one plane in the file, whether three channels are asked for or found", async () => {
    await load();
    const { size } = statSync(cache);
    expect(await taken({ channels: 3 })).toBe(100);
    for (let n = 0; n < 100; n++) write(`${n % 2 ? "odd" : "even"}/${n}.png`, 2 * n, true);
    rmSync(cache);
    await load({ channels: 3 });
    // Two planes of six pixels fewer for each of the 66 pictures that were coloured; the names and times of files differ by a few digits.
    expect(size - statSync(cache).size).toBeGreaterThan(66 * 2 * 6 - 300);
    expect(await taken()).toBe(100);
  });

  test("a file is written anew if more than half of its bytes are of removed pictures", async () => {
    await load();
    const { size } = statSync(cache);
    for (let n = 20; n < 100; n++) rmSync(join(root, n % 2 ? "odd" : "even", `${n}.png`));
    expect(await taken()).toBe(20);
    expect(statSync(cache).size).toBeLessThan(size / 2);
    expect(await taken()).toBe(20);
  });
});

describe("several processes", () => {
  test("that read at once get the same data and leave a complete cache", async () => {
    const [one, two] = await Promise.all([load(), load()]);
    expect([...two.images.data]).toEqual([...one.images.data]);
    expect([one.cache?.problem, two.cache?.problem]).toContain(null);
    expect(await taken()).toBe(100);
    expect(readdirSync(root).sort()).toEqual([".cache", "even", "odd"]);
  });

  test("respect the lock of a running process until it is too old, and not that of a killed one", async () => {
    const id = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
    const lock = `${cache}.lock`;
    const problem = async (holder: string, ageSeconds = 0) => {
      rmSync(cache, { force: true });
      writeFileSync(lock, holder);
      const then = Date.now() / 1000 - ageSeconds;
      utimesSync(lock, then, then);
      const { cache: use } = await load();
      expect(existsSync(lock)).toBe(use?.problem !== null);
      return use?.problem;
    };
    const writing = "another process is writing the cache";
    expect(await problem(`${hostname()} ${process.ppid}`)).toBe(writing);
    expect(await problem(`${hostname()} ${process.ppid}`, 200)).toBe(null);
    expect(await problem("elsewhere 1")).toBe(writing);
    expect(await problem("elsewhere 1", 200)).toBe(null);
    expect(await problem("", 0)).toBe(writing);
    expect(await problem(`${hostname()} ${id}`)).toBe(null);
    expect(await problem(`${hostname()} ${process.pid}`)).toBe(null);
  });
});

test("a cache beyond its bound is removed, which is reported; the data are complete", async () => {
  const { cache: use, images } = await load({ maxCacheBytes: 2000 });
  expect([use, images.shape[0]]).toEqual([
    { file: cache, taken: 0, problem: "the decoded pictures take more than 2000 bytes" },
    100,
  ]);
  expect(readdirSync(root).sort()).toEqual(["even", "odd"]);
});

test("a file that is no cache is not changed, which is reported", async () => {
  writeFileSync(cache, "Dear Sir or Madam, ".repeat(20));
  const { cache: use } = await load();
  expect(use).toEqual({
    file: cache,
    taken: 0,
    problem: "the file there is not a cache of pictures, so it is not changed",
  });
  await expect(load({ cache: join(root, "nowhere", "x") })).rejects.toThrow(/nowhere does not exist/);
  await expect(load({ cache: join(root, "odd") })).rejects.toThrow(/is a folder, not a file/);
});
