// Digits that were drawn, not scanned: strokes in a 200 × 200 picture, as from a paint program, and in the other forms that users have.
// The net was trained on a part of MNIST.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noGrad, tensor } from "chainrule";
import { batches, frame } from "chainrule/data";
import { readModel } from "chainrule/model";
import { loadMnist } from "chainrule/node";
import { Jimp } from "jimp";
import { beforeAll, describe, expect, test } from "vitest";
import { draw, frameAt, type Look, ruled } from "../../test/data/drawn-digits.ts";
import { temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { chainrule, events } from "./command.ts";

const cwd = temporaryFolder();

interface FileLook extends Look {
  readonly type?: "image/png" | "image/jpeg";
}

async function write(digit: number, { type = "image/png", ...look }: FileLook): Promise<string> {
  const { width, height, data } = draw(digit, look);
  const picture = new Jimp({ width, height });
  picture.bitmap.data.set(data);
  const file = join(
    cwd,
    `${digit}-${JSON.stringify(look).replace(/\W+/g, "-")}.${type === "image/png" ? "png" : "jpg"}`,
  );
  writeFileSync(file, await picture.getBuffer(type));
  return file;
}

beforeAll(async () => {
  const { train, test } = await loadMnist();
  const part = (from: typeof train, count: number) => ({
    images: from.images.data.subarray(0, count * 784),
    labels: from.labels.data.subarray(0, count),
  });
  const data = writeIdxFolder(temporaryFolder(), { train: part(train, 20_000), test: part(test, 1000) });
  const trained = await chainrule(["train", data, "--epochs", "1", "--json", "--out", "m.safetensors"], { cwd });
  expect(events(trained).pop()?.testAccuracy).toBeGreaterThan(0.92);
}, 120_000);

const gradient = (x: number, y: number) => 1 - 0.65 * (0.6 * x + 0.4 * y);

const looks: [string, FileLook][] = [
  ["black on white, 200×200, as from a paint program", {}],
  ["a thin pencil", { thick: 2 }],
  ["a felt pen", { thick: 26 }],
  ["white on black", { ink: 0xffffff, paper: 0 }],
  ["a JPEG in colour", { ink: 0x2040a0, paper: 0xf0e0c0, type: "image/jpeg" }],
  ["pale on grey", { ink: 0xa0a0a0, paper: 0x707070 }],
  ["black on transparent ground", { alpha: true }],
  ["white on transparent ground", { alpha: true, ink: 0xffffff }],
  ["small, in a corner of a large picture", { size: 600, field: [140, 3.3, 50] }],
  ["18×18 pixels", { size: 18 }],
  [
    "a photograph in uneven light, a JPEG",
    { ink: 0x202428, paper: 0xf4f0e8, light: gradient, noise: 5, type: "image/jpeg" },
  ],
];

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("chainrule predict recognises all ten digits", () => {
  const answers = new Map<string, unknown>();
  const files = new Map<string, readonly string[]>();
  beforeAll(async () => {
    for (const [name, look] of looks) files.set(name, await Promise.all(digits.map((digit) => write(digit, look))));
    const all = [...files.values()].flat();
    for (const told of events(await chainrule(["predict", "m.safetensors", ...all, "--json"], { cwd })))
      if (told.event === "prediction") answers.set(String(told.image), told.class);
  }, 60_000);

  test.each(looks)("%s", (name) => {
    expect(files.get(name)?.map((file) => answers.get(file))).toEqual([..."0123456789"]);
  });
});

const thin = frameAt(6, 2);
const vignette = (x: number, y: number) => 1 - 1.4 * Math.min(0.5, (x - 0.5) ** 2 + (y - 0.5) ** 2);
const step = (distance: number) => 1 / (1 + Math.exp(-25 * distance));
const paper = { ink: 0x202428, paper: 0xf4f0e8, thick: 12, noise: 5 };

/** Frames, lines on the paper, uneven light. */
const hard: [string, Look][] = [
  ["a thin frame near the edge", { around: [thin] }],
  ["a frame at the edge itself", { around: [frameAt(0.5, 1)] }],
  ["a frame farther inside, turned", { around: [frameAt(16, 3, { turned: 4 })] }],
  ["a frame that the edge cuts", { around: [frameAt(2, 3, { turned: 4 })] }],
  ["a frame that is not closed", { around: [{ lines: thin.lines.slice(0, 3), thick: 2 }] }],
  ["two frames around pencil", { around: [frameAt(3, 2), frameAt(9, 2)], thick: 2 }],
  ["a box around a small digit", { around: [frameAt(30, 2)], field: [40, 40, 120], thick: 14 }],
  ["a black frame around grey pencil", { around: [frameAt(5, 2, { ink: 0 })], thick: 5, ink: 0x909090 }],
  ["a white frame on black", { around: [frameAt(5, 3)], ink: 0xffffff, paper: 0 }],
  ["the dark border of a scan", { around: [frameAt(0, 36)] }],
  ["ruled paper", { around: [ruled("lines", 25, 1.5, 0x303030)] }],
  ["squared paper", { around: [ruled("squares", 14, 1, 0xb0c0e0)], thick: 4, ink: 0x303030 }],
  ["no frame, in the whole picture to its edge", { field: [-50, -45, 290] }],
  ["light from one side", { ...paper, light: gradient }],
  ["light from one side, in pencil", { ...paper, thick: 4, ink: 0x505050, light: gradient }],
  ["a vignette", { ...paper, light: vignette }],
  ["two shadows", { ...paper, light: (x, y) => (0.5 + 0.5 * step(x - 0.35)) * (0.5 + 0.5 * step(0.7 - y)) }],
  ["a shadow with a sharp edge", { ...paper, light: (x, y) => (x + y > 1.1 ? 0.5 : 1) }],
  ["a dark corner", { ...paper, light: (x, y) => Math.max(0.12, Math.min(1, 1.3 * Math.hypot(1 - x, 1 - y) + 0.1)) }],
  ["chalk on a board under a lamp", { ink: 0xf0f0f0, paper: 0x305040, noise: 4, light: vignette }],
  ["a frame and light from one side", { ...paper, around: [frameAt(5, 3)], light: gradient }],
];

describe("a net recognises 19 digits of 20, in two hands, with", () => {
  test.each(hard)("%s", (_, look) => {
    const { net, description } = readModel(readFileSync(join(cwd, "m.safetensors")));
    net.eval();
    const { input, framing, normalisation, classes } = description;
    const bytes = new Uint8Array(20 * 784);
    for (let n = 0; n < 20; n++) {
      const framed = frame(draw(n % 10, look, n < 10 ? 0 : 1), { shape: input, framing });
      expect(framed).not.toBeNull();
      bytes.set(framed ?? [], 784 * n);
    }
    const labels = tensor(Int32Array.from({ length: 20 }, (__, n) => n % 10));
    const drawn = { images: tensor(bytes, { shape: [20, 1, 28, 28] }), labels, classes };
    const [batch] = batches(drawn, { batchSize: 20, shuffle: false, ...normalisation });
    const answers = noGrad(() => net.forward(batch.images).argmax(1)).data;
    const right = answers.filter((answer, n) => Number(answer) === n % 10).length;
    expect(right, `it said ${answers.join(" ")}`).toBeGreaterThanOrEqual(19);
  });
});

test("prints the class, and the probability of each class", async () => {
  const { stdout, code } = await chainrule(["predict", "m.safetensors", await write(7, {})], { cwd });
  expect(code).toBe(0);
  const [first, ...rest] = stdout.trimEnd().split("\n");
  expect(first).toMatch(/7-.*\.png: 7 \(\d+\.\d\d %\)$/);
  expect(rest).toHaveLength(10);
  const shown = rest.map((line) => Number(/(\d+\.\d\d) %/.exec(line)?.[1]));
  expect(shown.reduce((sum, x) => sum + x, 0)).toBeCloseTo(100, 0);
  expect([...shown].sort((a, b) => b - a)).toEqual(shown);
});

test("--json: a prediction a picture, with all probabilities, and done at the end", async () => {
  const file = await write(3, {});
  const told = events(await chainrule(["predict", "m.safetensors", file, "--json"], { cwd }));
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({ event: "prediction", image: file, class: "3" });
  const top = told[0].top as { class: string; probability: number }[];
  expect(top).toHaveLength(5);
  expect(top[0]).toEqual({ class: "3", probability: told[0].probability });
  const probabilities = Object.entries(told[0].probabilities as Record<string, number>);
  expect(probabilities.map(([name]) => name)).toEqual([..."0123456789"]);
  expect(probabilities.reduce((sum, [, p]) => sum + p, 0)).toBeCloseTo(1, 5);
  expect(told[1]).toEqual({ event: "done", images: 1, seconds: expect.any(Number), model: "m.safetensors" });
});

test("many pictures: answers and problems in the order of the words, --top classes each", async () => {
  const files = await Promise.all([1, 2, 3].map((digit) => write(digit, {})));
  const words = [files[0], "none.png", files[1], "nowhere/", files[2]];
  const told = events(await chainrule(["predict", "m.safetensors", ...words, "--json", "--top", "2"], { cwd }));
  expect(told.map(({ event, image }) => [event, image])).toEqual(
    words.map((word) => [word.startsWith("no") ? "error" : "prediction", word]),
  );
  const { stdout, stderr, code } = await chainrule(["predict", "m.safetensors", ...words, "--top", "2"], { cwd });
  expect(code).toBe(2);
  expect(stdout.trimEnd().split("\n")).toHaveLength(9);
  expect(stderr).toMatch(/none\.png: no such file\n.*nowhere\/: no such file/);
});
