// frame is the one way from a picture to a net's input, for training, evaluation and prediction: the bytes follow from the picture, the
// shape and the framing alone. These tests say what it makes of each kind of picture.
import { tensor } from "chainrule";
import { detailFor, type Framing, frame, framingOf, type Picture, placeInFrame } from "chainrule/data";
import { loadMnist } from "chainrule/node";
import { describe, expect, it } from "vitest";
import { framedPlainly } from "./plain-framing.ts";

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

function picture(width: number, height: number, colour: (x: number, y: number) => Colour): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) data.set(colour(i % width, Math.floor(i / width)), 4 * i);
  return { width, height, data };
}

/** Numbers from 0 to 255 that look random; the same in each run. */
const noise = (n: number) => Math.imul(n + 1, 2654435761) >>> 24;
const clear: Colour = [0, 0, 0, 0];
const white: Colour = [255, 255, 255, 255];

const noisy = (width: number, height: number) =>
  picture(width, height, (x, y) => [noise(3 * (y * width + x)), noise(x * x + y), noise(7 * y + x), 255]);

/** A shape of a colour on a transparent ground: a disc of radius 30 in 100 × 100, with what `inside` gives for the distance from its middle. */
const disc = (inside: (r: number, x: number, y: number) => Colour, size = 100) =>
  picture(size, size, (x, y) => {
    const r = (Math.hypot(x + 0.5 - size / 2, y + 0.5 - size / 2) * 100) / size;
    if (r >= 31) return clear;
    const [red, green, blue, alpha] = inside(r, x, y);
    return [red, green, blue, r < 30 ? alpha : Math.round(alpha * (31 - r))];
  });

const shapes: readonly (readonly [number, number, number])[] = [
  [3, 64, 64],
  [1, 64, 64],
  [3, 28, 28],
  [1, 28, 28],
  [3, 20, 32],
];

describe("pictures", () => {
  const kinds: [string, Picture][] = [
    ["opaque in colour", noisy(90, 70)],
    ["upright", noisy(30, 80)],
    ["of the net's own size", noisy(64, 64)],
    ["smaller than the net's", noisy(9, 5)],
    ["of one pixel", noisy(1, 1)],
    ["of one row", noisy(50, 1)],
    ["whose sides are halved", noisy(128, 128)],
    ["in grey", picture(75, 50, (x, y) => [noise(y * 75 + x), noise(y * 75 + x), noise(y * 75 + x), 255])],
    ["in grey, with alpha", picture(75, 50, (x, y) => [2 * x, 2 * x, 2 * x, noise(y * 75 + x)])],
    ["dark on a transparent ground", disc(() => [20, 40, 60, 255])],
    ["fog", picture(60, 60, (x) => [200 + (x % 5), 201, 202, 255])],
    ["one plain colour", picture(60, 40, () => [30, 90, 200, 255])],
  ];
  it.each(kinds)("%s are means over the old pixels under each new pixel, on white", (_, given) => {
    for (const shape of shapes)
      expect(frame(given, { shape, framing: "plain" })).toEqual(framedPlainly(given, shape, 255));
  });

  it.each<[string, Picture]>([
    ["white ink", disc(() => white)],
    ["white ink in a large picture", disc(() => white, 400)],
    ["nearly white ink", disc(() => [245, 250, 248, 255])],
    ["white ink with anti-aliased pixels of a darker colour", disc((r) => (r < 30 ? white : [120, 120, 120, 255]))],
    [
      "white ink with a few coloured pixels",
      disc((_, x, y) => (x > 50 && x < 54 && y < 54 ? [255, 0, 0, 255] : white)),
    ],
    ["a white cloud, softly shaded", disc((_, __, y) => [270 - y * 0.75, 270 - y * 0.75, 270 - y * 0.7, 255])],
    ["white ink, half transparent", disc(() => [255, 255, 255, 128])],
  ])("with %s on a transparent ground are put on black, so that they are seen", (_, given) => {
    for (const shape of shapes)
      expect(frame(given, { shape, framing: "plain" })).toEqual(framedPlainly(given, shape, 0));
  });

  it.each<[string, Picture]>([
    ["black ink", disc(() => [0, 0, 0, 255])],
    ["a yellow emoji", disc((r) => (r > 20 && r < 24 ? [90, 60, 0, 255] : [255, 222, 90, 255]))],
    ["a light yellow disc", disc(() => [255, 245, 150, 255])],
    ["a white cloud with a thin grey outline", disc((r) => (r > 28 ? [150, 150, 150, 255] : white))],
    [
      "a white disc with a red cross",
      disc((_, x, y) => (Math.min(Math.abs(x - 50), Math.abs(y - 50)) < 5 ? [220, 0, 0, 255] : white)),
    ],
    ["half black, half white", disc((_, x) => (x < 50 ? [0, 0, 0, 255] : white))],
    ["nothing", picture(50, 50, () => clear)],
  ])("with %s on a transparent ground stay on white", (_, given) => {
    expect(frame(given, { shape: [3, 64, 64], framing: "plain" })).toEqual(framedPlainly(given, [3, 64, 64], 255));
  });

  it("are never refused as blank", () => {
    const plain = picture(40, 30, () => [128, 128, 128, 255]);
    for (const framing of ["plain", "dark", "light"] as const)
      expect(frame(plain, { shape: [1, 28, 28], framing })).toEqual(new Uint8Array(784).fill(128));
  });
});

describe("pictures on a dark or a light ground", () => {
  const shoe = (ground: number, ink: number, side = 60) =>
    picture(side, side, (x, y) => {
      const level = y > side / 2 && y < side * 0.8 && x > side / 8 && x < side * 0.9 ? ink : ground;
      return [level, level, level, 255];
    });
  const shape = [1, 28, 28];
  const levelAt = (bytes: Uint8Array | null, x: number, y: number) => bytes?.[y * 28 + x];

  it("are inverted if they have the other ground, as a photograph of a shoe on white paper", () => {
    for (const [framing, ground, ink] of [
      ["dark", 250, 60],
      ["light", 5, 195],
    ] as const) {
      const bytes = frame(shoe(ground, ink), { shape, framing });
      expect(levelAt(bytes, 1, 1)).toBe(255 - ground);
      expect(levelAt(bytes, 14, 18)).toBe(255 - ink);
    }
  });

  it("are not changed if they have the ground of the data set", () => {
    expect(levelAt(frame(shoe(5, 195), { shape, framing: "dark" }), 1, 1)).toBe(5);
    expect(levelAt(frame(shoe(250, 60), { shape, framing: "light" }), 1, 1)).toBe(250);
  });

  it("are not changed if they only touch their edge, as a coat that fills the picture, or one side of it", () => {
    const coat = (light: number, dark: number) =>
      picture(28, 28, (x, y) => {
        const level = (y < 27 && x > 1 && x < 26) || x > 25 ? light : dark;
        return [level, level, level, 255];
      });
    for (const [framing, given] of [
      ["dark", coat(220, 0)],
      ["light", coat(35, 255)],
    ] as const) {
      const bytes = Uint8Array.from({ length: 784 }, (_, i) => given.data[4 * i]);
      expect(frame(given, { shape, framing })).toEqual(bytes);
    }
  });
});

describe("digits", () => {
  it("of MNIST, all 70,000, are framed to the same bytes", async () => {
    const { train, test } = await loadMnist();
    for (const { images } of [train, test]) {
      expect(framingOf({ images, labels: tensor(new Int32Array(images.shape[0])), classes: ["0"] })).toBe("digit");
      const changed: number[] = [];
      const pictures = images.data as Uint8Array;
      const rgba = new Uint8Array(4 * 784).fill(255);
      for (let n = 0; n < images.shape[0]; n++) {
        const bytes = pictures.subarray(784 * n, 784 * n + 784);
        for (let i = 0; i < 784; i++) rgba[4 * i] = rgba[4 * i + 1] = rgba[4 * i + 2] = bytes[i];
        const framed = frame({ width: 28, height: 28, data: rgba }, { shape: [1, 28, 28], framing: "digit" });
        if (framed === null || Buffer.compare(framed, bytes) !== 0) changed.push(n);
      }
      expect(changed).toEqual([]);
    }
  });

  it("are refused only where there is no ink", () => {
    const options = { shape: [1, 28, 28], framing: "digit" } as const;
    expect(
      frame(
        picture(200, 200, () => white),
        options,
      ),
    ).toBeNull();
    expect(
      frame(
        picture(200, 200, () => clear),
        options,
      ),
    ).toBeNull();
    expect(
      frame(
        picture(200, 200, (x, y) => (x > 90 && x < 110 && y > 40 && y < 160 ? [0, 0, 0, 255] : white)),
        options,
      ),
    ).not.toBeNull();
  });

  it("in white, black or pale ink on a transparent ground are the same digit", () => {
    const drawn = (ink: number) =>
      frame(
        disc((r, x, y) => (r > 20 && (x < 50 || y < 60) ? [ink, ink, ink, 255] : clear)),
        { shape: [1, 28, 28], framing: "digit" },
      );
    const black = drawn(0);
    expect(black?.[14 * 28 + 14]).toBeLessThan(20);
    expect(Math.max(...(black ?? []))).toBeGreaterThan(230);
    for (const ink of [255, 100]) {
      const other = drawn(ink);
      for (let i = 0; i < 784; i++) expect(Math.abs((other?.[i] ?? -99) - (black?.[i] ?? -99))).toBeLessThan(24);
    }
  });
});

it("frame refuses shapes that it cannot make, with the cure", () => {
  const given = picture(5, 5, () => white);
  const failure = (shape: readonly number[], framing: Framing) => () => frame(given, { shape, framing });
  expect(failure([2, 28, 28], "plain")).toThrow("frame: pictures have 1 or 3 channels, not 2");
  expect(failure([1, 32, 32], "digit")).toThrow("frame: digits have the shape [1, 28, 28], not [1, 32, 32]");
});

it("a file may be decoded at twice the size of a net's pictures, and digits at 384 pixels", () => {
  expect(detailFor("plain", [64, 48])).toEqual([128, 96]);
  expect(detailFor("dark", [28, 28])).toEqual([56, 56]);
  expect(detailFor("light", [28, 28])).toEqual([56, 56]);
  expect(detailFor("digit", [28, 28])).toEqual([384, 384]);
});

it("placeInFrame says where frame puts a picture: its margins are outside of that place", () => {
  for (const [width, height] of [
    [40, 17],
    [9, 30],
    [5, 5],
    [200, 3],
  ]) {
    // A white cross on black, of one colour to its ends, so that margins are black.
    const given = picture(width, height, (x, y) => (x === width >> 1 || y === height >> 1 ? white : [0, 0, 0, 255]));
    const bytes = frame(given, { shape: [1, 20, 24], framing: "plain" }) ?? new Uint8Array();
    const place = placeInFrame({ width, height }, [1, 20, 24]);
    const lit = [...bytes.keys()].filter((at) => bytes[at] > 0);
    const [columns, rows] = [lit.map((at) => at % 24), lit.map((at) => Math.floor(at / 24))];
    const [left, top] = [Math.min(...columns), Math.min(...rows)];
    const found = { left, top, width: Math.max(...columns) - left + 1, height: Math.max(...rows) - top + 1 };
    expect(found, `${width}×${height}`).toEqual(place);
  }
  expect(() => placeInFrame({ width: 0, height: 1 }, [1, 8, 8])).toThrow(
    "placeInFrame: picture.width is a whole number",
  );
});
