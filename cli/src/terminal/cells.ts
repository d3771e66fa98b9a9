// Pictures in the terminal. A character cell is twice as tall as wide, so it holds two pixels, one above the other: the upper half block ▀
// in the colour of the upper one, on a ground in the colour of the lower. Without colours only pictures of nearly black and white pixels are
// drawn, in half blocks (▀ ▄ █), and small grey ones in shades, which show the mean of two pixels in five levels (░ ▒ ▓ █); of others
// nothing could be recognised.
import type { Dataset } from "chainrule/data";
import { type Excerpt, excerptOf } from "../pictures/excerpt.ts";
import type { Colours } from "./colours.ts";

/** A picture of at most maxWidth columns. */
export interface Small {
  readonly height: number;
  readonly width: number;
  /** Whether it has colours; if not, red, green and blue are the same. */
  readonly coloured: boolean;
  /** [H][W] */
  readonly pixels: readonly (readonly Pixel[])[];
  /** Whether it is smaller than the picture that it shows. */
  readonly reduced: boolean;
}

/** Levels 0 … 255. */
type Pixel = readonly [red: number, green: number, blue: number];

/** The character of a cell, from its upper and its lower pixel. */
export type Cell = (upper: Pixel, lower: Pixel) => string;

/** Columns. Larger pictures are drawn smaller, so that three fit side by side. */
const maxWidth = 32;
const maxHeight = 48;

/** Picture n: each pixel is the mean of a square block. */
export function smallPicture(pictures: Dataset | Excerpt, n: number): Small {
  const { pictureShape, picture } = excerptOf(pictures);
  const [channels, height, width] = pictureShape;
  const data = picture(n);
  const block = Math.max(1, Math.ceil(width / maxWidth), Math.ceil(height / maxHeight));
  const [rows, columns] = [Math.ceil(height / block), Math.ceil(width / block)];
  const mean = (channel: number, row: number, column: number) => {
    const start = channel * height * width;
    const [bottom, right] = [Math.min(height, (row + 1) * block), Math.min(width, (column + 1) * block)];
    let sum = 0;
    for (let y = row * block; y < bottom; y++)
      for (let x = column * block; x < right; x++) sum += data[start + y * width + x];
    return Math.round(sum / ((bottom - row * block) * (right - column * block)));
  };
  const pixel = (row: number, column: number): Pixel => {
    const red = mean(0, row, column);
    return channels === 3 ? [red, mean(1, row, column), mean(2, row, column)] : [red, red, red];
  };
  const pixels = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => pixel(row, column)),
  );
  return { height: rows, width: columns, coloured: channels === 3, pixels, reduced: block > 1 };
}

export const black: Pixel = [0, 0, 0];

/** The cells in which these pictures are drawn; null where nothing could be recognised. */
export function cellFor(pictures: readonly Small[], colours: Colours): Cell | null {
  if (colours !== "none")
    return pictures.every(({ coloured }) => !coloured) ? greys : colours === "true" ? trueColours : palette;
  if (pictures.every(isBlackAndWhite)) return halfBlocks;
  if (!pictures.every(({ coloured, reduced }) => !coloured && !reduced)) return null;
  const seen = pictures.flatMap(({ pixels }) => pixels.flat()).filter(([level]) => level > 32);
  return seen.filter(([level]) => level < 224).length > 0.6 * seen.length ? shades : halfBlocks;
}

/** Whether at least 85 % of the pixels are nearly black or nearly white. */
function isBlackAndWhite({ pixels }: Small): boolean {
  const all = pixels.flat();
  const plain = all.filter((pixel) => Math.max(...pixel) <= 48 || Math.min(...pixel) >= 208);
  return plain.length >= 0.85 * all.length;
}

const halfBlocks: Cell = ([upper], [lower]) => " ▀▄█"[(upper > 96 ? 1 : 0) + (lower > 96 ? 2 : 0)];
const shades: Cell = ([upper], [lower]) => " ░▒▓█"[Math.round((upper + lower) / 2 / 64)];

/** The 256-colour palette has 24 greys, from 232 (nearly black) to 255. */
const greys: Cell = (upper, lower) => {
  const [fore, back] = [upper, lower].map(([level]) => 232 + Math.round((level / 255) * 23));
  return `\x1b[38;5;${fore}m\x1b[48;5;${back}m▀\x1b[0m`;
};

/** The levels of the palette's cube of 6 × 6 × 6 colours, which begins at 16. */
const cube = [0, 95, 135, 175, 215, 255];

const palette: Cell = (upper, lower) => {
  const [fore, back] = [upper, lower].map(nearest);
  return `\x1b[38;5;${fore}m\x1b[48;5;${back}m▀\x1b[0m`;
};

const closest = (level: number) =>
  cube.reduce((best, each, i) => (Math.abs(each - level) < Math.abs(cube[best] - level) ? i : best), 0);

/** The nearest colour of the palette: of the cube, or a grey, which are 8, 18, … 238. */
export function nearest(pixel: Pixel): number {
  const [red, green, blue] = pixel.map(closest);
  const mean = pixel.reduce((sum, level) => sum + level, 0) / 3;
  const grey = Math.min(23, Math.max(0, Math.round((mean - 8) / 10)));
  const distance = (colour: readonly number[]) => colour.reduce((sum, level, i) => sum + (level - pixel[i]) ** 2, 0);
  const level = 8 + 10 * grey;
  return distance([level, level, level]) < distance([cube[red], cube[green], cube[blue]])
    ? 232 + grey
    : 16 + 36 * red + 6 * green + blue;
}

const trueColours: Cell = (upper, lower) => `\x1b[38;2;${upper.join(";")}m\x1b[48;2;${lower.join(";")}m▀\x1b[0m`;
