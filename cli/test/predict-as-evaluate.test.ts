// What predict says of a picture is what evaluate counts: the same probabilities to the last bit, for each kind of folder.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadMnist } from "chainrule/node";
import { PNG } from "pngjs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { loadIdx } from "../src/data.ts";
import { judge } from "../src/evaluate/evaluation.ts";
import { loadModel } from "../src/model-file.ts";
import { loadTestPictures } from "../src/pictures/test-pictures.ts";
import { Screen } from "../src/terminal/screen.ts";
import { writeBackbone } from "./backbone-file.ts";
import { chainrule, events } from "./command.ts";

const cwd = temporaryFolder();
const classes = ["a", "b", "c"];

type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

/** 23 pictures of each class, a stripe whose place tells the class, in a size of their own. */
async function write(
  folder: string,
  {
    pixel,
    size,
    extension = "png",
    encode = toPng,
  }: {
    readonly pixel: (onStripe: boolean, n: number) => Pixel;
    readonly size: (n: number) => readonly [width: number, height: number];
    readonly extension?: string;
    readonly encode?: (data: Buffer, width: number, height: number, n: number) => Promise<Buffer>;
  },
): Promise<void> {
  for (const [label, name] of classes.entries()) {
    mkdirSync(join(cwd, folder, name), { recursive: true });
    for (let n = 0; n < 23; n++) {
      const [width, height] = size(n);
      const data = Buffer.alloc(4 * width * height);
      for (let y = 0; y < height; y++) {
        const colour = Uint8Array.of(...pixel(Math.floor((y * 6) / height) === 2 * label + (n % 2), n));
        data.fill(colour, 4 * y * width, 4 * (y + 1) * width);
      }
      writeFileSync(join(cwd, folder, name, `${n}.${extension}`), await encode(data, width, height, n));
    }
  }
}

async function toPng(data: Buffer, width: number, height: number): Promise<Buffer> {
  return PNG.sync.write(Object.assign(new PNG({ width, height }), { data }));
}

const toJpeg = (data: Buffer, width: number, height: number, n: number): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .withMetadata({ orientation: 1 + (n % 8) })
    .jpeg({ quality: 80 })
    .toBuffer();

const kinds = {
  opaque: () =>
    write("opaque", { pixel: (on, n) => (on ? [9 * n, 200, 30, 255] : [90, 20, 10 * n, 255]), size: () => [24, 24] }),
  // White ink, which a light ground would hide, and dark ink; half transparent at some places.
  transparent: () =>
    write("transparent", {
      pixel: (on, n) => (on ? [n % 2 ? 255 : 20, n % 2 ? 250 : 9 * n, n % 2 ? 255 : 0, 255 - 5 * n] : [n, 0, 0, 0]),
      size: (n) => [20 + (n % 3), 24],
    }),
  grey: () =>
    write("grey", { pixel: (on, n) => (on ? [8 * n, 8 * n, 8 * n, 255] : [220, 220, 220, 255]), size: () => [17, 21] }),
  photographs: () =>
    write("photographs", {
      pixel: (on, n) => (on ? [220, 9 * n, 40, 255] : [30, 60, 90 + 6 * n, 255]),
      size: (n) => [170 + 23 * (n % 5), 150 + 31 * (n % 4)],
      extension: "jpg",
      encode: toJpeg,
    }),
} satisfies Record<string, () => Promise<void>>;

/** Some of MNIST's pictures as IDX files, and those of the test part in a folder as well, in whose files' order they are. */
async function writeDigits(): Promise<{ readonly idx: string; readonly files: readonly string[] }> {
  const { train, test } = await loadMnist();
  const part = (from: typeof train, count: number) => ({
    images: from.images.data.subarray(0, count * 784),
    labels: from.labels.data.subarray(0, count),
  });
  const parts = { train: part(train, 300), test: part(test, 150) };
  const files: string[] = [];
  for (let n = 0; n < 150; n++) {
    const folder = join(cwd, "digits", String(parts.test.labels[n]));
    mkdirSync(folder, { recursive: true });
    const png = new PNG({ width: 28, height: 28 });
    for (let i = 0; i < 784; i++) {
      const level = parts.test.images[784 * n + i];
      png.data.set([level, level, level, 255], 4 * i);
    }
    files.push(join(folder, `${n}.png`));
    writeFileSync(files[n], PNG.sync.write(png));
  }
  return { idx: writeIdxFolder(temporaryFolder(), parts), files };
}

const stepwise = ["--epochs", "1", "--validation", "0", "--no-augment"];

async function train(data: string, out: string, how: readonly string[] = stepwise): Promise<void> {
  const args = ["train", data, ...how, "--out", out];
  const { code, stderr } = await chainrule(args, { cwd });
  expect(code, stderr).toBe(0);
}

/** The probabilities that predict gives for each file. */
async function predicted(model: string, files: readonly string[]): Promise<unknown[]> {
  const told = events(await chainrule(["predict", model, ...files, "--json"], { cwd }));
  expect(told.map(({ event, image }) => (event === "prediction" ? image : event))).toEqual([...files, "done"]);
  return told.slice(0, -1).map(({ probabilities }) => Object.values(probabilities as object));
}

/** The probabilities of evaluate for the test pictures of a folder, and their files. */
async function evaluated(model: string, directory: string): Promise<{ files: readonly string[]; scores: unknown }> {
  const loaded = await loadModel(join(cwd, model));
  const screen = new Screen(true);
  screen.say = () => {};
  const { data, files } = await loadTestPictures(
    { kind: "pictures", name: directory, directory: join(cwd, directory) },
    { ...loaded.description, record: null },
    { screen, skipBroken: false, cache: false, check: () => {} },
  );
  const evaluation = await judge(loaded, data, new AbortController().signal);
  return { files: files ?? [], scores: evaluation?.scores.toArray() };
}

describe("the probabilities are equal, picture by picture", () => {
  test.each(Object.entries(kinds))("%s", async (folder, make) => {
    await make();
    await train(folder, `${folder}.safetensors`);
    const { files, scores } = await evaluated(`${folder}.safetensors`, folder);
    expect(files).toHaveLength(69);
    expect(await predicted(`${folder}.safetensors`, files)).toEqual(scores);
  });

  test("photographs, with a model that begins with a pretrained net", async () => {
    await kinds.photographs();
    writeBackbone(join(cwd, "net.safetensors"));
    await train("photographs", "features.safetensors", ["--from", "net.safetensors"]);
    const { files, scores } = await evaluated("features.safetensors", "photographs");
    expect(files).toHaveLength(69);
    expect(await predicted("features.safetensors", files)).toEqual(scores);
  });

  test("digits, with a model that was trained on IDX files, and with one that was trained on the folder", async () => {
    const { idx, files } = await writeDigits();
    await train(idx, "idx.safetensors");
    const loaded = await loadModel(join(cwd, "idx.safetensors"));
    const { test: data } = await loadIdx({ kind: "idx", name: "digits", directory: idx });
    const evaluation = await judge(loaded, data, new AbortController().signal);
    expect(await predicted("idx.safetensors", files)).toEqual(evaluation?.scores.toArray());
    await train("digits", "digits.safetensors");
    expect((await loadModel(join(cwd, "digits.safetensors"))).description.framing).toBe("digit");
    for (const model of ["idx.safetensors", "digits.safetensors"]) {
      const { files, scores } = await evaluated(model, "digits");
      expect(files).toHaveLength(150);
      expect(await predicted(model, files)).toEqual(scores);
    }
  });
});
