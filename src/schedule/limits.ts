// Limits that decide how a program is cut, whatever the machine. Tests pass others. splitLimits decide in which order long sums are rounded;
// the others change no bit of a result.

import type { SplitLimits } from "../compiler/split.ts";

/** Which long sums of products are split. A part takes about 20 µs; writing its results is a small share of that. */
export const splitLimits: SplitLimits = {
  maxParts: 8,
  maxResults: 1 << 15,
  minMultiplications: 1 << 19,
  minTerms: 256,
  minTiles: 8,
  tileRows: 256,
  tileColumns: 16,
};

/** Positions of the images from which a convolution of 1×1 becomes a matrix product; tiles of a convolution may hold several images. */
export const minPositions = 16;

/** When kernels become a chain. */
export interface ChainLimits {
  /** Fewer parts are too few to share among threads. */
  readonly minParts: number;
  /** How much memory the parts that are done together touch. Kernels that touch less in all stay in the cache anyway. */
  readonly pieceBytes: number;
  /** How much memory a single part may touch. */
  readonly maxPartBytes: number;
  /**
   * Whether one thread makes chains, too, where each part is one contiguous stretch of its buffers. One thread gains nothing from it, since
   * the processor prefetches such loops (x86, rows of 512 and of 1024: 0 to 10 % slower). Two threads gain 0 to 16 %: they wait for each
   * other once rather than at each kernel. Where the parts are scattered (the channels of images), one thread gains as well: 7 to 25 % of a
   * batch norm with its gradient.
   */
  readonly contiguousOnOneThread: boolean;
}

export const chainLimits: ChainLimits = {
  minParts: 8,
  pieceBytes: 1 << 20,
  maxPartBytes: 1 << 22,
  contiguousOnOneThread: false,
};

/**
 * Smallest estimated times (cost/time.ts) of a task and of a program that threads share, in nanoseconds. Small nets on two threads took up to
 * a tenth longer with limits twice as high.
 */
export interface SharingLimits {
  readonly taskNs: number;
  readonly programNs: number;
}

export const sharingLimits: SharingLimits = { taskNs: 2.5e3, programNs: 20e3 };
