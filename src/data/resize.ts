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
export function resize(plane: Plane, width: number, height: number): Plane & { readonly data: Float64Array } {
  if (![width, height, plane.width, plane.height].every((size) => isWhole(size, { from: 1 })))
    throw new ChainruleError(
      "option",
      "resize",
      `cannot resize ${plane.width}×${plane.height} to ${width}×${height}; sizes are whole numbers from 1`,
    );
  const columns = coverage(plane.width, width);
  const rows = coverage(plane.height, height);
  const narrow = new Float64Array(width * plane.height);
  for (let y = 0; y < plane.height; y++)
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x];
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * plane.data[y * plane.width + first + i];
      narrow[y * width + x] = sum;
    }
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y];
    for (let i = 0; i < weights.length; i++)
      for (let x = 0; x < width; x++) data[y * width + x] += weights[i] * narrow[(first + i) * width + x];
  }
  return { width, height, data };
}

interface Coverage {
  readonly first: number;
  readonly weights: Float64Array;
}

/** For each of `to` new pixels in a line, the old pixels that it covers, and the part of it that each of them fills. */
function coverage(from: number, to: number): Coverage[] {
  const scale = from / to;
  const half = Math.max(scale, 1) / 2;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(centre - half, 0);
    const stop = Math.min(centre + half, from);
    const first = Math.floor(start);
    const length = Math.max(Math.ceil(stop), first + 1) - first;
    const weights = Float64Array.from({ length }, (_, k) => {
      const overlap = Math.min(first + k + 1, stop) - Math.max(first + k, start);
      return Math.max(overlap, 0) / (stop - start);
    });
    return { first, weights };
  });
}
