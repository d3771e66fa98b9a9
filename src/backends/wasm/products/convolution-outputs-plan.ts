// How a convolution with outputs in the lanes (convolution-outputs.ts) is cut up, and what it costs.
import type { ConvolutionSpec } from "./convolution-spec.ts";
import { bestHeight, tileCost } from "./matmul-plan.ts";
import { type Padding, pitch } from "./pad.ts";

const bytes = 4;
/** Outputs of a tile. */
export const width = 8;
/** Terms of a sum that are done at once. */
const longestBlock = 512;
/** The padded images of a block, in bytes. */
const largestImages = 256 * 1024;
/** Outputs of a unit. */
const widestUnit = 16;
/** For threads: so many units, as long as that many sums of each output share the kernel that a unit packs. */
const enoughUnits = 16;
const fewestSums = 256;
/** So many positions have tiles of their own, written out. */
const mostPositions = 32;

export interface OutputsPlan {
  readonly units: number;
  readonly scratch: number;
  readonly words: string;
  /** Outputs and images of a unit. */
  readonly outputs: number;
  readonly images: number;
  /** Channels and kernel rows of a block of the sum; if there is more than one channel, all rows. */
  readonly channels: number;
  readonly kernelRows: number;
  readonly padding: Padding;
  /** Elements of a padded plane, and where packed kernel and sums begin in scratch, in bytes. */
  readonly plane: number;
  readonly packed: number;
  readonly sums: number;
  /** Whether a tile's rows are images. */
  readonly byImages: boolean;
}

const vectorsOf = (outputs: number): number[] => [
  ...Array.from({ length: Math.floor(outputs / width) }, () => 2),
  ...(outputs % width > 0 ? [Math.ceil((outputs % width) / 4)] : []),
];

/** Positions of y. */
export const area = ({ positions }: ConvolutionSpec): number => positions[0] * positions[1];

function tilesCost(count: number, { outputs, relaxed }: ConvolutionSpec): number {
  const costs = vectorsOf(outputs).map((vectors) =>
    tileCost(count, vectors, bestHeight(count, vectors, relaxed), relaxed),
  );
  return costs.reduce((sum, cost) => sum + cost, 0);
}

const costByImages = (spec: ConvolutionSpec): number => area(spec) * tilesCost(spec.batch, spec);
const costByPositions = (spec: ConvolutionSpec): number =>
  area(spec) <= mostPositions ? spec.batch * tilesCost(area(spec), spec) : Infinity;

/** Half cycles for a term of all sums. */
export const outputsCost = (spec: ConvolutionSpec): number =>
  spec.groups * Math.min(costByImages(spec), costByPositions(spec));

export function outputsPlan(spec: ConvolutionSpec): OutputsPlan {
  const { batch, groups, channels, size, kernel, positions, stride, padding, inputDilation, kernelDilation, x } = spec;
  const [kH, kW] = kernel;
  const blockChannels = Math.max(Math.min(Math.floor(longestBlock / Math.max(kH * kW, 1)), channels), 1);
  const kernelRows =
    blockChannels > 1 ? Math.max(kH, 1) : Math.max(Math.min(Math.floor(longestBlock / Math.max(kW, 1)), kH), 1);
  const padded: Padding = {
    size,
    strides: [x.row, x.column],
    dilation: inputDilation,
    left: padding[1],
    phases: 1,
    phase: (positions[1] - 1) * stride[1] + Math.max(kW - 1, 0) * kernelDilation[1] + 1,
  };
  const plane = ((positions[0] - 1) * stride[0] + Math.max(kernelRows - 1, 0) * kernelDilation[0] + 1) * pitch(padded);
  const fitting = Math.floor(largestImages / (plane * blockChannels * bytes));
  const byImages = costByImages(spec) < costByPositions(spec);
  const most = Math.max(Math.min(batch, fitting >= width ? fitting - (fitting % width) : fitting), 1);
  const outputs = Math.min(spec.outputs, spec.outputs <= widestUnit ? width : widestUnit);
  const unitsOf = (images: number) => groups * Math.ceil(spec.outputs / outputs) * Math.ceil(batch / images);
  let images = most;
  while (unitsOf(images) < enoughUnits) {
    const fewer = byImages ? Math.ceil(images / (2 * width)) * width : Math.ceil(images / 2);
    if (fewer >= images || fewer * area(spec) < fewestSums) break;
    images = fewer;
  }
  const across = Math.ceil(outputs / 4) * 4;
  const packed = images * blockChannels * plane * bytes;
  const sums = packed + across * blockChannels * kernelRows * kW * bytes;
  const heights = bestHeight(byImages ? images : area(spec), Math.min(Math.ceil(outputs / 4), 2), spec.relaxed);
  const tiles = `${heights} ${byImages ? "images" : "positions"} × ${Math.min(outputs, width)} outputs`;
  return {
    units: unitsOf(images),
    scratch: sums + images * area(spec) * across * bytes,
    words: `tiles of ${tiles}, x padded, w packed, sums in blocks of ${blockChannels}×${kernelRows}×${kW}`,
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

/** Bytes from a row of the kept sums to the next. */
export const acrossSums = ({ outputs }: OutputsPlan): number => Math.ceil(outputs / 4) * 4 * bytes;
