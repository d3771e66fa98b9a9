// Resizes pictures. Each new pixel is the average of the old pixels under it, weighted by the covered parts of pixels; MNIST's grey levels
// were made in this way. A new pixel covers at least the width of an old one, so that enlarging interpolates.
import { ChainruleError } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";

/**
 * One plane of a picture, row-major, of numbers in any unit.
 * @inline
 */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** Stretches a plane to width × height. */
export function resize(plane: Strided, width: number, height: number): Plane & { readonly data: Float64Array } {
  if (![width, height, plane.width, plane.height].every((size) => isWhole(size, { from: 1 })))
    throw new ChainruleError(
      "option",
      "resize",
      `cannot resize ${plane.width}×${plane.height} to ${width}×${height}; sizes are whole numbers from 1`,
    );
  const data = new Float64Array(width * height);
  average(plane, { width, height }, data);
  return { width, height, data };
}

/** A plane whose numbers are `step` apart (default 1), such as one channel of a picture. */
export interface Strided extends Plane {
  readonly step?: number | undefined;
}

/** Writes the plane [height, width] into `result`, which holds zeros. It is resized along x, then along y. */
export function average(plane: Strided, { width, height }: Size, result: Float64Array): void {
  const { data, step = 1 } = plane;
  // [width, plane.height]: column by column.
  const narrow = scratch(width * plane.height);
  const row = step * plane.width;
  addShares(
    data,
    { along: step, across: row, lines: plane.height },
    coverage(plane.width, width),
    narrow,
    plane.height,
  );
  const column = plane.height;
  addShares(narrow, { along: 1, across: column, lines: width }, coverage(plane.height, height), result, width);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The strides of a picture whose lines are resized: from a pixel of a line to the next, and from a line to the next. */
interface Lines {
  readonly along: number;
  readonly across: number;
  readonly lines: number;
}

/**
 * Adds to target[i · pitch + line] the mean of the old pixels that new pixel i covers, in their order. The innermost loop goes over the lines,
 * so that each weight is read once; four old pixels are added at a time.
 */
function addShares(
  source: ArrayLike<number>,
  { along, across, lines }: Lines,
  { first, start, weights }: Coverage,
  target: Float64Array,
  pitch: number,
): void {
  for (let i = 0; i < first.length; i++) {
    const stop = i * pitch + lines;
    let at = first[i] * along;
    let k = start[i];
    for (; k + 4 <= start[i + 1]; k += 4, at += 4 * along) {
      const [a, b, c, d] = [weights[k], weights[k + 1], weights[k + 2], weights[k + 3]];
      for (let from = at, to = i * pitch; to < stop; from += across, to++)
        target[to] =
          target[to] +
          a * source[from] +
          b * source[from + along] +
          c * source[from + 2 * along] +
          d * source[from + 3 * along];
    }
    for (; k < start[i + 1]; k++, at += along) {
      const weight = weights[k];
      for (let from = at, to = i * pitch; to < stop; from += across, to++) target[to] += weight * source[from];
    }
  }
}

/** For new pixel i of a line: the first old pixel that it covers, and from weights[start[i]] on the share of each old pixel in it. */
interface Coverage {
  readonly first: Int32Array;
  readonly start: Int32Array;
  readonly weights: Float64Array;
}

/** By the lengths of both lines. The pictures of a data set have few different sizes. */
const coverages = new Map<string, Coverage>();
const maxCoverages = 64;

function coverage(from: number, to: number): Coverage {
  const key = `${from} ${to}`;
  let found = coverages.get(key);
  if (found === undefined) {
    if (coverages.size >= maxCoverages) coverages.clear();
    found = cover(from, to);
    coverages.set(key, found);
  }
  return found;
}

function cover(from: number, to: number): Coverage {
  const scale = from / to;
  const half = Math.max(scale, 1) / 2;
  const first = new Int32Array(to);
  const starts = new Int32Array(to + 1);
  const weights: number[] = [];
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(centre - half, 0);
    const stop = Math.min(centre + half, from);
    first[i] = Math.floor(start);
    const end = Math.max(Math.ceil(stop), first[i] + 1);
    for (let old = first[i]; old < end; old++)
      weights.push(Math.max(Math.min(old + 1, stop) - Math.max(old, start), 0) / (stop - start));
    starts[i + 1] = weights.length;
  }
  return { first, start: starts, weights: Float64Array.from(weights) };
}

let buffer = new Float64Array(0);
/** In numbers: 8 MB. A larger buffer is not reused. */
const maxBufferLength = 1 << 20;

/** Zeros for the picture that is resized along x only. The buffer is reused: its numbers are valid until the next call. */
function scratch(length: number): Float64Array {
  if (length > maxBufferLength) return new Float64Array(length);
  if (buffer.length < length) buffer = new Float64Array(length);
  return buffer.fill(0, 0, length);
}
