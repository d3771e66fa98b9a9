// Digits that were drawn, not scanned: strokes in a 200 × 200 picture, as from a paint program, and in the other forms that users have.
// The net was trained on a part of MNIST.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadMnist } from "chainrule/node";
import { Jimp } from "jimp";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { chainrule, events } from "./command.ts";

const cwd = temporaryFolder();
type Point = readonly [x: number, y: number];

/** Lines through points, in a field of 200 × 200. */
const strokes: readonly (readonly (readonly Point[])[])[] = [
  [
    [
      [100, 40],
      [70, 50],
      [55, 100],
      [70, 150],
      [100, 160],
      [130, 150],
      [145, 100],
      [130, 50],
      [100, 40],
    ],
  ],
  [
    [
      [80, 60],
      [105, 40],
      [105, 160],
    ],
  ],
  [
    [
      [60, 70],
      [75, 45],
      [110, 38],
      [138, 60],
      [130, 90],
      [60, 160],
      [145, 160],
    ],
  ],
  [
    [
      [60, 50],
      [100, 38],
      [135, 60],
      [125, 90],
      [95, 98],
      [130, 108],
      [142, 135],
      [115, 160],
      [60, 155],
    ],
  ],
  [
    [
      [75, 40],
      [60, 105],
      [140, 105],
    ],
    [
      [125, 50],
      [120, 165],
    ],
  ],
  [
    [
      [140, 40],
      [75, 40],
      [68, 95],
      [105, 88],
      [138, 108],
      [135, 145],
      [100, 162],
      [60, 150],
    ],
  ],
  [
    [
      [125, 38],
      [85, 75],
      [65, 125],
      [85, 160],
      [125, 155],
      [138, 125],
      [110, 105],
      [72, 125],
    ],
  ],
  [
    [
      [55, 45],
      [145, 45],
      [95, 165],
    ],
  ],
  [
    [
      [130, 55],
      [100, 38],
      [70, 55],
      [80, 85],
      [120, 108],
      [135, 135],
      [105, 162],
      [68, 140],
      [80, 110],
      [122, 82],
      [130, 55],
    ],
  ],
  [
    [
      [135, 70],
      [110, 40],
      [75, 50],
      [68, 85],
      [95, 102],
      [132, 80],
      [138, 60],
      [125, 165],
    ],
  ],
];

interface Look {
  readonly thick?: number;
  readonly ink?: number;
  readonly paper?: number;
  readonly alpha?: boolean;
  readonly size?: number;
  /** The place of the field's corner and the field's side, in pixels. */
  readonly field?: readonly [left: number, top: number, side: number];
  readonly type?: "image/png" | "image/jpeg";
}

async function draw(digit: number, look: Look): Promise<string> {
  const { thick = 16, ink = 0x000000, paper = 0xffffff, alpha = false, size = 200, type = "image/png" } = look;
  const [left, top, side] = look.field ?? [0, 0, size];
  const picture = new Jimp({ width: size, height: size, color: ((paper << 8) | (alpha ? 0 : 255)) >>> 0 });
  const lines = strokes[digit].flatMap((stroke) => stroke.slice(1).map((end, i) => [stroke[i], end] as const));
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++) {
      const point: Point = [((x - left) * 200) / side, ((y - top) * 200) / side];
      const nearest = Math.min(...lines.map((line) => distance(point, line)));
      // A pixel is half covered where the stroke's edge runs through its middle.
      const cover = Math.min(Math.max(((thick / 2 - nearest) * side) / 200 + 0.5, 0), 1);
      const mixed = [16, 8, 0].map((shift) => {
        const [from, to] = [paper, ink].map((colour) => (colour >> shift) & 255);
        return alpha ? to : Math.round(from + (to - from) * cover);
      });
      picture.bitmap.data.set([...mixed, alpha ? Math.round(255 * cover) : 255], 4 * (y * size + x));
    }
  const file = join(
    cwd,
    `${digit}-${JSON.stringify(look).replace(/\W+/g, "-")}.${type === "image/png" ? "png" : "jpg"}`,
  );
  writeFileSync(file, await picture.getBuffer(type));
  return file;
}

function distance([x, y]: Point, [[ax, ay], [bx, by]]: readonly [Point, Point]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0), 1);
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
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

const looks: [string, Look][] = [
  ["black on white, 200×200, as from a paint program", {}],
  ["a thin pencil", { thick: 2 }],
  ["a felt pen", { thick: 26 }],
  ["white on black", { ink: 0xffffff, paper: 0 }],
  ["a JPEG in colour", { ink: 0x2040a0, paper: 0xf0e0c0, type: "image/jpeg" }],
  ["pale on grey", { ink: 0xa0a0a0, paper: 0x707070 }],
  ["black on transparent ground", { alpha: true }],
  ["white on transparent ground", { alpha: true, ink: 0xffffff }],
  ["small, in a corner of a large picture", { size: 600, field: [420, 10, 150] }],
  ["18×18 pixels", { size: 18 }],
];

describe("chainrule predict recognises all ten digits", () => {
  test.each(looks)("%s", async (_, look) => {
    const files = await Promise.all(strokes.map((__, digit) => draw(digit, look)));
    const told = events(await chainrule(["predict", "m.safetensors", ...files, "--json"], { cwd }));
    expect(told.filter(({ event }) => event === "prediction").map((prediction) => prediction.class)).toEqual([
      ..."0123456789",
    ]);
  });
});

test("prints the class, and the probability of each class", async () => {
  const { stdout, code } = await chainrule(["predict", "m.safetensors", await draw(7, {})], { cwd });
  expect(code).toBe(0);
  const [first, ...rest] = stdout.trimEnd().split("\n");
  expect(first).toMatch(/7-.*\.png: 7 \(\d+\.\d\d %\)$/);
  expect(rest).toHaveLength(10);
  const shown = rest.map((line) => Number(/(\d+\.\d\d) %/.exec(line)?.[1]));
  expect(shown.reduce((sum, x) => sum + x, 0)).toBeCloseTo(100, 0);
  expect([...shown].sort((a, b) => b - a)).toEqual(shown);
});

test("--json: a prediction a picture, with all probabilities, and done at the end", async () => {
  const file = await draw(3, {});
  const told = events(await chainrule(["predict", "m.safetensors", file, "--json"], { cwd }));
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({ event: "prediction", image: file, class: "3" });
  const probabilities = Object.entries(told[0].probabilities as Record<string, number>);
  expect(probabilities.map(([name]) => name)).toEqual([..."0123456789"]);
  expect(probabilities.reduce((sum, [, p]) => sum + p, 0)).toBeCloseTo(1, 5);
  expect(told[1]).toEqual({ event: "done", images: 1, seconds: expect.any(Number), model: "m.safetensors" });
});
