// Adaptive pooling: windows that divide a sequence, an image or a volume of any size into a given number of parts, as evenly as possible: window i
// covers the elements from ⌊i · n/count⌋ up to, but without, ⌈(i + 1) · n/count⌉.
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { concat } from "../functions.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { checkPool, evenMeans, type Pooled } from "../pooling.ts";
import { inRegion } from "../region.ts";
import { sizesOf } from "../sizes.ts";
import type { Tensor } from "../tensor.ts";

/** The options of adaptive maximum pooling. */
export interface AdaptiveMaxPoolOptions {
  /** Whether the result is { values, indices }, where an index is the position in the sequence, image or volume; false if left out. */
  readonly returnIndices?: boolean | undefined;
}

export const adaptiveNames: OptionNames<AdaptiveMaxPoolOptions> = { returnIndices: true };

/** The number of parts of each of the last `count` dims. Throws unless x is floating, [N, C, ...] or [C, ...], and not empty there. */
function partsOf(call: string, x: Tensor, outputSize: number | readonly number[], count: number): readonly number[] {
  checkPool(call, x);
  const letters = ["D", "H", "W"].slice(3 - count).join(", ");
  const spatial = count === 1 ? "L" : letters;
  if (x.ndim !== count + 1 && x.ndim !== count + 2)
    throw new ChainruleError("shape", call, `x is [N, C, ${spatial}] or [C, ${spatial}], not ${describe(x)}`);
  if (x.shape.slice(-count).includes(0))
    throw new ChainruleError("shape", call, `${describe(x)} has no elements to pool`);
  return sizesOf(call, "outputSize", outputSize, count, 1);
}

function means(call: string, x: Tensor, outputSize: number | readonly number[], count: number): Tensor {
  const parts = partsOf(call, x, outputSize, count);
  return inRegion(call, { outputSize: parts }, () => {
    if (parts.every((n) => n === 1)) {
      const dims = parts.map((_, i) => x.ndim - count + i);
      return x.mean(dims, true);
    }
    return parts.reduce((y, n, i) => {
      const dim = x.ndim - count + i;
      return n === x.shape[dim] ? y : y.shape[dim] % n === 0 ? blocksOf(y, dim, n).mean(dim + 1) : evenMeans(y, dim, n);
    }, x);
  });
}

/** [..., n, ...] -> [..., count, n / count, ...] */
const blocksOf = (x: Tensor, dim: number, count: number): Tensor =>
  x.reshape([...x.shape.slice(0, dim), count, x.shape[dim] / count, ...x.shape.slice(dim + 1)]);

/** For each window along a dim, what `take` does with its elements along dim `within`. */
function overWindows(x: Tensor, dim: number, count: number, take: (window: Tensor, place: number) => Tensor): Tensor {
  const n = x.shape[dim];
  const windows = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * n) / count);
    return take(x.narrow(dim, start, Math.ceil(((i + 1) * n) / count) - start), i);
  });
  return concat(windows, dim);
}

/** The maxima of windows along a dim, and with `places` what they are called. The first one of equals wins. */
function maximaAlong(x: Tensor, places: Tensor | null, dim: number, count: number): [Tensor, Tensor | null] {
  if (x.shape[dim] % count === 0) {
    const blocks = blocksOf(x, dim, count);
    const first = blocks.detach().argmax(dim + 1, true);
    const own =
      places === null
        ? null
        : blocksOf(places, dim, count)
            .gather(dim + 1, first)
            .squeeze(dim + 1);
    return [blocks.gather(dim + 1, first).squeeze(dim + 1), own];
  }
  const first = overWindows(x.detach(), dim, count, (window) => window.argmax(dim, true));
  const pick = (y: Tensor) => overWindows(y, dim, count, (window, i) => window.gather(dim, first.narrow(dim, i, 1)));
  return [pick(x), places === null ? null : pick(places)];
}

function maxima(
  call: string,
  x: Tensor,
  outputSize: number | readonly number[],
  count: number,
  options: AdaptiveMaxPoolOptions,
): Tensor | Pooled {
  checkOptions(call, options, adaptiveNames);
  const parts = partsOf(call, x, outputSize, count);
  const { returnIndices = false } = options;
  return inRegion(call, { outputSize: parts, returnIndices }, () => {
    const spatial = x.shape.slice(-count);
    const length = spatial.reduce((product, n) => product * n, 1);
    let values = x;
    let places = returnIndices ? x.apply("iota", [], { length }).reshape(spatial).expand(x.shape) : null;
    // The last dim first, so that the first one of equals in row-major order wins.
    for (const [i, n] of [...parts.entries()].reverse())
      [values, places] = maximaAlong(values, places, x.ndim - count + i, n);
    return places === null ? values : { values, indices: places };
  });
}

/** Takes the means of `outputSize` windows of x [N, C, L] or [C, L], which divide it as evenly as possible. */
export function adaptiveAvgPool1d(x: Tensor, outputSize: number): Tensor {
  takes("adaptiveAvgPool1d", arguments.length, 2);
  return means("adaptiveAvgPool1d", x, outputSize, 1);
}

/** Takes the means of depth · height · width windows of x [N, C, D, H, W] or [C, D, H, W], which divide it as evenly as possible. */
export function adaptiveAvgPool3d(x: Tensor, outputSize: number | readonly [number, number, number]): Tensor {
  takes("adaptiveAvgPool3d", arguments.length, 2);
  return means("adaptiveAvgPool3d", x, outputSize, 3);
}

/** Takes the largest elements of windows that divide x [N, C, L] or [C, L] as evenly as possible; the first one of equals has the gradient. */
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number,
  options: AdaptiveMaxPoolOptions & { returnIndices: true },
): Pooled;
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number,
  options?: AdaptiveMaxPoolOptions & { returnIndices?: false | undefined },
): Tensor;
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: number,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | Pooled {
  takes("adaptiveMaxPool1d", arguments.length, 3);
  return maxima("adaptiveMaxPool1d", x, outputSize, 1, options);
}

/** Takes the largest elements of windows that divide x [N, C, H, W] or [C, H, W] as evenly as possible; the first one of equals has the gradient. */
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: number | readonly [number, number],
  options: AdaptiveMaxPoolOptions & { returnIndices: true },
): Pooled;
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: number | readonly [number, number],
  options?: AdaptiveMaxPoolOptions & { returnIndices?: false | undefined },
): Tensor;
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: number | readonly [number, number],
  options: AdaptiveMaxPoolOptions = {},
): Tensor | Pooled {
  takes("adaptiveMaxPool2d", arguments.length, 3);
  return maxima("adaptiveMaxPool2d", x, outputSize, 2, options);
}

/** Takes the largest elements of windows that divide x [N, C, D, H, W] or [C, D, H, W] as evenly as possible; the first one of equals has the gradient. */
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: number | readonly [number, number, number],
  options: AdaptiveMaxPoolOptions & { returnIndices: true },
): Pooled;
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: number | readonly [number, number, number],
  options?: AdaptiveMaxPoolOptions & { returnIndices?: false | undefined },
): Tensor;
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: number | readonly [number, number, number],
  options: AdaptiveMaxPoolOptions = {},
): Tensor | Pooled {
  takes("adaptiveMaxPool3d", arguments.length, 3);
  return maxima("adaptiveMaxPool3d", x, outputSize, 3, options);
}
