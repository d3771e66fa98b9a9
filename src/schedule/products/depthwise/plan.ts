// Plans a convolution whose groups have one output: its units of work and tiles. With one row of y in a tile, a vector of x
// would be multiplied by one element of the kernel only, and loading it would cost as much as multiplying. Tiles therefore have several
// rows of y, so that a loaded vector serves several rows of the kernel. (Groups with two outputs are as fast in the tiles of
// convolution/positions-plan.ts.)

import { untiledCost } from "../../cost/tiles.ts";
import { describeRows, planRows, type RowsPlan } from "../convolution/positions-plan.ts";
import { type ConvolutionSpec, lengthOfSum } from "../convolution/spec.ts";

/** Vector registers: V8 reserves one of sixteen. */
const registers = 15;
/** Elements of the largest kernel that is unrolled. */
const maxKernelSize = 49;
/** Elements of the largest kernel that stays in registers. */
const maxHeldTaps = 9;
/** Channels of a group: the input gradient of a layer with up to four outputs a channel has as many. */
const maxChannels = 4;
/** Size of a unit's padded plane, in bytes, so that it stays in the first-level cache. */
export const maxPlaneBytes = 20 * 1024;

export interface DepthwisePlan extends RowsPlan {
  readonly description: string;
  /** Cost of all sums, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  /** Rows and vectors of a tile. */
  readonly height: number;
  readonly vectors: number;
  /** Whether the kernel is loaded into registers once, not in each tile. */
  readonly held: boolean;
}

/** Whether a convolution takes this algorithm: its groups have one output and few channels, and its kernel is small enough to unroll. */
export function isDepthwise({ channels, outputs, kernel }: ConvolutionSpec): boolean {
  const taps = kernel[0] * kernel[1];
  return outputs === 1 && channels > 0 && channels <= maxChannels && taps > 0 && taps <= maxKernelSize;
}

/**
 * Divides `rows` into `high` tiles of the plan's height and `low` tiles of one row less; where that is impossible, a last tile has `rest`
 * rows.
 */
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

/** Cost of all sums, in half cycles (cost/tiles.ts): vectors hold four positions. */
const depthwiseCost = (spec: ConvolutionSpec): number =>
  untiledCost(lengthOfSum(spec) * spec.batch * spec.groups * spec.positions[0] * Math.ceil(spec.positions[1] / 4));

export function depthwisePlan(spec: ConvolutionSpec): DepthwisePlan {
  const { channels, kernel, positions, relaxed } = spec;
  const rows = planRows(spec, channels * maxPlaneBytes);
  const taps = kernel[0] * kernel[1];
  const held = channels === 1 && taps <= maxHeldTaps;
  const vectors = Math.min(held && taps > 4 ? 1 : 2, Math.ceil(positions[1] / 4));
  // Registers for sums: all but those for the vectors of x, for the kernel (or one element of it), and for products before they are
  // added. In a tile that loads the kernel, V8 keeps three such products at a time.
  const sums = registers - vectors - (held ? taps : 1) - (relaxed ? 0 : held ? 1 : 3);
  const tiles = Math.ceil(rows.rows / Math.floor(sums / vectors));
  const height = Math.ceil(rows.rows / tiles);
  const tile = `${height} rows × ${vectors * 4} positions`;
  return {
    ...rows,
    height,
    vectors,
    held,
    cost: depthwiseCost(spec),
    description: `depthwise, tiles of ${tile}, w ${held ? "in registers" : "in place"}, ${describeRows(rows)}`,
  };
}
