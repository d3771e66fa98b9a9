// Plans a convolution: divides it into parts without gaps (gaps.ts) and chooses the algorithm of each. There are three general algorithms,
// of which the cheapest one is chosen:
//   positions  a vector holds neighbouring positions, and is multiplied by one element of the kernel;
//   outputs    a vector holds neighbouring outputs, and is multiplied by one element of the image (for few small images);
//   images     a vector holds neighbouring images, and is multiplied by one element of the kernel (for many small images, and the gradient
//              of the kernel). It leaves out the products with padding.
// All sum over channels, kernel rows and kernel columns, in this order. Groups with one output have tiles of their own ("depthwise"), and
// the gradients of their kernels are summed in four parts ("gradient"). Winograd's algorithm has fewer multiplications and rounds
// differently: it is used only where the spec allows it.
import { type GradientPlan, gradientPlan, isDepthwiseGradient } from "../depthwise/gradient-plan.ts";
import { type DepthwisePlan, depthwisePlan, isDepthwise } from "../depthwise/plan.ts";
import { type ImagesPlan, imagesCost, imagesPlan } from "../images/plan.ts";
import { type WinogradPlan, winogradIfFaster } from "../winograd/plan.ts";
import { type Part, withoutGaps } from "./gaps.ts";
import { copiesCost, type OutputsPlan, outputsCost, outputsPlan } from "./outputs-plan.ts";
import { type PositionsPlan, positionsCost, positionsPlan } from "./positions-plan.ts";
import type { ConvolutionSpec } from "./spec.ts";

/** The plan of each algorithm. */
export interface Plans {
  winograd: WinogradPlan;
  gradient: GradientPlan;
  depthwise: DepthwisePlan;
  positions: PositionsPlan;
  outputs: OutputsPlan;
  images: ImagesPlan;
}

export type Algorithm = keyof Plans;

/** An algorithm with its plan. */
export type Planned = { readonly [A in Algorithm]: { readonly algorithm: A; readonly plan: Plans[A] } }[Algorithm];

/** A convolution without gaps, with its algorithm and plan. */
export type PlannedPart = Part & Planned;

export interface ConvolutionPlan {
  /** The parts; their units follow one another. There are none if y has no elements. */
  readonly parts: readonly PlannedPart[];
  readonly units: number;
  /** Cost of all parts, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  /** Bytes of scratch memory of one call. */
  readonly scratchBytes: number;
}

/** Outputs in the lanes also cost copies and a gather, which the estimate leaves out: positions are preferred up to this cost ratio. */
const maxCostRatio = 1.1;

/** Images in the lanes are chosen below this share of the other costs: a stem of 7×7, at a share of 0.98, takes 2 % longer with them. */
const minGain = 0.97;

export function planConvolution(spec: ConvolutionSpec): ConvolutionPlan {
  const without = isEmpty(spec) ? [] : withoutGaps(spec);
  const byImages = isCheaperByImages(without.map((part) => part.spec));
  const parts = without.map((part) => ({ ...part, ...plannedOf(part.spec, byImages) }));
  return {
    parts,
    units: parts.reduce((sum, { plan }) => sum + plan.units, 0),
    cost: parts.reduce((sum, { plan }) => sum + plan.cost, 0),
    scratchBytes: Math.max(0, ...parts.map(({ plan }) => plan.scratch)),
  };
}

const isEmpty = ({ batch, groups, outputs, positions }: ConvolutionSpec): boolean =>
  batch * groups * outputs * positions[0] * positions[1] === 0;

/**
 * Whether parts cost less with images in the lanes. All parts of a convolution are computed in one way: in the input gradient of 128 -> 256
 * channels on 8×8, the part with one tap would cost the same by positions, but reads the kernel again for each row of an image.
 */
function isCheaperByImages(parts: readonly ConvolutionSpec[]): boolean {
  const sum = (cost: (spec: ConvolutionSpec) => number) => parts.reduce((total, spec) => total + cost(spec), 0);
  return sum(imagesCost) < minGain * sum((spec) => Math.min(positionsCost(spec), outputsCost(spec) + copiesCost(spec)));
}

function plannedOf(spec: ConvolutionSpec, byImages: boolean): Planned {
  const winograd = winogradIfFaster(spec);
  if (winograd) return { algorithm: "winograd", plan: winograd };
  if (isDepthwiseGradient(spec)) return { algorithm: "gradient", plan: gradientPlan(spec) };
  if (isDepthwise(spec)) return { algorithm: "depthwise", plan: depthwisePlan(spec) };
  if (byImages) return { algorithm: "images", plan: imagesPlan(spec) };
  return positionsCost(spec) <= maxCostRatio * outputsCost(spec)
    ? { algorithm: "positions", plan: positionsPlan(spec) }
    : { algorithm: "outputs", plan: outputsPlan(spec) };
}

/** The plan in words, for explain(). */
export function describeConvolution({ parts }: ConvolutionPlan): string {
  const [first, ...others] = parts.map(({ plan }) => plan.description);
  if (first === undefined) return "nothing to do";
  return others.length === 0 ? first : `${others.length + 1} parts without gaps, the first in ${first}`;
}
