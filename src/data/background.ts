// The background behind the transparent pixels of a picture. It follows from the picture alone, so that a net is trained with the same
// background that it later predicts with.
import type { Pixels } from "./picture.ts";

/** Cells of the reduced picture on each side: what is thinner than a cell can hardly be seen. */
const cells = 32;
/** The share of the edges on black that must be left on white. */
const minShare = 0.25;

/**
 * Null if no pixel is transparent. White 255, but black 0 where the visible part of a picture would hardly be seen on white, such as white ink on a transparent ground. The
 * rule: the picture is reduced to 32 × 32 cells, and put on white and on black. What is seen on a background is the sum of the differences
 * between neighbouring cells, each in its most different channel. Black is taken if less than a quarter of what is seen on black is seen on
 * white. So a few dark or coloured pixels do not matter, light yellow stays on white, and so does a white cloud with an outline.
 */
export function backgroundOf(pixels: Pixels): 0 | 255 | null {
  if (isOpaque(pixels)) return null;
  const reduced = reduce(pixels);
  return seenOn(255, reduced) < minShare * seenOn(0, reduced) ? 0 : 255;
}

/** Whether no pixel is transparent, not even in part. */
function isOpaque({ data, step }: Pixels): boolean {
  if (step === 3) return true;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** Cells [height, width] with four means each, in levels: red, green and blue times alpha (what is seen on black), and alpha. */
interface Reduced {
  readonly width: number;
  readonly height: number;
  readonly means: Float64Array;
}

function reduce({ width, height, data }: Pixels): Reduced {
  const across = Math.min(width, cells);
  const down = Math.min(height, cells);
  const means = new Float64Array(4 * across * down);
  const counts = new Float64Array(across * down);
  const columns = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * across) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * down) / height) * across;
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
  return { width: across, height: down, means };
}

/** The sum over all pairs of neighbouring cells of the largest difference in a channel. */
function seenOn(background: 0 | 255, { width, height, means }: Reduced): number {
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
