// Decides which convolutions are computed by Winograd's minimal filtering F(2×2, 3×3), where the spec allows it, and plans
// them. A tile of the product has four outputs, a panel has eight tiles of the image, a block has several rows of tiles of one image, and
// a unit of work has several blocks of one group. The plan depends on the shape alone.

import { tileCost } from "../../cost/tiles.ts";
import { outputsCost } from "../convolution/outputs-plan.ts";
import { type Padding, pitch } from "../convolution/padding.ts";
import { positionsCost } from "../convolution/positions-plan.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";

const bytes = 4;
/** Outputs of a tile of the product, and tiles of the image in a panel (two vectors). */
export const tileOutputs = 4;
export const panelTiles = 8;
/** Elements of a 4×4 tile, each of which is a product of its own. */
export const elements = 16;
/** Size of a block's padded image with all channels, in bytes. */
const maxBlockBytes = 128 * 1024;
/** Threads need this many units, if there are as many blocks; a single image is cut into half as many blocks. */
const minUnits = 16;
/** Numbers between the matrices of two elements: one cache line, so that they do not map to the same cache sets. */
const gap = 16;

export interface WinogradPlan {
  readonly units: number;
  /** Cost of all products and transforms, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  /** Bytes of scratch memory of one call. */
  readonly scratch: number;
  readonly description: string;
  readonly padding: Padding;
  /** Rows of tiles of the image, and of a block; vectors of four tiles in such a row. */
  readonly tileRows: number;
  readonly rows: number;
  readonly across: number;
  /** Blocks of an image, of a unit, and of a group (with all images). */
  readonly blocksOfImage: number;
  readonly blocksOfUnit: number;
  readonly blocks: number;
  /** Elements of a padded plane. */
  readonly plane: number;
  /** Numbers from the matrix of one element to that of the next: of the kernel (four outputs) and of the image (a panel). */
  readonly kernelStep: number;
  readonly imageStep: number;
  /** Where the transformed image, the sums and the padded image begin in scratch; the transformed kernel is at 0. */
  readonly image: number;
  readonly sums: number;
  readonly padded: number;
}

/** Numbers from one element to the next in the sums of a tile. */
export const sumsStep = tileOutputs * panelTiles;

export function winogradPlan(spec: ConvolutionSpec): WinogradPlan {
  const { batch, groups, channels, outputs, size, positions, padding, x } = spec;
  const tileRows = Math.ceil(positions[0] / 2);
  const across = Math.ceil(positions[1] / panelTiles);
  const padded: Padding = {
    size,
    strides: [x.row, x.column],
    dilation: [1, 1],
    left: padding[1],
    phases: 1,
    cleared: false,
    phase: across * panelTiles + 2,
  };
  const fittingRows = Math.floor((maxBlockBytes / (pitch(padded) * channels * bytes) - 2) / 2);
  const maxUnitRows = Math.ceil((2 * tileRows * batch * groups) / minUnits);
  const maxRows = Math.max(Math.min(tileRows, maxUnitRows, fittingRows), 1);
  // An odd number of vectors in a block would leave half a panel empty.
  const evenRows = across % 2 === 1 && maxRows % 2 === 1 ? Math.min(maxRows + 1, tileRows) : maxRows;
  const blocksOfImage = Math.ceil(tileRows / evenRows);
  const rows = Math.ceil(tileRows / blocksOfImage);
  const blocks = batch * blocksOfImage;
  const blocksOfUnit = Math.max(Math.floor((blocks * groups) / minUnits), 1);
  const plane = (2 * rows + 2) * pitch(padded);
  const kernelStep = channels * tileOutputs + gap;
  const imageStep = channels * panelTiles + gap;
  const image = Math.ceil(outputs / tileOutputs) * elements * kernelStep;
  const sums = image + elements * imageStep;
  const start = sums + elements * sumsStep;
  const units = groups * Math.ceil(blocks / blocksOfUnit);
  const times = blocksOfUnit === 1 ? "" : `, ${blocksOfUnit} times`;
  return {
    units,
    cost: winogradCost(spec, { rows, across, tileRows, blocksOfImage, units }),
    scratch: (start + channels * plane + 4) * bytes,
    description: `Winograd F(2×2, 3×3), products of ${Math.min(outputs, tileOutputs)} outputs × ${panelTiles} tiles, ${rows} rows of tiles at a time${times}`,
    padding: padded,
    tileRows,
    rows,
    across,
    blocksOfImage,
    blocksOfUnit,
    blocks,
    plane,
    kernelStep,
    imageStep,
    image,
    sums,
    padded: start,
  };
}

const is = ([height, width]: readonly [number, number], size: number): boolean => height === size && width === size;

/**
 * The plan of a convolution that takes this algorithm: the spec allows it, the kernel is 3×3 without stride and dilation, and the estimated
 * speedup is above `minSpeedup`; null for any other. On images of 32×32, 8 channels to 8 outputs take it, and 3 channels to 32 outputs do
 * not.
 */
export function winogradIfFaster(spec: ConvolutionSpec): WinogradPlan | null {
  const { winograd, channels, outputs, kernel, stride, inputDilation, kernelDilation } = spec;
  if (winograd !== true || channels * outputs === 0) return null;
  if (!is(kernel, 3) || !is(stride, 1) || !is(inputDilation, 1) || !is(kernelDilation, 1)) return null;
  const plan = winogradPlan(spec);
  if (plan.image * bytes > maxKernelBytes) return null;
  const direct = Math.min(positionsCost(spec), outputsCost(spec));
  return direct > minSpeedup * plan.cost ? plan : null;
}

/** Smallest estimated speedup that is worth larger rounding errors. */
const minSpeedup = 1.2;
/** Size of a group's transformed kernel, in bytes: each thread has its own copy, and every panel reads all of it. */
const maxKernelBytes = 5 * 1024 * 1024;
/** Measured costs in half cycles: four tiles of one channel (image), four tiles of one output, four outputs' kernels of one channel. */
const transformCosts = { image: 55, output: 45, kernel: 80 };

/** Cost of all products and transforms, in half cycles. */
function winogradCost(
  { batch, groups, channels, outputs, relaxed }: ConvolutionSpec,
  {
    rows,
    across,
    tileRows,
    blocksOfImage,
    units,
  }: Pick<WinogradPlan, "rows" | "across" | "tileRows" | "blocksOfImage" | "units">,
): number {
  const lastRows = tileRows - rows * (blocksOfImage - 1);
  const panels = (blocksOfImage - 1) * Math.ceil((rows * across) / 2) + Math.ceil((lastRows * across) / 2);
  const { image, output, kernel } = transformCosts;
  const products = elements * channels * tileCost(outputs, 2, tileOutputs, relaxed);
  const transforms = 2 * (image * channels + output * outputs);
  const kernels = kernel * channels * Math.ceil(outputs / tileOutputs);
  return batch * groups * panels * (products + transforms) + units * kernels;
}
