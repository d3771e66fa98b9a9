import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { frameBatches, framePictures, loadImageFolder, surveyImageFolder } from "chainrule/node";
import { Jimp } from "jimp";
import { PNG } from "pngjs";
import { beforeEach, describe, expect, test } from "vitest";
import { optimiseLater } from "../../../scripts/optimise-later.js";
import { commonestSize } from "../../../src/node/reading/picture-size.ts";
import { temporaryFolder } from "../synthetic.ts";

const built = pathToFileURL(join(import.meta.dirname, "../../../dist/node/index.js")).href;

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

async function picture(path: string, color: number, [width, height] = [4, 2]): Promise<void> {
  mkdirSync(join(root, path, ".."), { recursive: true });
  const types = { png: "image/png", gif: "image/gif", bmp: "image/bmp", jpg: "image/jpeg" } as const;
  const type = types[(path.split(".").pop() ?? "") as keyof typeof types];
  writeFileSync(join(root, path), await new Jimp({ width, height, color }).getBuffer(type));
}

describe("a folder for each class", () => {
  beforeEach(async () => {
    await picture("dogs/b.png", 0x00ff00ff);
    await picture("dogs/a.PNG.png", 0xff0000ff);
    await picture("cats/1.png", 0x000000ff);
  });

  test("classes and files in the order of their names, bytes in [N, C, H, W]", async () => {
    const { images, labels, classes } = await loadImageFolder(root);
    expect(classes).toEqual(["cats", "dogs"]);
    expect([labels.dtype, [...labels.data]]).toEqual(["int32", [0, 1, 1]]);
    expect([images.dtype, images.shape]).toEqual(["uint8", [3, 3, 2, 4]]);
    expect([...images.data.subarray(24, 48)]).toEqual([...new Array(8).fill(255), ...new Array(16).fill(0)]);
  });

  test("grey by luma, and what is transparent shows white", async () => {
    await picture("dogs/c.png", 0x00000000);
    const { images } = await loadImageFolder(root, { channels: 1 });
    expect(images.shape).toEqual([4, 1, 2, 4]);
    expect([0, 8, 16, 24].map((i) => images.data[i])).toEqual([0, 76, 150, 255]);
  });

  test("pictures of several sizes come in the most frequent one, their proportions kept", async () => {
    await picture("cats/2.jpg", 0xffffffff, [9, 9]);
    expect((await loadImageFolder(root)).images.shape).toEqual([4, 3, 2, 4]);
    const { images } = await loadImageFolder(root, { size: [3, 5] });
    expect(images.shape).toEqual([4, 3, 3, 5]);
    expect(new Set(images.data.subarray(45, 90))).toEqual(new Set([255]));
  });

  test("hidden files and other files are left out", async () => {
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, "notes.txt"), "");
    writeFileSync(join(root, "cats", ".hidden.png"), "");
    writeFileSync(join(root, "cats", "list.csv"), "");
    expect((await loadImageFolder(root)).images.shape[0]).toBe(3);
  });

  test("pictures in folders of a class belong to it", async () => {
    await picture("cats/more/0.png", 0x0000ffff);
    const { labels, images } = await loadImageFolder(root);
    expect([...labels.data]).toEqual([0, 0, 1, 1]);
    expect([...images.data.subarray(24, 48)]).toEqual([...new Array(16).fill(0), ...new Array(8).fill(255)]);
  });

  test("grey in one channel where all are grey, else in three", async () => {
    await picture("grey/cats/1.png", 0x808080ff);
    await picture("grey/dogs/1.gif", 0xffffffff);
    expect((await loadImageFolder(join(root, "grey"))).images.shape).toEqual([2, 1, 2, 4]);
    expect((await loadImageFolder(join(root, "grey"), { channels: 3 })).images.shape).toEqual([2, 3, 2, 4]);
    await picture("grey/dogs/2.bmp", 0xff0000ff);
    const { images } = await loadImageFolder(join(root, "grey"));
    expect(images.shape).toEqual([3, 3, 2, 4]);
    expect([0, 8, 16, 48, 56, 64].map((i) => images.data[i])).toEqual([128, 128, 128, 255, 0, 0]);
  });

  test("the last progress has all pictures", async () => {
    const seen: [number, number][] = [];
    await loadImageFolder(root, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([3, 3]);
  });

  test("pictures that cannot be read are named, all at once, or skipped and named", async () => {
    writeFileSync(join(root, "cats", "z.png"), "no picture");
    await expect(loadImageFolder(root)).rejects.toThrow(/cats\/z\.png: byte 0: neither a PNG nor a JPEG/);
    writeFileSync(join(root, "dogs", "y.jpg"), "");
    await expect(loadImageFolder(root)).rejects.toThrow(
      /^loadImageFolder: 2 of 5 pictures cannot be read.*\n.*z\.png: .*\n.*y\.jpg: /,
    );
    const { images, labels, skipped } = await loadImageFolder(root, { skipBroken: true });
    expect([images.shape[0], [...labels.data]]).toEqual([3, [0, 1, 1]]);
    expect(skipped.map(({ file }) => file)).toEqual([join(root, "cats", "z.png"), join(root, "dogs", "y.jpg")]);
    writeFileSync(join(root, "cats", "1.png"), "neither");
    await expect(loadImageFolder(root, { skipBroken: true })).rejects.toThrow(/no picture of class "cats" can be read/);
  });

  test("a survey has the sizes and the unreadable headers, and these are refused before anything is decoded", async () => {
    await picture("cats/large.jpg", 0xffffffff, [90, 600]);
    writeFileSync(join(root, "cats", "z.png"), "no picture");
    const vast = readFileSync(join(root, "dogs", "b.png"));
    vast.writeUInt32BE(100_000, 16);
    vast.writeUInt32BE(100_000, 20);
    writeFileSync(join(root, "dogs", "vast.png"), vast);
    const seen: number[][] = [];
    const survey = await surveyImageFolder(root, { onProgress: (...numbers) => seen.push(numbers) });
    expect(seen).toEqual([[6, 6]]);
    expect(survey.sizes).toEqual([[2, 4], [600, 90], null, [2, 4], [2, 4], null]);
    expect(survey.size).toEqual([2, 4]);
    const broken = [join(root, "cats", "z.png"), join(root, "dogs", "vast.png")];
    expect(survey.problems.map(({ file }) => file)).toEqual(broken);
    let decoded = 0;
    const onProgress = () => void decoded++;
    for (const folder of [root, survey])
      await expect(loadImageFolder(folder, { onProgress })).rejects.toThrow(
        /2 of 6 .*\n.*z\.png.*\n.*vast\.png.*50 mill/,
      );
    expect(decoded).toBe(0);
    const { files, skipped } = await loadImageFolder(survey, { skipBroken: true, onProgress });
    expect([files.length, decoded > 0]).toEqual([4, true]);
    expect(skipped.map(({ file }) => file)).toEqual(broken);
  });

  test("small PNGs are the same with both decoders: sharp decodes the first ones, jimp the others", async () => {
    const png = new PNG({ width: 9, height: 9 });
    for (let i = 0; i < png.data.length; i++) png.data[i] = (i * 2654435761) >>> 13;
    const files = Array.from({ length: 700 }, () => join(root, "many.png"));
    writeFileSync(files[0], PNG.sync.write(png));
    const { bytes } = await framePictures(files, { shape: [3, 9, 9], framing: "plain", threads: 0 });
    for (let n = 1; n < files.length; n++)
      expect(Buffer.compare(bytes.subarray(243 * n, 243 * (n + 1)), bytes.subarray(0, 243))).toBe(0);
  });

  test("maxSide bounds the default size", async () => {
    for (const name of ["cats/2.png", "cats/3.png", "dogs/d.png", "dogs/e.png"]) await picture(name, 0xff, [80, 40]);
    expect((await loadImageFolder(root, { maxSide: 20 })).images.shape).toEqual([7, 3, 10, 20]);
    const survey = await surveyImageFolder(root, { maxSide: 40 });
    expect(survey.size).toEqual([20, 40]);
    expect((await loadImageFolder(survey)).images.shape).toEqual([7, 3, 20, 40]);
    expect((await loadImageFolder(survey, { size: [3, 3] })).images.shape).toEqual([7, 3, 3, 3]);
  });

  test("batches of pictures for a net are those of the whole list, in order, with the problems between them", async () => {
    const files = ["dogs/b.png", "none.png", "cats/1.png", "dogs/a.PNG.png", "cats/1.png"].map((name) =>
      join(root, name),
    );
    const form = { shape: [3, 4, 4], framing: "plain", threads: 0 } as const;
    const whole = await framePictures(files, form);
    expect([whole.indices, whole.problems]).toEqual([
      [0, 2, 3, 4],
      [{ file: files[1], problem: "no such file", index: 1 }],
    ]);
    for (const batchSize of [1, 2, 3, 9]) {
      const found = { bytes: [] as number[], indices: [] as number[], problems: [] as unknown[] };
      for await (const { bytes, indices, problems } of frameBatches(files, { ...form, batchSize })) {
        expect(indices.length + problems.length).toBeLessThanOrEqual(batchSize);
        found.bytes.push(...bytes);
        found.indices.push(...indices);
        found.problems.push(...problems);
      }
      expect(found).toEqual({ bytes: [...whole.bytes], indices: whole.indices, problems: whole.problems });
    }
  });

  test.skipIf(process.platform === "win32")("a pipe with a picture's name is not waited for", async () => {
    execFileSync("mkfifo", [join(root, "cats", "pipe.png")]);
    await expect(loadImageFolder(root)).rejects.toThrow(/pipe\.png: is not an ordinary file/);
  });

  describe("with a cache", () => {
    const load = async (options = {}) => {
      const cache = join(root, ".cache");
      const data = await loadImageFolder(root, { cache, ...options });
      return { ...data, bytes: [...data.images.data] };
    };

    test("the second reading gives the same, and does not write the cache again", async () => {
      const first = await load();
      const { mtimeMs, ino } = statSync(join(root, ".cache"));
      const second = await load();
      expect(second.bytes).toEqual(first.bytes);
      expect([second.classes, [...second.labels.data], second.skipped]).toEqual([
        first.classes,
        [...first.labels.data],
        [],
      ]);
      expect(statSync(join(root, ".cache"))).toMatchObject({ mtimeMs, ino });
    });

    test("a changed option, file or time makes pictures be decoded again", async () => {
      await load();
      expect((await load({ size: [1, 1] })).images.shape).toEqual([3, 3, 1, 1]);
      await picture("dogs/c.png", 0x0000ffff);
      expect((await load()).images.shape[0]).toBe(4);
      await picture("dogs/c.png", 0x00ffffff);
      utimesSync(join(root, "dogs", "c.png"), 1, 1);
      expect((await load()).bytes.slice(-16)).toEqual(new Array(16).fill(255));
    });

    test("a damaged cache is written anew, a file that is no cache is not changed, and a path that cannot be written is reported at once", async () => {
      const { bytes } = await load();
      const whole = readFileSync(join(root, ".cache"));
      for (const damaged of [whole.subarray(0, -1), whole.subarray(0, 5), Buffer.from(whole).fill(99, 0, 8)]) {
        writeFileSync(join(root, ".cache"), damaged);
        expect((await load()).bytes).toEqual(bytes);
        expect(readFileSync(join(root, ".cache")).equals(whole)).toBe(true);
      }
      const letter = "Dear Sir or Madam, ".repeat(20);
      writeFileSync(join(root, ".cache"), letter);
      expect((await load()).bytes).toEqual(bytes);
      expect(readFileSync(join(root, ".cache"), "utf8")).toBe(letter);
      await expect(load({ cache: join(root, "nowhere", "cache") })).rejects.toThrow(/nowhere does not exist/);
      expect(readdirSync(root).sort()).toEqual([".cache", "cats", "dogs"]);
    });
  });
});

test("the size is the commonest one, or the median, and at most 256", () => {
  const many = (n: number, size: [number, number]) => new Array<[number, number]>(n).fill(size);
  expect(commonestSize([...many(3, [10, 20]), ...many(2, [30, 30])])).toEqual([10, 20]);
  expect(commonestSize([...many(2, [10, 20]), ...many(2, [5, 5])])).toEqual([5, 5]);
  expect(
    commonestSize([
      [10, 90],
      [20, 80],
      [30, 70],
    ]),
  ).toEqual([20, 80]);
  expect(commonestSize(many(4, [3000, 4000]))).toEqual([192, 256]);
});

test("a folder without classes or pictures is reported", async () => {
  await expect(loadImageFolder(root)).rejects.toThrow(/no folders in it/);
  await expect(loadImageFolder(join(root, "x"))).rejects.toThrow(/x: no such file/);
  mkdirSync(join(root, "empty"));
  await expect(loadImageFolder(root)).rejects.toThrow(/empty: no PNG or JPEG/);
  await picture("empty/1.png", 0xff);
  await expect(loadImageFolder(root)).rejects.toThrow(/only one class, "empty"/);
  await expect(loadImageFolder(root, { size: [0, 5] })).rejects.toThrow(/size is \[height, width\]/);
});

describe("threads", () => {
  test("decode in the built library, give the same pictures, and let the process end", async () => {
    for (let n = 0; n < 300; n++) await picture(`${n % 2 ? "odd" : "even"}/${n}.png`, (n * 0x01030700 + 0xff) >>> 0);
    writeFileSync(join(root, "odd", "broken.png"), "");
    const script = `
      import { createHash } from "node:crypto";
      import { loadImageFolder } from ${JSON.stringify(built)};
      const { images, skipped } = await loadImageFolder(${JSON.stringify(root)}, { threads: +process.argv[1], skipBroken: true });
      console.log(createHash("sha256").update(images.data).digest("hex"), images.shape.join(), skipped.length);`;
    const run = (threads: string) =>
      execFileSync(process.execPath, [...optimiseLater, "--input-type=module", "-e", script, threads], {
        encoding: "utf8",
      });
    expect(run("2")).toBe(run("0"));
    expect(run("2")).toMatch(/ 300,3,2,4 1$/m);
  });

  test("are not needed: where sources run and threads cannot start, the calling thread decodes", async () => {
    await picture("a/1.png", 0x102030ff);
    await picture("b/1.png", 0x102030ff);
    expect((await loadImageFolder(root, { threads: 2 })).images.shape).toEqual([2, 3, 2, 4]);
  });
});
