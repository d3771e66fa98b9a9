// Converts a colour picture (RGBA bytes, as a decoder or a page's canvas gives them) to levels, from which the input of nets is computed.
import type { Plane, Strided } from "./resize.ts";

/** A picture with four bytes a pixel in `data`, red green blue alpha, row-major, as in a canvas's ImageData. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** The most pixels of a picture that is read: as many as the largest phone cameras take. */
export const maxPixels = 50_000_000;

/** The end of the error about a picture of more pixels. */
export const pixelLimit = `at most ${maxPixels / 1e6} million are read; make it smaller`;

/** A decoded picture. A pixel has `step` bytes: 4 as in a Picture, or 3, red green blue, where the picture is opaque. */
export interface Pixels extends Picture {
  readonly step: 3 | 4;
}

/** The same picture with four bytes a pixel. */
export function toPicture({ width, height, data, step }: Pixels): Picture {
  if (step === 4) return { width, height, data };
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let to = 0, from = 0; to < rgba.length; to += 4, from += 3) {
    rgba[to] = data[from];
    rgba[to + 1] = data[from + 1];
    rgba[to + 2] = data[from + 2];
  }
  return { width, height, data: rgba };
}

/** Levels from 0 to 255 of one channel or three. Each pixel is `step` numbers long, and begins with its channels. */
export interface Levels extends Plane {
  readonly channels: 1 | 3;
  readonly step: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * The levels of a picture: one channel (luma, 0.299 R + 0.587 G + 0.114 B) or three (red, green, blue). Behind transparent pixels the
 * `background` is seen, from black 0 to white 255; null where no pixel is transparent.
 */
export function levelsOf(pixels: Pixels, channels: 1 | 3, background: number | null): Levels {
  const { width, height, data, step } = pixels;
  if (channels === 3 && background === null) return { width, height, channels, step, data };
  const levels = new Uint8Array(channels * width * height);
  if (background === null) lumaOf(pixels, levels);
  else overBackground(data, levels, { channels, background });
  return { width, height, channels, step: channels, data: levels };
}

function lumaOf({ data, step }: Pixels, levels: Uint8Array): void {
  // The conversion to bytes cuts off, so adding 0.5 rounds as Math.round does for each of the 256³ colours, in a third of the time.
  for (let i = 0, from = 0; i < levels.length; i++, from += step)
    levels[i] = 0.299 * data[from] + 0.587 * data[from + 1] + 0.114 * data[from + 2] + 0.5;
}

function overBackground(
  data: Picture["data"],
  levels: Uint8Array,
  { channels, background }: { channels: 1 | 3; background: number },
): void {
  for (let from = 0, to = 0; to < levels.length; from += 4) {
    const alpha = data[from + 3] / 255;
    const under = (1 - alpha) * background;
    const red = alpha * data[from] + under;
    const green = alpha * data[from + 1] + under;
    const blue = alpha * data[from + 2] + under;
    if (channels === 1) levels[to++] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else {
      levels[to++] = Math.round(red);
      levels[to++] = Math.round(green);
      levels[to++] = Math.round(blue);
    }
  }
}

/** One channel, as numbers that are `step` apart. */
export const channelOf = (
  { width, height, data, step }: Levels,
  c: number,
): Pick<Levels, "width" | "height" | "data" | "step"> => ({
  width,
  height,
  data: data.subarray(c),
  step,
});

/** The level of the picture's edge: the median of its outermost pixels. */
export const edgeLevel = (plane: Strided): number => edgeQuantile(plane, 0.5);

/** The level below which the given part of the outermost pixels is; corners count twice. */
export function edgeQuantile({ width, height, data, step = 1 }: Strided, part: number): number {
  const edge = new Float64Array(2 * (width + height));
  const bottom = (height - 1) * width * step;
  for (let x = 0; x < width; x++) {
    edge[2 * x] = data[x * step];
    edge[2 * x + 1] = data[bottom + x * step];
  }
  for (let y = 0; y < height; y++) {
    edge[2 * (width + y)] = data[y * width * step];
    edge[2 * (width + y) + 1] = data[(y * width + width - 1) * step];
  }
  edge.sort();
  return edge[Math.floor(part * edge.length)];
}

/** Whether red, green and blue are equal everywhere. */
export function isGrey({ data, step }: Pixels): boolean {
  for (let i = 0; i < data.length; i += step) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}
