// predict --why: the heat lies on what the net looked at, in the picture's own proportions, and nothing but earlier drawings is replaced. The
// net of these tests answers "bright" for what is bright, and its heat is the brightness of each place.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tensor } from "chainrule";
import { build, type Description, readModel, writeModel } from "chainrule/model";
import { findPictures, framePictures } from "chainrule/node";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { Screen } from "../src/terminal/screen.ts";
import { overlaid } from "../src/why/heat.ts";
import { lookFor } from "../src/why/looking.ts";
import { panelsOf } from "../src/why/panels.ts";
import { isDrawing, pngOf } from "../src/why/png.ts";
import { Why } from "../src/why/why.ts";
import { chainrule, events } from "./command.ts";

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
const side = 16;
const description: Description = {
  architecture: [["Conv2d", 3, 1, 1], ["Flatten"], ["Linear", side * side, 2]],
  ...{ input: [3, side, side], classes: ["bright", "dark"], framing: "plain", seed: 1 },
  normalisation: { mean: [0, 0, 0], std: [1, 1, 1] },
};

/** A dark picture with a white square of a fifth of the longer side, whose corner is here. */
function picture(path: string, { width, height, x, y }: Record<"width" | "height" | "x" | "y", number>): string {
  const png = new PNG({ width, height });
  const size = Math.max(width, height) / 5;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const level = column >= x && column < x + size && row >= y && row < y + size ? 255 : 5;
      png.data.set([level, level, level, 255], 4 * (row * width + column));
    }
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), PNG.sync.write(png));
  return path;
}

const filled = (length: number, value: number) => new Float32Array(length).fill(value);

beforeAll(() => {
  const weight = Float32Array.from({ length: 2 * side * side }, (_, i) => (i < side * side ? 1 : -1) / side);
  const tensors = {
    "0.weight": tensor(filled(3, 1 / 3), { shape: [1, 3, 1, 1] }),
    "0.bias": tensor(filled(1, 0)),
    "2.weight": tensor(weight, { shape: [2, side * side] }),
    "2.bias": tensor(filled(2, 0)),
  };
  writeFileSync(at("m.safetensors"), writeModel(description, new Map(Object.entries(tensors))));
  const flat: Description = { ...description, architecture: [["Flatten"], ["Linear", 3 * side * side, 2]] };
  const dense = { "1.weight": tensor(filled(6 * side * side, 0), { shape: [2, 3 * side * side] }) };
  const all = new Map(Object.entries({ ...dense, "1.bias": tensor(filled(2, 0)) }));
  writeFileSync(at("flat.safetensors"), writeModel(flat, all));
  picture("set/wide.png", { width: 100, height: 40, x: 75, y: 10 });
  picture("set/high.png", { width: 30, height: 90, x: 6, y: 66 });
});

const model = (file = "m.safetensors") => readModel(readFileSync(at(file)));

test.each([
  ["wide.png", { width: 100, height: 40, x: 75, y: 10 }],
  ["high.png", { width: 30, height: 90, x: 6, y: 66 }],
])(
  "the heat of %s lies on its square, although the net sees it with margins",
  async (name, { width, height, x, y }) => {
    const { bytes } = await framePictures([at("set", name)], { shape: [3, side, side], framing: "plain" });
    const [map, cold] = await (await lookFor("m", model(), 2))(bytes, [0, 1]);
    expect([map.height, map.width, Math.max(...Array.from(cold.data))]).toEqual([side, side, 0]);
    const [shown, hot] = await panelsOf({ image: at("set", name), bytes }, [map], description);
    // Small pictures are shown larger, in their own proportions.
    expect([Math.max(shown.width, shown.height), (shown.width / shown.height).toFixed(1)]).toEqual([
      224,
      (width / height).toFixed(1),
    ]);
    const scale = shown.width / width;
    const size = Math.max(width, height) / 5;
    // The hottest places are yellow; where there is no heat the picture is darkened. A cell of the map blurs the square's edge.
    const blur = (1.5 * Math.max(width, height)) / side;
    const [inside, outside]: number[][] = [[], []];
    for (let row = 0; row < hot.height; row++)
      for (let column = 0; column < hot.width; column++) {
        const [left, top] = [column / scale - x, row / scale - y];
        const red = hot.data[row * hot.width + column];
        if (Math.min(left, top, size - left, size - top) > blur / 2) inside.push(red);
        else if (Math.max(-left, -top, left - size, top - size) > blur) outside.push(red);
      }
    expect([inside.length > 100, Math.min(...inside) > 220]).toEqual([true, true]);
    expect([outside.length > 100, Math.max(...outside) < 40]).toEqual([true, true]);
  },
);

test("the map is that before the last pooling, which is finer than that behind it", async () => {
  const architecture = [["Conv2d", 3, 2, 3], ["ReLU"], ["MaxPool2d", 2], ["Flatten"], ["Linear", 2 * 64, 2]] as const;
  const net = build(architecture);
  const look = await lookFor("m", { net, description: { ...description, architecture } }, 1);
  const [{ width, height }] = await look(new Uint8Array(3 * side * side).fill(90), [1]);
  expect([width, height]).toEqual([side, side]);
});

test("between the cells of a map the heat changes evenly, and stays beyond the outermost", () => {
  const picture = { width: 8, height: 1, data: new Uint8Array(24) };
  const whole = { frame: { width: 8, height: 1 }, place: { left: 0, top: 0, width: 8, height: 1 } };
  const { data } = overlaid(picture, { width: 2, height: 1, data: [0, 1] }, whole);
  const greens = [...data.subarray(8, 16)];
  expect(greens.slice(0, 2)).toEqual([0, 0]);
  expect(greens[6]).toBe(greens[7]);
  for (let i = 2; i < 6; i++) expect(greens[i]).toBeGreaterThan(greens[i - 1]);
  // The picture is the right half of the frame, so all of it is hot.
  const half = { frame: { width: 16, height: 1 }, place: { left: 8, top: 0, width: 8, height: 1 } };
  const hot = overlaid(picture, { width: 4, height: 1, data: [0, 0, 1, 1] }, half).data.subarray(8, 16);
  expect(Math.min(...hot.subarray(2))).toBe(greens[7]);
});

test("a drawing is a PNG with its panels side by side, and is known again", () => {
  const panel = (level: number) => ({ width: 3, height: 2, data: new Uint8Array(18).fill(level) });
  const bytes = Buffer.from(pngOf([panel(10), panel(200)]));
  const { width, height, data } = PNG.sync.read(bytes);
  expect([width, height]).toEqual([14, 2]);
  expect([...data.subarray(0, 4), ...data.subarray(4 * 13, 4 * 14)]).toEqual([10, 10, 10, 255, 200, 200, 200, 255]);
  expect(isDrawing(bytes)).toBe(true);
  expect(isDrawing(readFileSync(at("set/wide.png")))).toBe(false);
  expect(isDrawing(new Uint8Array())).toBe(false);
});

describe("chainrule predict --why", () => {
  const run = (...args: string[]) => chainrule(["predict", "m.safetensors", ...args], { cwd });

  test("draws beside each picture, replaces its own drawings, and no other file", async () => {
    mkdirSync(at("beside"));
    for (const name of ["wide", "high"])
      writeFileSync(at("beside", `${name}.png`), readFileSync(at("set", `${name}.png`)));
    writeFileSync(at("beside", "wide.why.png"), "somebody's own");
    writeFileSync(at("beside", "torn.png"), "no picture");
    const first = await run("beside", "--why", "--top", "2", "--json");
    expect([first.code, first.stderr]).toEqual([2, expect.stringMatching(/torn\.png: /)]);
    const drawn = events(first).filter(({ event }) => event === "why");
    expect(drawn).toEqual([
      expect.objectContaining({ image: "beside/high.png", file: "beside/high.why.png" }),
      expect.objectContaining({ image: "beside/wide.png", file: "beside/wide-2.why.png" }),
    ]);
    expect(drawn[0].classes).toEqual([
      { class: expect.any(String), probability: expect.any(Number) },
      { class: expect.any(String), probability: expect.any(Number) },
    ]);
    // 224 high, so 75 wide: the picture, a panel for each class, and gaps of 8.
    const { width, height } = PNG.sync.read(readFileSync(at("beside", "high.why.png")));
    expect([width, height]).toEqual([3 * 75 + 16, 224]);
    expect(readFileSync(at("beside", "wide.why.png"), "utf8")).toBe("somebody's own");
    // Drawings are no pictures of the folder, so a second run draws the same.
    const night = new PNG({ width: 20, height: 20 });
    night.data.fill(Buffer.from([0, 0, 0, 255]));
    writeFileSync(at("beside", "night.png"), PNG.sync.write(night));
    const second = await run("beside", "--why");
    expect(second.stdout).toMatch(
      /3 drawings of where the net looked are beside the pictures.*; 2 replaced earlier ones; 1 without heat/,
    );
    expect(readdirSync(at("beside")).sort()).toEqual([
      "high.png",
      "high.why.png",
      "night.png",
      "night.why.png",
      "torn.png",
      "wide-2.why.png",
      "wide.png",
      "wide.why.png",
    ]);
    expect((await findPictures(at("beside"))).pictures).toHaveLength(4);
  });

  test("into a folder, which is made; pictures of one name get numbers, and names that lead out of it stay in it", async () => {
    picture("other/wide.png", { width: 50, height: 50, x: 0, y: 0 });
    const { code, stdout } = await run("set/wide.png", "other/wide.png", "--why=a/b", "--top", "2");
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(
      /where it looked: a\/b\/wide\.why\.png shows the picture, then bright \(\S+ %\), dark \(\S+ %, which no place speaks for\)/,
    );
    expect(readdirSync(at("a/b")).sort()).toEqual(["wide-2.why.png", "wide.why.png"]);
    expect(stdout).toContain("2 drawings of where the net looked are in a/b");
  });
});

test("a picture that is drawn again replaces its drawing, and a drawing that is asked about is left", async () => {
  const images = [picture("again/a.png", { width: 30, height: 30, x: 3, y: 3 }), "again/a.why.png"].map((path) =>
    at(path),
  );
  const open = async (asked: readonly string[]) => {
    const screen = new Screen(true);
    screen.event = () => {};
    return Why.open({ into: true, top: 1, file: "m", images: asked, model: model(), screen });
  };
  const { bytes } = await framePictures([images[0]], { shape: [3, side, side], framing: "plain" });
  const found = { image: images[0], inFolder: true, bytes, probabilities: Float32Array.of(1, 0), order: [0, 1] };
  const why = await open([images[0]]);
  expect(why.endEarly()).toBe("so far no drawing of where the net looked was written");
  for (const _ of [1, 2]) expect(await why.take(found)).toBe(null);
  expect(readdirSync(at("again"))).toEqual(["a.png", "a.why.png"]);
  await (await open(images)).take(found);
  expect(readdirSync(at("again")).sort()).toEqual(["a-2.why.png", "a.png", "a.why.png"]);
});

describe("refused before any picture is read", () => {
  const open = (into: string | true, { file = "m.safetensors", top = 1 } = {}) =>
    Why.open({ into, top, file, images: [], model: model(file), screen: new Screen(true) });

  test("a net that does not tell places apart", async () => {
    await expect(open(true, { file: "flat.safetensors" })).rejects.toThrow(
      /^--why: the net of flat\.safetensors \(Flatten, Linear\) has no layer that tells the places .* --model conv-bn$/,
    );
  });

  test("a file in place of the folder, as where --why stands before a picture", async () => {
    const file = at("set/wide.png");
    await expect(open(file)).rejects.toThrow(/is a file, and --why takes a folder; .* write --why behind them/);
    await expect(open(join(file, "x"))).rejects.toThrow(/wide\.png: is not a folder; give another folder/);
    expect(existsSync(join(file, "x"))).toBe(false);
  });

  test("more panels than anybody looks at", async () => {
    const many = { ...description, classes: Array.from({ length: 20 }, (_, n) => `${n}`) };
    const wanted = { into: true, top: 15, file: "m", images: [], screen: new Screen(true) } as const;
    await expect(Why.open({ ...wanted, model: { ...model(), description: many } })).rejects.toThrow(
      "--top 15: --why draws a panel for each class, 12 at most; give --top 12",
    );
  });
});
