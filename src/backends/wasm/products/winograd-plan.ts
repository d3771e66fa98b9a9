// Which convolutions are computed by Winograd's minimal filtering F(2×2, 3×3), where that is asked for (winograd.ts), and how they are
// cut up. Four outputs are a tile of the product, eight tiles of the image a panel; a block is some rows of tiles of one image,
// a unit of work some blocks of one group. All of it follows from the shape alone.
import { outputsCost } from "./convolution-outputs-plan.ts";
import { positionsCost } from "./convolution-positions-plan.ts";
import type { ConvolutionSpec } from "./convolution-spec.ts";
import { tileCost } from "./matmul-plan.ts";
import { type Padding, pitch } from "./pad.ts";

const bytes = 4;
/** Outputs of a tile of the product, and tiles of the image in a panel: two vectors. */
export const outputsAtOnce = 4;
export const tilesAtOnce = 8;
/** Elements of a 4×4 tile, each of which is a product of its own. */
export const elements = 16;
/** The padded image of a block, all channels, in bytes. */
const largestBlock = 128 * 1024;
/** So many units, if there are so many blocks; one image is cut into half as many blocks. */
const enoughUnits = 16;
/** The line between two elements' matrices keeps them out of each other's way in a cache. */
const apart = 64;

export interface WinogradPlan {
  readonly units: number;
  readonly scratch: number;
  readonly words: string;
  readonly padding: Padding;
  /** Rows of tiles of the image, and of a block; vectors of four tiles in such a row. */
  readonly tileRows: number;
  readonly rows: number;
  readonly across: number;
  /** Blocks of an image, of a unit, and of a group in all. */
  readonly blocksOfImage: number;
  readonly blocksOfUnit: number;
  readonly blocks: number;
  /** Elements of a padded plane. */
  readonly plane: number;
  /** Bytes from the matrix of one element to that of the next: of the kernel (four outputs) and of the image (a panel). */
  readonly kernelStep: number;
  readonly imageStep: number;
  /** Where in scratch they begin, in bytes; the transformed kernel is first. */
  readonly image: number;
  readonly sums: number;
  readonly padded: number;
}

/** Bytes from one channel of a panel, or one output of its sums, to the next; half of them is a vector. */
export const panelStep = tilesAtOnce * bytes;
/** Bytes from one element to the next in the sums of a tile. */
export const sumsStep = outputsAtOnce * panelStep;

export function winogradPlan(spec: ConvolutionSpec): WinogradPlan {
  const { batch, groups, channels, outputs, size, positions, padding, x } = spec;
  const tileRows = Math.ceil(positions[0] / 2);
  const across = Math.ceil(positions[1] / tilesAtOnce);
  const padded: Padding = {
    size,
    strides: [x.row, x.column],
    dilation: [1, 1],
    left: padding[1],
    phases: 1,
    phase: across * tilesAtOnce + 2,
  };
  const fitting = Math.floor((largestBlock / (pitch(padded) * channels * bytes) - 2) / 2);
  const enough = Math.ceil((2 * tileRows * batch * groups) / enoughUnits);
  const most = Math.max(Math.min(tileRows, enough, fitting), 1);
  // An odd number of vectors would leave half a panel empty.
  const even = across % 2 === 1 && most % 2 === 1 ? Math.min(most + 1, tileRows) : most;
  const blocksOfImage = Math.ceil(tileRows / even);
  const rows = Math.ceil(tileRows / blocksOfImage);
  const blocks = batch * blocksOfImage;
  const blocksOfUnit = Math.max(Math.floor((blocks * groups) / enoughUnits), 1);
  const plane = (2 * rows + 2) * pitch(padded);
  const kernelStep = channels * outputsAtOnce * bytes + apart;
  const imageStep = channels * panelStep + apart;
  const image = Math.ceil(outputs / outputsAtOnce) * elements * kernelStep;
  const sums = image + elements * imageStep;
  const start = sums + elements * sumsStep;
  const times = blocksOfUnit === 1 ? "" : `, ${blocksOfUnit} times`;
  return {
    units: groups * Math.ceil(blocks / blocksOfUnit),
    scratch: start + channels * plane * bytes + 16,
    words: `Winograd F(2×2, 3×3), products of ${Math.min(outputs, outputsAtOnce)} outputs × ${tilesAtOnce} tiles, ${rows} rows of tiles at a time${times}`,
    padding: padded,
    ...{ tileRows, rows, across, blocksOfImage, blocksOfUnit, blocks, plane, kernelStep, imageStep },
    ...{ image, sums, padded: start },
  };
}

const is = ([height, width]: readonly [number, number], size: number): boolean => height === size && width === size;

/**
 * Whether a convolution is asked for in this way, is one of 3×3 without strides and gaps, and is faster so: by the estimate at least
 * `worthwhile` times. From 8 channels to 8 outputs on images of 32×32 it is, from 3 to 32 it is not.
 */
export function byWinograd(spec: ConvolutionSpec): boolean {
  const { winograd, channels, outputs, kernel, stride, inputDilation, kernelDilation } = spec;
  if (winograd !== true || channels * outputs === 0) return false;
  if (!is(kernel, 3) || !is(stride, 1) || !is(inputDilation, 1) || !is(kernelDilation, 1)) return false;
  if (winogradPlan(spec).image > largestKernel) return false;
  const direct = Math.min(positionsCost(spec), outputsCost(spec)) * channels * 9;
  return direct > worthwhile * winogradCost(spec);
}

/** What is hardly faster is left as it is: that is more exact. */
const worthwhile = 1.2;
/** The transformed kernel of a group, in bytes: each thread has its own, and every panel reads all of it. */
const largestKernel = 5 * 1024 * 1024;
/** In half cycles, measured: four tiles of a channel, of an output, and the kernels of four outputs and a channel. */
const transformCosts = { image: 55, output: 45, kernel: 80 };

/** Half cycles, as positionsCost times the terms. */
function winogradCost(spec: ConvolutionSpec): number {
  const { batch, groups, channels, outputs, relaxed } = spec;
  const { rows, across, tileRows, blocksOfImage, units } = winogradPlan(spec);
  const lastRows = tileRows - rows * (blocksOfImage - 1);
  const panels = (blocksOfImage - 1) * Math.ceil((rows * across) / 2) + Math.ceil((lastRows * across) / 2);
  const { image, output, kernel } = transformCosts;
  const products = elements * channels * tileCost(outputs, 2, outputsAtOnce, relaxed);
  const transforms = 2 * (image * channels + output * outputs);
  const kernels = kernel * channels * Math.ceil(outputs / outputsAtOnce);
  return batch * groups * panels * (products + transforms) + units * kernels;
}
