// Plans a convolution with outputs in the lanes: its units of work, its blocks and tiles, and its cost.

import { bestHeight, tileCost } from "../../cost/tiles.ts";
import { type Padding, pitch } from "./padding.ts";
import { type ConvolutionSpec, lengthOfSum } from "./spec.ts";

const bytes = 4;
/** Outputs of a tile. */
export const tileOutputs = 8;
/** Terms of a sum in one block. */
const maxBlockTerms = 512;
/** Size of a block's padded images, in bytes. */
const maxImageBytes = 256 * 1024;
/** Outputs of a unit. */
const maxUnitOutputs = 16;
/**
 * Threads need at least minUnits units, as long as each unit has minSums sums of each output that share the kernel which the unit packs.
 */
const minUnits = 16;
const minSums = 256;
/** With at most this many positions, tiles may be positions of one image, each tile unrolled in the code. */
const maxPositions = 32;

export interface OutputsPlan {
  readonly units: number;
  /** Bytes of scratch memory of one call. */
  readonly scratch: number;
  readonly description: string;
  /** Cost of all sums, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  /** Outputs and images of a unit. */
  readonly outputs: number;
  readonly images: number;
  /** Channels and kernel rows of a block of the sum; a block with more than one channel has all kernel rows. */
  readonly channels: number;
  readonly kernelRows: number;
  readonly padding: Padding;
  /** Elements of a padded plane (one channel of one image). */
  readonly plane: number;
  /** Where the packed kernel and the sums begin in scratch. */
  readonly packed: number;
  readonly sums: number;
  /** Whether the rows of a tile are images (at one position), not positions (of one image). */
  readonly byImages: boolean;
}

/** Number of positions of y. */
export const area = ({ positions }: ConvolutionSpec): number => positions[0] * positions[1];

/** Cost of one term of the sums of `count` rows and all outputs, in half cycles. */
function tilesCost(count: number, { outputs, relaxed }: ConvolutionSpec): number {
  const cost = (vectors: number) => tileCost(count, vectors, bestHeight(count, vectors, relaxed), relaxed);
  const edge = outputs % tileOutputs;
  return Math.floor(outputs / tileOutputs) * cost(tileOutputs / 4) + (edge > 0 ? cost(Math.ceil(edge / 4)) : 0);
}

const costByImages = (spec: ConvolutionSpec): number => area(spec) * tilesCost(spec.batch, spec);
const costByPositions = (spec: ConvolutionSpec): number =>
  area(spec) <= maxPositions ? spec.batch * tilesCost(area(spec), spec) : Infinity;

/** Cost of all sums, in half cycles. */
export const outputsCost = (spec: ConvolutionSpec): number =>
  lengthOfSum(spec) * spec.groups * Math.min(costByImages(spec), costByPositions(spec));

export function outputsPlan(spec: ConvolutionSpec): OutputsPlan {
  const { batch, groups, channels, size, kernel, positions, stride, padding, inputDilation, kernelDilation, x } = spec;
  const [kH, kW] = kernel;
  const blockChannels = Math.max(Math.min(Math.floor(maxBlockTerms / Math.max(kH * kW, 1)), channels), 1);
  const kernelRows =
    blockChannels > 1 ? Math.max(kH, 1) : Math.max(Math.min(Math.floor(maxBlockTerms / Math.max(kW, 1)), kH), 1);
  const padded: Padding = {
    size,
    strides: [x.row, x.column],
    dilation: inputDilation,
    left: padding[1],
    phases: 1,
    cleared: false,
    phase: (positions[1] - 1) * stride[1] + Math.max(kW - 1, 0) * kernelDilation[1] + 1,
  };
  const plane = ((positions[0] - 1) * stride[0] + Math.max(kernelRows - 1, 0) * kernelDilation[0] + 1) * pitch(padded);
  const fittingImages = Math.floor(maxImageBytes / (plane * blockChannels * bytes));
  const byImages = costByImages(spec) < costByPositions(spec);
  const maxImages = Math.max(
    Math.min(batch, fittingImages >= tileOutputs ? fittingImages - (fittingImages % tileOutputs) : fittingImages),
    1,
  );
  const outputs = Math.min(spec.outputs, spec.outputs <= maxUnitOutputs ? tileOutputs : maxUnitOutputs);
  const unitsOf = (images: number) => groups * Math.ceil(spec.outputs / outputs) * Math.ceil(batch / images);
  let images = maxImages;
  while (unitsOf(images) < minUnits) {
    const fewer = byImages ? Math.ceil(images / (2 * tileOutputs)) * tileOutputs : Math.ceil(images / 2);
    if (fewer >= images || fewer * area(spec) < minSums) break;
    images = fewer;
  }
  const across = Math.ceil(outputs / 4) * 4;
  const packed = images * blockChannels * plane;
  const sums = packed + across * blockChannels * kernelRows * kW;
  const height = bestHeight(byImages ? images : area(spec), Math.min(Math.ceil(outputs / 4), 2), spec.relaxed);
  const tiles = `${height} ${byImages ? "images" : "positions"} × ${Math.min(outputs, tileOutputs)} outputs`;
  return {
    units: unitsOf(images),
    cost: outputsCost(spec),
    scratch: (sums + images * area(spec) * across) * bytes,
    description: `tiles of ${tiles}, x padded, w packed, sums in blocks of ${blockChannels}×${kernelRows}×${kW}`,
    outputs,
    images,
    channels: blockChannels,
    kernelRows,
    padding: padded,
    plane,
    packed,
    sums,
    byImages,
  };
}

/** Elements from one row of the sums in scratch to the next. */
export const sumsRow = ({ outputs }: OutputsPlan): number => Math.ceil(outputs / 4) * 4;

/**
 * Half cycles of a row of a padded plane, of each of its elements, and of an element of the kernel that is packed: with rows of at least
 * four elements, these are transposed in registers. Convolutions of 1×1 with a stride of 2 and their gradients take less than half the time
 * with images in the lanes.
 */
const copyCosts = { row: 4, element: 1, kernel: 2, kernelInVectors: 0.5 };

/** Cost of what each unit pads and packs, in half cycles: with few positions it is as large as that of the sums. */
export function copiesCost(spec: ConvolutionSpec): number {
  const { units, images, outputs, plane, padding } = outputsPlan(spec);
  const width = pitch(padding);
  const padded = images * spec.channels * (plane / width) * (copyCosts.row + copyCosts.element * width);
  const kernel = spec.kernel[1] >= 4 ? copyCosts.kernelInVectors : copyCosts.kernel;
  return units * (padded + outputs * lengthOfSum(spec) * kernel);
}
