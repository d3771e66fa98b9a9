// The description of a convolution from which its plan follows: sizes and strides.

type Pair = readonly [number, number];

/**
 * y[image, group, output] at (row, column) = Σ over channel, i, j of x[image, group, channel] at
 * (row · stride + i · kernelDilation − padding) / inputDilation · w[group, output, channel, i, j]; x is 0 outside the image and between
 * its elements. Pairs are (height, width). Strides are in elements and may be any integers; elements of y must not overlap.
 */
export interface ConvolutionSpec {
  readonly batch: number;
  readonly groups: number;
  /** Channels and outputs of one group. */
  readonly channels: number;
  readonly outputs: number;
  readonly size: Pair;
  readonly kernel: Pair;
  /** Rows and columns of y. */
  readonly positions: Pair;
  readonly stride: Pair;
  /** Padding at the low end; a negative one crops. The padding at the high end follows from `positions`. */
  readonly padding: Pair;
  readonly inputDilation: Pair;
  readonly kernelDilation: Pair;
  readonly x: Readonly<Record<"image" | "group" | "channel" | "row" | "column", number>>;
  readonly w: Readonly<Record<"group" | "output" | "channel" | "row" | "column", number>>;
  readonly y: Readonly<Record<"image" | "group" | "output" | "row" | "column", number>>;
  /**
   * How far the places of a result follow one another, for y and for all that the epilogue reads and writes: along a row; from row to row of
   * a plane; or from image to image as well. In planes, a column may be past its row: column 5 of row 0 of a plane of 3×3 is column 2 of row 1.
   * Default: rows.
   */
  readonly runs?: "rows" | "planes" | "images";
  /** Whether products are summed by relaxed multiply-add, which may round product and sum together. */
  readonly relaxed: boolean;
  /** Whether Winograd's algorithm (winograd/plan.ts), with fewer multiplications and larger rounding errors, may be used where it is faster. */
  readonly winograd?: boolean;
}

/** Number of terms of each sum: channels, kernel rows and kernel columns. */
export const lengthOfSum = ({ channels, kernel }: ConvolutionSpec): number => channels * kernel[0] * kernel[1];
