// The background behind the transparent pixels of a picture. It follows from the picture alone, so that a net is trained with the same
// background that it later predicts with.
import type { Pixels } from "./picture.ts";

/** The maximum number of cells on a side of the reduced picture. A detail thinner than a cell can hardly be seen. */
const maxCells = 32;
/** White is the background if at least this share of the contrast on black is there on white. */
const minShare = 0.25;

/**
 * The background of a picture: white 255, but black 0 where the visible part would hardly be seen on white, such as white ink on a transparent
 * ground; null if no pixel is transparent. The rule: the picture is reduced to 32 × 32 cells, and put on white and on black. The contrast on
 * a background is the sum of the differences between neighbouring cells, each in the channel that differs most. The background is black if
 * the contrast on white is less than a quarter of that on black. So a few dark or coloured pixels do not change the background, light yellow
 * stays on white, and so does a white cloud with an outline.
 */
export function backgroundOf(pixels: Pixels): 0 | 255 | null {
  if (isOpaque(pixels)) return null;
  const reduced = reduce(pixels);
  return contrastOn(255, reduced) < minShare * contrastOn(0, reduced) ? 0 : 255;
}

/** Whether no pixel is transparent, not even in part. */
function isOpaque({ data, step }: Pixels): boolean {
  if (step === 3) return true;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** Cells [height, width] with four means each, in levels: red, green and blue times alpha (the colour on black), and alpha. */
interface Reduced {
  readonly width: number;
  readonly height: number;
  readonly means: Float64Array;
}

/** Reduces a picture to its cells. */
function reduce({ width, height, data }: Pixels): Reduced {
  const cellColumns = Math.min(width, maxCells);
  const cellRows = Math.min(height, maxCells);
  const means = new Float64Array(4 * cellColumns * cellRows);
  const counts = new Float64Array(cellColumns * cellRows);
  const columns = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * cellColumns) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * cellRows) / height) * cellColumns;
    for (let x = 0; x < width; x++) {
      const cell = row + columns[x];
      const i = 4 * (y * width + x);
      const alpha = data[i + 3];
      counts[cell]++;
      if (alpha === 0) continue;
      for (let c = 0; c < 3; c++) means[4 * cell + c] += (data[i + c] * alpha) / 255;
      means[4 * cell + 3] += alpha;
    }
  }
  for (let i = 0; i < means.length; i++) means[i] /= counts[i >> 2];
  return { width: cellColumns, height: cellRows, means };
}

/** The contrast on a background: the sum over all pairs of neighbouring cells of the largest difference in a channel. */
function contrastOn(background: 0 | 255, { width, height, means }: Reduced): number {
  const level = (cell: number, c: number) => means[4 * cell + c] + (1 - means[4 * cell + 3] / 255) * background;
  const difference = (a: number, b: number) =>
    Math.max(
      Math.abs(level(a, 0) - level(b, 0)),
      Math.abs(level(a, 1) - level(b, 1)),
      Math.abs(level(a, 2) - level(b, 2)),
    );
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = y * width + x;
      if (x > 0) sum += difference(cell, cell - 1);
      if (y > 0) sum += difference(cell, cell - width);
    }
  return sum;
}
