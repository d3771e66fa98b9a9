// A picture that is reduced while it is decoded means the same to a net as the whole one: brought further down they are almost equal.
import { decodePicture } from "chainrule/node";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { channelOf, levelsOf, type Picture } from "../../src/data/picture.ts";
import { resize } from "../../src/data/resize.ts";
import { decodeWith } from "../../src/node/decode.ts";
import { randomFrom } from "../io/mutate.ts";
import { turned } from "./picture-bytes.ts";

const made = new Map<string, Uint8Array>();

/** Waves of three lengths, the shortest of about 80 pixels, in other directions for each colour. */
function waves(width: number, height: number, { alpha = false } = {}): Sharp {
  const key = `${width} ${height} ${alpha}`;
  const data = made.get(key) ?? wavesIn(width, height, alpha);
  made.set(key, data);
  return sharp(data, { raw: { width, height, channels: alpha ? 4 : 3 } });
}

function wavesIn(width: number, height: number, alpha: boolean): Uint8Array {
  const channels = alpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels;
      for (let c = 0; c < 3; c++)
        data[at + c] =
          128 + 50 * Math.sin((x + c * y) / 40) + 40 * Math.cos((y - c * x) / 30) + 30 * Math.sin((x + y) / 25);
      if (alpha) {
        // A disc with a soft edge; outside of it the colours are wild.
        const distance = Math.hypot(x - width / 2, y - height / 2) - height / 3;
        data[at + 3] = Math.min(Math.max(128 - 20 * distance, 0), 255);
        if (data[at + 3] === 0) data.set([255, (x % 2) * 255, 0], at);
      }
    }
  return data;
}

/** The mean absolute difference of two pictures that are both brought down to 48 × 48 pixels, on white. */
function difference(a: Picture, b: Picture): number {
  const [ours, theirs] = [a, b].map((picture) =>
    [0, 1, 2].map((c) => resize(channelOf(levelsOf({ ...picture, step: 4 }, 3, 255), c), 48, 48).data),
  );
  let sum = 0;
  for (let c = 0; c < 3; c++) for (let i = 0; i < 48 * 48; i++) sum += Math.abs(ours[c][i] - theirs[c][i]);
  return sum / (3 * 48 * 48);
}

const sizes = { odd: [803, 601], even: [800, 600] } as const;

/** JPEGs of an even size are decoded at a part of it, others whole. */
const files: readonly (readonly [
  name: string,
  size: keyof typeof sizes,
  alpha: boolean,
  write: (picture: Sharp) => Sharp,
])[] = [
  ["JPEG", "even", false, (picture) => picture.jpeg({ quality: 92 })],
  ["JPEG", "odd", false, (picture) => picture.jpeg({ quality: 92 })],
  ["progressive JPEG", "even", false, (picture) => picture.jpeg({ quality: 92, progressive: true })],
  ["PNG", "odd", false, (picture) => picture.png()],
  ["PNG with alpha", "odd", true, (picture) => picture.png()],
  ["WebP with alpha", "odd", true, (picture) => picture.webp({ quality: 95, effort: 1 })],
  ["GIF", "odd", false, (picture) => picture.gif({ effort: 1, dither: 0, colours: 32 })],
  ["TIFF", "odd", false, (picture) => picture.tiff({ compression: "lzw" })],
  ["AVIF", "odd", false, (picture) => picture.avif({ effort: 0 })],
];

/** The bounds in levels of 0 to 255, for pictures that are 8.4, 4.2 and 2.1 times as wide as the net's. Measured: 0.13, 0.25 and 0.90. */
const bounds = [0.25, 0.4, 1] as const;

test.each(files)(
  "%s of an %s size, reduced to a half, a quarter and an eighth, gives a net the same picture",
  async (_, size, alpha, write) => {
    const [w, h] = sizes[size];
    const bytes = await write(waves(w, h, { alpha })).toBuffer();
    const whole = await decodePicture(bytes);
    expect([whole.width, whole.height]).toEqual([w, h]);
    for (const [i, factor] of [2, 4, 8].entries()) {
      const reduced = await decodePicture(bytes, { atLeast: [Math.floor(h / factor), Math.floor(w / factor)] });
      expect([reduced.width, reduced.height]).toEqual([Math.ceil(w / factor), Math.ceil(h / factor)]);
      expect(difference(whole, reduced), `factor ${factor}`).toBeLessThan(bounds[i]);
    }
  },
);

test("transparent pixels do not colour their neighbours", async () => {
  const bytes = await waves(640, 640, { alpha: true }).png().toBuffer();
  const { data } = await decodePicture(bytes, { atLeast: [80, 80] });
  // Red is 255 where nothing is seen, and 8 to 248 where something is.
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 8) expect(data[i]).toBeLessThan(254);
});

test("no side falls below atLeast, whatever the sizes, in a picture that lies on its side as well", async () => {
  const random = randomFrom(7);
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  for (let n = 0; n < 60; n++) {
    const [width, height, orientation] = [whole(1, 300), whole(1, 300), whole(1, 8)];
    const atLeast = [whole(1, 100), whole(1, 100)] as const;
    const stored = sharp({ create: { width, height, channels: 3, background: "red" } });
    const jpeg = turned(await stored.jpeg().toBuffer(), orientation);
    const upright = orientation > 4 ? [height, width] : [width, height];
    const found = await decodePicture(jpeg, { atLeast });
    const told = `${width}×${height}, ${orientation}, at least ${atLeast}, seed 7: ${found.width}×${found.height}`;
    expect(found.width, told).toBeGreaterThanOrEqual(Math.min(upright[0], atLeast[1]));
    expect(found.height, told).toBeGreaterThanOrEqual(Math.min(upright[1], atLeast[0]));
    // It is reduced by one factor, the largest that fits.
    const fits = (factor: number) => upright[0] >= factor * atLeast[1] && upright[1] >= factor * atLeast[0];
    const factor = [8, 4, 2].find(fits) ?? 1;
    expect([found.width, found.height], told).toEqual(upright.map((side) => Math.ceil(side / factor)));
  }
});

test("jimp decodes the whole picture, which is allowed", async () => {
  const bytes = await waves(320, 200).jpeg().toBuffer();
  const { width, height } = await decodeWith(bytes, [10, 10], ["jimp"]);
  expect([width, height]).toEqual([320, 200]);
});

test("white pixels stay white and opaque ones opaque", async () => {
  for (const format of ["png", "jpeg", "webp", "avif"] as const) {
    const white = sharp({ create: { width: 411, height: 307, channels: 3, background: "white" } });
    const picture = await decodePicture(await white.toFormat(format).toBuffer(), { atLeast: [30, 30] });
    expect(picture.width).toBe(52);
    expect(new Set(picture.data)).toEqual(new Set([255]));
  }
});
