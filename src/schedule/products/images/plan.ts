// Plans a convolution with images in the lanes: its units of work, what is packed, its tiles and its cost. Where images are small and many,
// nothing is multiplied by padding, and the kernel, which is then larger than the images, is read once and in place.

import { bestHeight, bestVectors, tileCost } from "../../cost/tiles.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";
import { type Span, spansOf, tapsOf } from "./spans.ts";

const bytes = 4;
/** Images of a panel: two vectors. */
export const panelImages = 8;
/** Terms of a sum in one block. */
const maxBlockTerms = 512;
/** Size of a unit's packed images, in bytes. */
const maxImageBytes = 1024 * 1024;
/** Threads need this many units, as long as each has minUnitOutputs outputs that share the packed images. */
const minUnits = 16;
const minUnitOutputs = 8;
/** Positions with different numbers of taps have different code. */
const maxShapes = 16;
/** Planes of at least this many elements are apart by a cache line more, so that they do not map to the same cache sets. */
const minApart = 256;
const gap = 16;
/**
 * Costs in half cycles: of a tile besides its products, and of four numbers of x that are packed and of y that are finished. The other
 * algorithms copy as well, which their estimates leave out: these are the differences, measured on 25 convolutions with their gradients.
 */
const costs = { tile: 16, packed: 2, finished: 3 };

/** A panel of more bytes does not stay in the second-level cache, and takes longer by this factor: 1.09 for 64 channels of 32×32. */
const maxNearBytes = 768 * 1024;
const farFactor = 1.1;

export interface ImagesPlan {
  readonly units: number;
  /** Bytes of scratch memory of one call. */
  readonly scratch: number;
  readonly description: string;
  /** Cost of all sums, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  /** Outputs and images of a unit, and channels of a block of the sum. */
  readonly outputs: number;
  readonly images: number;
  readonly channels: number;
  /** Outputs of a tile. */
  readonly height: number;
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
  /** Where the sums of a tile of outputs begin in scratch, as [output][position][image], and the same as [output][image][position]. */
  readonly sums: number;
  readonly results: number;
}

/** Number of positions of y. */
export const area = ({ positions }: ConvolutionSpec): number => positions[0] * positions[1];

/** Images in the lanes of a panel with this many images. */
export const lanesOf = (images: number): number => Math.ceil(images / 4) * 4;

/** Elements from one channel to the next in a packed panel. */
export function planeOf({ size }: ConvolutionSpec, lanes: number): number {
  const plane = size[0] * size[1] * lanes;
  return plane < minApart ? plane : plane + gap;
}

/** Elements of a packed panel. */
export const panelSize = (spec: ConvolutionSpec): number => spec.channels * planeOf(spec, panelImages);

const widthOf = ({ batch }: ConvolutionSpec): number => Math.min(batch, panelImages);

/** Whether a convolution can be computed with images in the lanes: it has no gaps, and few shapes of tiles. */
export function takesImages(spec: ConvolutionSpec): boolean {
  const [rows, columns] = [spansOf(spec, 0), spansOf(spec, 1)];
  const shapes = new Set(rows.flatMap(({ taps }) => columns.map((column) => `${taps} ${column.taps}`)));
  return spec.channels > 0 && spec.inputDilation.every((dilation) => dilation === 1) && shapes.size <= maxShapes;
}

/** Cost of all sums, in half cycles; Infinity where the algorithm cannot be taken. */
export function imagesCost(spec: ConvolutionSpec): number {
  if (!takesImages(spec)) return Infinity;
  const { batch, groups, channels, outputs, size, relaxed } = spec;
  const [rows, columns] = [spansOf(spec, 0), spansOf(spec, 1)];
  const height = heightOf(spec);
  const terms = tapsOf(rows) * tapsOf(columns) * channels;
  const blocks = Math.ceil(channels / blockChannels(spec));
  const panel = (images: number) => {
    const vectors = Math.ceil(images / 4);
    const tiles = Math.ceil(outputs / height) * area(spec) * blocks * costs.tile;
    const finished = outputs * area(spec) * vectors * costs.finished;
    const packed = channels * size[0] * size[1] * vectors * costs.packed;
    return images === 0 ? 0 : terms * tileCost(outputs, vectors, height, relaxed) + tiles + finished + packed;
  };
  const whole = Math.floor(batch / panelImages);
  const factor = panelSize(spec) * bytes > maxNearBytes ? farFactor : 1;
  return factor * groups * (whole * panel(panelImages) + panel(batch % panelImages));
}

const heightOf = (spec: ConvolutionSpec): number =>
  bestHeight(spec.outputs, Math.min(Math.ceil(widthOf(spec) / 4), bestVectors(0)), spec.relaxed);

const blockChannels = ({ kernel, channels }: ConvolutionSpec): number =>
  Math.max(Math.min(Math.floor(maxBlockTerms / Math.max(kernel[0] * kernel[1], 1)), channels), 1);

export function imagesPlan(spec: ConvolutionSpec): ImagesPlan {
  const { batch, groups } = spec;
  const height = heightOf(spec);
  const inUnit = Math.max(Math.ceil(spec.outputs / minUnits), minUnitOutputs);
  const outputs = Math.min(Math.ceil(inUnit / height) * height, spec.outputs);
  const fitting = Math.max(Math.floor(maxImageBytes / (panelSize(spec) * bytes)), 1) * panelImages;
  const blocks = Math.ceil(batch / fitting);
  const images = blocks === 1 ? batch : Math.ceil(batch / blocks / panelImages) * panelImages;
  const channels = blockChannels(spec);
  const sums = Math.ceil(images / panelImages) * panelSize(spec);
  const size = height * area(spec) * panelImages;
  const units = groups * Math.ceil(spec.outputs / outputs) * Math.ceil(batch / images);
  const tile = `${height} outputs × ${widthOf(spec)} images`;
  return {
    units,
    cost: imagesCost(spec),
    scratch: (sums + 2 * size + 4) * bytes,
    description: `tiles of ${tile} without padding, x packed, w in place, sums in blocks of ${channels} channels`,
    outputs,
    images,
    channels,
    height,
    rows: spansOf(spec, 0),
    columns: spansOf(spec, 1),
    sums,
    results: sums + size,
  };
}
