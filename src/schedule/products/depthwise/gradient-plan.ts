// Plans the gradient of a depthwise kernel. This gradient is itself a convolution: it has a position for each
// element of the depthwise kernel, its own kernel is as large as an image, and its channels are the images of the batch.

import { untiledCost } from "../../cost/tiles.ts";
import { describeRows, planRows, type RowsPlan } from "../convolution/positions-plan.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";
import { maxPlaneBytes } from "./plan.ts";

const bytes = 4;
/** From four outputs on, vectors of outputs (convolution/outputs-plan.ts) are full. */
const maxOutputs = 3;
const maxPositions = 49;
/** Shorter sums keep the order of summation of all other convolutions. */
const minTerms = 64;
const minKernelSize = 32;
/** Positions whose sums stay in registers, beside two vectors of the kernel, one of x and V8's temporaries. */
const maxSums = 10;
/**
 * Groups of a unit: neighbouring planes of one image are read faster than one plane of each image. Threads need at least minUnits units.
 */
const maxGroups = 8;
const minUnits = 8;

export interface GradientPlan {
  readonly units: number;
  /** Bytes of scratch memory of one call. */
  readonly scratch: number;
  readonly description: string;
  /** Cost of all sums, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  /** Groups of a unit. */
  readonly groups: number;
  /** The kernel rows of one step, and what they read of x. */
  readonly rows: RowsPlan;
  /** Where the sums begin in scratch; each position has a vector. */
  readonly sums: number;
  /** The positions, counted row by row, divided into parts whose sums fit into registers. */
  readonly parts: readonly { readonly first: number; readonly count: number }[];
}

/** Whether a convolution takes this algorithm: it has long sums at few positions, and too few outputs to fill a vector. */
export function isDepthwiseGradient({ channels, outputs, kernel, positions }: ConvolutionSpec): boolean {
  const size = kernel[0] * kernel[1];
  const area = positions[0] * positions[1];
  const isLong = size >= Math.max(minKernelSize, 2 * area) && channels * size >= minTerms;
  return isLong && outputs <= maxOutputs && area <= maxPositions && kernel[1] >= 4;
}

export function gradientPlan(spec: ConvolutionSpec): GradientPlan {
  const { batch, groups, channels, outputs, kernel, positions, stride, kernelDilation } = spec;
  // Kernel and positions are exchanged in this spec, which is possible because both step over x.
  const exchanged = { kernel: positions, positions: kernel, stride: kernelDilation, kernelDilation: stride };
  const planned = planRows({ ...spec, ...exchanged, channels: 1, batch: batch * channels }, maxPlaneBytes);
  const rows = { ...planned, padding: planned.padding && { ...planned.padding, cleared: false } };
  const area = positions[0] * positions[1];
  const size = Math.ceil(area / Math.ceil(area / maxSums));
  const parts = Array.from({ length: Math.ceil(area / size) }, (_, i) => ({
    first: i * size,
    count: Math.min(area - i * size, size),
  }));
  const sums = Math.ceil(rows.scratch / 16) * 4;
  const groupsOfUnit = Math.min(Math.max(Math.floor((groups * batch) / minUnits), 1), maxGroups, groups);
  return {
    units: Math.ceil(groups / groupsOfUnit) * batch,
    scratch: (sums + groupsOfUnit * outputs * area * 4) * bytes,
    cost: untiledCost(batch * groups * outputs * area * channels * kernel[0] * Math.ceil(kernel[1] / 4)),
    description: `depthwise, sums in lanes, ${size} positions at once, ${describeRows(rows)}`,
    groups: groupsOfUnit,
    rows,
    sums,
    parts,
  };
}
