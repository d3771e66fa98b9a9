// How a convolution whose groups have one output (depthwise.ts) is cut up. In a row of y a vector of x then meets one number of the
// kernel, and loading it costs as much as multiplying: tiles have several rows of y, so that a vector serves several rows of the kernel.
// (Two outputs are as fast in tiles of outputs, convolution-positions.ts.)

import { describeRows, planRows, type RowsPlan } from "./convolution-positions-plan.ts";
import type { ConvolutionSpec } from "./convolution-spec.ts";

/** V8 keeps one of sixteen for itself. */
const registers = 15;
/** Larger kernels are not written out. */
const largestKernel = 49;
/** Kernels that stay in registers have so many numbers. */
const mostHeld = 9;
/** The input gradient of so many outputs of a channel. */
const mostChannels = 4;
/** A padded plane of a unit, in bytes, stays in the first-level cache. */
export const largestPlane = 20 * 1024;

export interface DepthwisePlan extends RowsPlan {
  readonly words: string;
  /** Rows and vectors of a tile. */
  readonly height: number;
  readonly vectors: number;
  /** Whether the numbers of the kernel are loaded once, not in each tile. */
  readonly held: boolean;
}

/** Whether a convolution is done so: one output, few channels, and a kernel that can be written out. */
export function isDepthwise({ channels, outputs, kernel }: ConvolutionSpec): boolean {
  const taps = kernel[0] * kernel[1];
  return outputs === 1 && channels > 0 && channels <= mostChannels && taps > 0 && taps <= largestKernel;
}

/** How many tiles of the plan's height, and of one row less, so many rows take; a last one has the rest. */
export function tilesOf(
  rows: number,
  height: number,
): { readonly high: number; readonly low: number; readonly rest: number } {
  for (let high = Math.floor(rows / height); high >= 0 && height > 1; high--) {
    const left = rows - high * height;
    if (left % (height - 1) === 0) return { high, low: left / (height - 1), rest: 0 };
  }
  return { high: Math.floor(rows / height), low: 0, rest: rows % height };
}

/** Rows of x that a tile reads, each with the rows of the tile that it serves and the rows of the kernel that it meets. */
export function rowsOfTile(
  { kernel, stride, kernelDilation }: Pick<ConvolutionSpec, "kernel" | "stride" | "kernelDilation">,
  height: number,
) {
  const rows = new Map<number, { readonly row: number; readonly i: number }[]>();
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < kernel[0]; i++) {
      const u = row * stride[0] + i * kernelDilation[0];
      rows.set(u, [...(rows.get(u) ?? []), { row, i }]);
    }
  }
  return [...rows].sort(([a], [b]) => a - b).map(([u, meets]) => ({ u, meets }));
}

export function depthwisePlan(spec: ConvolutionSpec): DepthwisePlan {
  const { channels, kernel, positions, relaxed } = spec;
  const rows = planRows(spec, channels * largestPlane);
  const taps = kernel[0] * kernel[1];
  const held = channels === 1 && taps <= mostHeld;
  const vectors = Math.min(held && taps > 4 ? 1 : 2, Math.ceil(positions[1] / 4));
  // What is left for sums besides vectors of x, the kernel or a number of it, and products that are not added at once: in a tile
  // that loads the kernel V8 has three of them under way.
  const sums = registers - vectors - (held ? taps : 1) - (relaxed ? 0 : held ? 1 : 3);
  const tiles = Math.ceil(rows.rows / Math.floor(sums / vectors));
  const height = Math.ceil(rows.rows / tiles);
  const tile = `${height} rows × ${vectors * 4} positions`;
  return {
    ...rows,
    height,
    vectors,
    held,
    words: `depthwise, tiles of ${tile}, w ${held ? "in registers" : "in place"}, ${describeRows(rows)}`,
  };
}
