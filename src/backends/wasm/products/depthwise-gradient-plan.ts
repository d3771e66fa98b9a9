// How the gradient of a depthwise kernel (depthwise-gradient.ts) is cut up: a convolution with a position for each number of that kernel,
// whose own kernel is as large as an image and whose channels are the images of the batch.

import { describeRows, planRows, type RowsPlan } from "./convolution-positions-plan.ts";
import type { ConvolutionSpec } from "./convolution-spec.ts";
import { largestPlane } from "./depthwise-plan.ts";

const bytes = 4;
/** With four outputs, vectors of outputs (convolution-outputs.ts) are full. */
const mostOutputs = 3;
const mostPositions = 49;
/** Sums of fewer terms stay in the order of all others. */
const fewestTerms = 64;
const smallestKernel = 32;
/** Positions whose sums stay in registers, beside two vectors of the kernel, one of x and what V8 has under way. */
const mostSums = 10;
/** Groups of a unit: an image's planes that lie beside each other are read faster than one plane of each image. For threads: so many units. */
const mostGroups = 8;
const enoughUnits = 8;

export interface GradientPlan {
  readonly units: number;
  readonly scratch: number;
  readonly words: string;
  /** Groups of a unit. */
  readonly groups: number;
  /** The rows of the kernel that are done at once, and what they read of x. */
  readonly rows: RowsPlan;
  /** Where the sums of all positions begin in scratch, a vector each. */
  readonly sums: number;
  /** Positions, row by row, in parts. */
  readonly parts: readonly (readonly { readonly row: number; readonly column: number }[])[];
}

/** Whether a convolution is done so: long sums at few positions, with outputs that would not fill a vector. */
export function isDepthwiseGradient({ channels, outputs, kernel, positions }: ConvolutionSpec): boolean {
  const size = kernel[0] * kernel[1];
  const area = positions[0] * positions[1];
  const isLong = size >= Math.max(smallestKernel, 2 * area) && channels * size >= fewestTerms;
  return isLong && outputs <= mostOutputs && area <= mostPositions && kernel[1] >= 4;
}

export function gradientPlan(spec: ConvolutionSpec): GradientPlan {
  const { batch, groups, channels, outputs, kernel, positions, stride, kernelDilation } = spec;
  // Kernel and positions may change places: both step over x.
  const turned = { kernel: positions, positions: kernel, stride: kernelDilation, kernelDilation: stride };
  const rows = planRows({ ...spec, ...turned, channels: 1, batch: batch * channels }, largestPlane);
  const area = positions[0] * positions[1];
  const size = Math.ceil(area / Math.ceil(area / mostSums));
  const places = Array.from({ length: area }, (_, i) => ({
    row: Math.floor(i / positions[1]),
    column: i % positions[1],
  }));
  const parts = Array.from({ length: Math.ceil(area / size) }, (_, i) => places.slice(i * size, (i + 1) * size));
  const sums = Math.ceil(rows.scratch / 16) * 16;
  const together = Math.min(Math.max(Math.floor((groups * batch) / enoughUnits), 1), mostGroups, groups);
  return {
    units: Math.ceil(groups / together) * batch,
    scratch: sums + together * outputs * area * 4 * bytes,
    words: `depthwise, sums in lanes, ${size} positions at once, ${describeRows(rows)}`,
    groups: together,
    rows,
    sums,
    parts,
  };
}
