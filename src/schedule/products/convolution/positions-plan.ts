// Plans a convolution with positions in the lanes: its units of work, its panels and tiles, and its cost.

import { bestHeight, bestVectors, tileCost } from "../../cost/tiles.ts";
import { type Padding, pitch } from "./padding.ts";
import { type ConvolutionSpec, lengthOfSum } from "./spec.ts";

const bytes = 4;
/** Size of a unit's padded image with all channels, in bytes; a unit has as many rows as fit. */
const maxImageBytes = 256 * 1024;
/** A single image of a single group is cut into this many units, for threads. */
const minUnits = 8;

/** Panels of equal width in each row of y: full panels of a tile's width, or the one panel of the remaining columns. */
export interface Panels {
  /** First column of y, columns of one panel, number of panels, and outputs of a tile. */
  readonly first: number;
  readonly columns: number;
  readonly count: number;
  readonly height: number;
}

/** How the rows of y are divided into units, and what each unit reads of x. */
export interface RowsPlan {
  readonly units: number;
  /** Bytes of scratch memory of one call. */
  readonly scratch: number;
  /** Rows of y in a unit, and units in an image. */
  readonly rows: number;
  readonly blocks: number;
  /** How x is padded, or null if it is read in place. */
  readonly padding: Padding | null;
  /** Elements from one row to the next of what the tiles read (x or its padded copy), and from one channel to the next. */
  readonly pitch: number;
  readonly plane: number;
}

export interface PositionsPlan extends RowsPlan {
  readonly description: string;
  /** Cost of all sums, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  readonly panels: readonly Panels[];
}

/** Columns of a tile. */
export const widthOf = ({ positions, outputs }: ConvolutionSpec): number =>
  Math.min(bestVectors(outputs), Math.ceil(positions[1] / 4)) * 4;

function panelsOf(spec: ConvolutionSpec): Panels[] {
  const { positions, outputs, relaxed } = spec;
  const width = widthOf(spec);
  const left = positions[1] % width;
  const whole = positions[1] - left;
  const height = (columns: number) => bestHeight(outputs, Math.ceil(columns / 4), relaxed);
  return [
    { first: 0, columns: width, count: whole / width, height: height(width) },
    { first: whole, columns: left, count: left > 0 ? 1 : 0, height: height(left) },
  ].filter(({ count }) => count > 0);
}

/** Cost of all sums, in half cycles. */
export function positionsCost(spec: ConvolutionSpec): number {
  const { batch, groups, outputs, positions, relaxed } = spec;
  const row = panelsOf(spec).map(
    ({ columns, count, height }) => count * tileCost(outputs, Math.ceil(columns / 4), height, relaxed),
  );
  return lengthOfSum(spec) * batch * groups * positions[0] * row.reduce((sum, cost) => sum + cost, 0);
}

/** Number of padded rows that `rows` rows of y read. */
export const reach = ({ stride, kernel, kernelDilation }: ConvolutionSpec, rows: number): number =>
  (rows - 1) * stride[0] + Math.max(kernel[0] - 1, 0) * kernelDilation[0] + 1;

/** Divides the rows of y into units; if x is padded, the padded rows that a unit reads take at most `maxBytes` bytes. */
export function planRows(spec: ConvolutionSpec, maxBytes: number): RowsPlan {
  const { batch, groups, channels, size, kernel, positions, stride, padding, inputDilation, kernelDilation, x } = spec;
  const reachOfColumns = (positions[1] - 1) * stride[1] + Math.max(kernel[1] - 1, 0) * kernelDilation[1] + 1;
  const inPlace =
    stride[1] === 1 &&
    x.column === 1 &&
    inputDilation[0] === 1 &&
    inputDilation[1] === 1 &&
    padding[0] <= 0 &&
    padding[1] <= 0 &&
    reach(spec, positions[0]) - padding[0] <= size[0] &&
    reachOfColumns - padding[1] <= size[1];
  const padded: Omit<Padding, "cleared"> = {
    size,
    strides: [x.row, x.column],
    dilation: inputDilation,
    left: padding[1],
    phases: stride[1],
    phase: Math.floor((Math.max(kernel[1] - 1, 0) * kernelDilation[1]) / stride[1]) + Math.ceil(positions[1] / 4) * 4,
  };
  const rowBytes = pitch(padded) * bytes * channels;
  const fittingRows = Math.floor((maxBytes / Math.max(rowBytes, 1) - reach(spec, 1)) / stride[0]) + 1;
  const maxUnitRows = Math.ceil((positions[0] * batch * groups) / minUnits);
  const blocks = Math.ceil(positions[0] / Math.max(Math.min(positions[0], maxUnitRows, fittingRows), 1));
  const rows = Math.ceil(positions[0] / blocks);
  const plane = reach(spec, rows) * pitch(padded);
  return {
    units: batch * groups * blocks,
    scratch: inPlace ? 0 : channels * plane * bytes + 16,
    rows,
    blocks,
    // Units that are whole images have their zeros at the same places.
    padding: inPlace ? null : { ...padded, cleared: blocks === 1 },
    pitch: inPlace ? x.row : pitch(padded),
    plane: inPlace ? x.channel : plane,
  };
}

/** The plan in words, for explain(). */
export const describeRows = ({ padding, rows }: RowsPlan): string =>
  `x ${padding ? "padded" : "in place"}, ${rows} rows at a time`;

export function positionsPlan(spec: ConvolutionSpec): PositionsPlan {
  const rows = planRows(spec, maxImageBytes);
  const panels = panelsOf(spec);
  const tiles = panels.map(({ height, columns }) => `${height} outputs × ${columns} positions`).join(" and ");
  return { ...rows, panels, cost: positionsCost(spec), description: `tiles of ${tiles}, ${describeRows(rows)}` };
}
