// What frame computes of pictures, written as plainly as can be: each new pixel is the mean of the old pixels under it, weighted by the
// covered parts, first along x, then along y, and rounded. `frame` gives the same bytes, faster.
import type { Picture } from "../../src/data/picture.ts";

/** The bytes [C, H, W] of a picture that is fitted into the frame, on the given background. */
export function framedPlainly(picture: Picture, shape: readonly number[], background: number): Uint8Array {
  const [channels, height, width] = shape;
  return Uint8Array.from(
    Array.from({ length: channels }, (_, c) =>
      fitted(levels(picture, channels === 1 ? [0.299, 0.587, 0.114] : one(c), background), picture, { width, height }),
    ).flat(),
  );
}

const one = (c: number) => [0, 1, 2].map((n) => (n === c ? 1 : 0));

/** The level of each pixel: a weighted sum of red, green and blue over the background. */
function levels({ width, height, data }: Picture, weights: readonly number[], background: number): number[] {
  return Array.from({ length: width * height }, (_, i) => {
    const alpha = data[4 * i + 3] / 255;
    const [red, green, blue] = [0, 1, 2].map((c) => alpha * data[4 * i + c] + (1 - alpha) * background);
    return Math.round(weights[0] * red + weights[1] * green + weights[2] * blue);
  });
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Scales with the proportions kept, centres, and fills the rest with the median of the edge. */
function fitted(plane: readonly number[], from: Size, to: Size): number[] {
  const at = (x: number, y: number) => plane[y * from.width + x];
  const edge = [
    ...Array.from({ length: from.width }, (_, x) => [at(x, 0), at(x, from.height - 1)]),
    ...Array.from({ length: from.height }, (_, y) => [at(0, y), at(from.width - 1, y)]),
  ].flat();
  edge.sort((a, b) => a - b);
  const scale = Math.min(to.width / from.width, to.height / from.height);
  const [across, down] = [from.width, from.height].map((size, n) =>
    Math.min(n === 0 ? to.width : to.height, Math.max(1, Math.round(size * scale))),
  );
  const [left, top] = [(to.width - across) >> 1, (to.height - down) >> 1];
  const result = new Array<number>(to.width * to.height).fill(edge[edge.length >> 1]);
  const [columns, rows] = [cover(from.width, across), cover(from.height, down)];
  const narrow = columns.map((parts) =>
    Array.from({ length: from.height }, (_, y) => parts.reduce((sum, [x, part]) => sum + part * at(x, y), 0)),
  );
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++)
      result[(top + y) * to.width + left + x] = Math.round(
        rows[y].reduce((sum, [row, part]) => sum + part * narrow[x][row], 0),
      );
  return result;
}

/** For each new pixel, the old pixels under it, with the part of it that each fills. It is never narrower than an old pixel. */
function cover(from: number, to: number): [old: number, part: number][][] {
  const scale = from / to;
  const half = Math.max(scale, 1) / 2;
  return Array.from({ length: to }, (_, i) => {
    const [start, stop] = [Math.max((i + 0.5) * scale - half, 0), Math.min((i + 0.5) * scale + half, from)];
    const old = Array.from({ length: from }, (__, n) => n).filter(
      (n) => n === Math.floor(start) || (n + 1 > start && n < stop),
    );
    return old.map((n) => [n, Math.max(Math.min(n + 1, stop) - Math.max(n, start), 0) / (stop - start)]);
  });
}
