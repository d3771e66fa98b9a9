// What a convolution is asked for: sizes, strides, and what finishes its sums.
import type { Code, Local } from "../assembler/assembler.ts";

type Pair = readonly [number, number];

/**
 * y[image, group, output] at (row, column) = Σ over channel, i, j of x[image, group, channel] at
 * (row · stride + i · kernelDilation − padding) / inputDilation · w[group, output, channel, i, j]; outside and between the numbers of x
 * stand zeros. Pairs are height, width; strides are in elements and may be any integers, those of y must keep its elements apart.
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
  /** At the low end; what follows at the high end is up to `positions`. Negative crops. */
  readonly padding: Pair;
  readonly inputDilation: Pair;
  readonly kernelDilation: Pair;
  readonly x: Readonly<Record<"image" | "group" | "channel" | "row" | "column", number>>;
  readonly w: Readonly<Record<"group" | "output" | "channel" | "row" | "column", number>>;
  readonly y: Readonly<Record<"image" | "group" | "output" | "row" | "column", number>>;
  /** false: nothing is stored to y, since finish does what is to be done. */
  readonly stores?: false;
  /** Whether the engine may round product and sum at once. */
  readonly relaxed: boolean;
  /** Whether fewer, less exact products may be taken where that is faster (winograd.ts). */
  readonly winograd?: boolean;
  /** How many more i32 parameters the function takes, for finish to read. */
  readonly extras?: number;
  /** Called once for each up to four elements of a row of y, when their sums are complete and before they are stored: may change `value`. */
  readonly finish?: (code: Code, at: ConvolutionPlace) => void;
}

export interface ConvolutionPlace {
  /** y at column, column + apart, …, of which `lanes` exist. The others may be anything and are not stored. */
  readonly value: Local;
  readonly image: Local;
  readonly group: Local;
  /** Within the group. */
  readonly output: Local;
  readonly row: Local;
  readonly column: Local;
  readonly apart: number;
  readonly lanes: number;
  readonly extras: readonly Local[];
}
