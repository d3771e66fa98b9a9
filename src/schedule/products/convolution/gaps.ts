// Splits a convolution with a dilated input into convolutions without dilation. The input gradient of a convolution with a stride has a
// dilated input: zeros (gaps) stand between the elements of x, and with a stride of 2 only a quarter of the products read an element of x.
// Positions that are congruent modulo the dilation use the same taps (elements of the kernel), and these taps read neighbouring elements
// of x: each class of positions is a convolution of its own, without gaps. Products with gaps are not computed, so an infinite weight
// that meets only gaps gives no NaN.
import type { ConvolutionSpec } from "./spec.ts";

/** A convolution that is part of another one. */
export interface Part {
  readonly spec: ConvolutionSpec;
  /** Offsets of the part's first tap and first result in w and y of the whole, in elements. */
  readonly w: number;
  readonly y: number;
  /** Row r of the part is row first[0] + r · apart[0] of the whole; columns likewise, with first[1] and apart[1]. */
  readonly first: readonly [number, number];
  readonly apart: readonly [number, number];
}

/** One class of positions of one dim: position = first + dilation · q, tap = firstTap + tapStep · u. */
interface Class {
  readonly first: number;
  readonly positions: number;
  readonly firstTap: number;
  readonly tapStep: number;
  readonly taps: number;
  readonly kernelDilation: number;
  readonly padding: number;
}

/** The parts of a convolution, one for each class of rows and of columns; a convolution without gaps is its own only part. */
export function withoutGaps(spec: ConvolutionSpec): Part[] {
  const { stride, inputDilation, w, y } = spec;
  const split = [0, 1].map((dim) => inputDilation[dim] > 1 && stride[dim] === 1);
  if (!split[0] && !split[1]) return [{ spec, w: 0, y: 0, first: [0, 0], apart: [1, 1] }];
  const [rows, columns] = ([0, 1] as const).map((dim) => (split[dim] ? classes(spec, dim) : [whole(spec, dim)]));
  return rows
    .flatMap((row) =>
      columns.map(
        (column): Part => ({
          w: row.firstTap * w.row + column.firstTap * w.column,
          y: row.first * y.row + column.first * y.column,
          first: [row.first, column.first],
          apart: [split[0] ? inputDilation[0] : 1, split[1] ? inputDilation[1] : 1],
          spec: {
            ...spec,
            runs: "rows",
            positions: [row.positions, column.positions],
            kernel: [row.taps, column.taps],
            kernelDilation: [row.kernelDilation, column.kernelDilation],
            padding: [row.padding, column.padding],
            inputDilation: [split[0] ? 1 : inputDilation[0], split[1] ? 1 : inputDilation[1]],
            w: { ...w, row: w.row * row.tapStep, column: w.column * column.tapStep },
            y: {
              ...y,
              row: split[0] ? y.row * inputDilation[0] : y.row,
              column: split[1] ? y.column * inputDilation[1] : y.column,
            },
          },
        }),
      ),
    )
    .filter(({ spec: { positions } }) => positions[0] > 0 && positions[1] > 0);
}

/** All positions of a dim as one class. */
const whole = ({ positions, kernel, kernelDilation, padding }: ConvolutionSpec, dim: 0 | 1): Class => ({
  first: 0,
  positions: positions[dim],
  firstTap: 0,
  tapStep: 1,
  taps: kernel[dim],
  kernelDilation: kernelDilation[dim],
  padding: padding[dim],
});

/** The classes of a dim: position p reads x for tap t at (p + t · kernelDilation − padding) / dilation, if that is a whole number. */
function classes({ positions, kernel, kernelDilation, padding, inputDilation }: ConvolutionSpec, dim: 0 | 1): Class[] {
  const dilation = inputDilation[dim];
  const step = kernelDilation[dim];
  return Array.from({ length: dilation }, (_, first) => {
    const meets = Array.from({ length: kernel[dim] }, (_, tap) => tap).filter(
      (tap) => (first + tap * step - padding[dim]) % dilation === 0,
    );
    const [firstTap = 0, second = firstTap + 1] = meets;
    const tapStep = second - firstTap;
    return {
      first,
      positions: Math.ceil((positions[dim] - first) / dilation),
      firstTap,
      tapStep,
      taps: meets.length,
      kernelDilation: meets.length > 1 ? (tapStep * step) / dilation : 1,
      padding: meets.length > 0 ? (padding[dim] - first - firstTap * step) / dilation : 0,
    };
  });
}
