// Where the kernel meets the image: the rows of y, and likewise its columns, in spans whose positions use the same taps (rows of the kernel).
// With a padding of 1, the first of 4 rows uses two taps of 3, the last one as well, and those between them use all. Taps on padding are not
// computed: on images of 2×2 with a 3×3 kernel they are more than half of all.
import type { ConvolutionSpec } from "../convolution/spec.ts";

/** `count` positions from `first` on, each with `taps` taps from `tap` on; the first one begins to read x at `from`. */
export interface Span {
  readonly first: number;
  readonly count: number;
  readonly tap: number;
  readonly taps: number;
  readonly from: number;
}

/** The spans of a dim: 0 for rows, 1 for columns. */
export function spansOf(spec: ConvolutionSpec, dim: 0 | 1): readonly Span[] {
  const { size, kernel, positions, stride, padding, kernelDilation } = spec;
  const step = kernelDilation[dim];
  const spans: Span[] = [];
  for (let position = 0; position < positions[dim]; position++) {
    const start = position * stride[dim] - padding[dim];
    const tap = Math.max(Math.ceil(-start / step), 0);
    const end = Math.min(Math.floor((size[dim] - 1 - start) / step) + 1, kernel[dim]);
    const taps = Math.max(end - tap, 0);
    const last = spans.at(-1);
    if (last !== undefined && last.tap === tap && last.taps === taps)
      spans[spans.length - 1] = { ...last, count: last.count + 1 };
    else spans.push({ first: position, count: 1, tap, taps, from: taps > 0 ? start + tap * step : 0 });
  }
  return spans;
}

/** Taps of all positions of a dim. */
export const tapsOf = (spans: readonly Span[]): number => spans.reduce((sum, { count, taps }) => sum + count * taps, 0);
