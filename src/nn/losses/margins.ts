// Losses with a margin: they are 0 for examples that are right by more than it.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { floating } from "../../tensor/promotion.ts";
import { inRegion } from "../../tensor/region.ts";
import { broadcastShapes, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { pairwiseDistance } from "../similarity.ts";
import { checkPair, checkReduction, type ReductionOptions, reduced } from "./reduction.ts";

/** The options of marginRankingLoss, cosineEmbeddingLoss and hingeEmbeddingLoss. */
export interface MarginOptions extends ReductionOptions {
  /** The margin; 0 if left out, and 1 for hingeEmbeddingLoss. */
  readonly margin?: number | undefined;
}

/** The options of tripletMarginLoss. */
export interface TripletMarginOptions extends ReductionOptions {
  /** By how much the negative example should be farther away than the positive one, above 0; 1 if left out. */
  readonly margin?: number | undefined;
  /** The order of the norm; 2 if left out. */
  readonly p?: number | undefined;
  /** Added to each difference; 1e-6 if left out. */
  readonly eps?: number | undefined;
  /** Whether the distance between the positive and the negative example counts where it is the smaller one; false if left out. */
  readonly swap?: boolean | undefined;
}

const marginNames: OptionNames<MarginOptions> = { reduction: true, margin: true };
const tripletNames: OptionNames<TripletMarginOptions> = {
  reduction: true,
  margin: true,
  p: true,
  eps: true,
  swap: true,
};

/** max(x, 0), with the gradient 1 at 0 as PyTorch's clamp has it. */
const atLeastZero = (x: Tensor): Tensor => x.clamp(0);

/** The margin and the reduction, checked. */
function optionsOf(call: string, options: MarginOptions, initial: number) {
  checkOptions(call, options, marginNames);
  const { margin = initial, reduction = "mean" } = options;
  checkReduction(call, reduction);
  checkNumber(call, "margin", margin);
  return { margin, reduction };
}

/**
 * max(0, margin - y · (x1 - x2)), where y is 1 if x1 should be the larger one, and -1 if x2 should; the shapes broadcast. The mean over all
 * elements, unless `reduction` says otherwise.
 */
export function marginRankingLoss(x1: Tensor, x2: Tensor, y: Tensor, options: MarginOptions = {}): Tensor {
  takes("marginRankingLoss", arguments.length, 4);
  for (const [name, value] of Object.entries({ x1, x2, y })) checkTensor("marginRankingLoss", name, value);
  const { margin, reduction } = optionsOf("marginRankingLoss", options, 0);
  broadcastShapes("marginRankingLoss", broadcastShapes("marginRankingLoss", x1.shape, x2.shape), y.shape);
  return inRegion("marginRankingLoss", { margin }, () =>
    reduced(
      atLeastZero(
        floating(y)
          .neg()
          .mul(floating(x1).sub(floating(x2)))
          .add(margin),
      ),
      reduction,
    ),
  );
}

/**
 * x where y is 1, and max(0, margin - x) where y is -1: x is a distance, which is to be small for equal things and at least the margin for
 * others. The mean over all elements, unless `reduction` says otherwise; the margin is 1 if left out. The shapes broadcast.
 */
export function hingeEmbeddingLoss(x: Tensor, y: Tensor, options: MarginOptions = {}): Tensor {
  takes("hingeEmbeddingLoss", arguments.length, 3);
  checkTensor("hingeEmbeddingLoss", "x", x);
  checkTensor("hingeEmbeddingLoss", "y", y);
  const { margin, reduction } = optionsOf("hingeEmbeddingLoss", options, 1);
  broadcastShapes("hingeEmbeddingLoss", x.shape, y.shape);
  return inRegion("hingeEmbeddingLoss", { margin }, () => {
    const apart = atLeastZero(x.neg().add(margin)).where(y.ne(1), 0);
    return reduced(apart.add(x.where(y.ne(-1), 0)), reduction);
  });
}

/**
 * 1 - cos where y is 1, and max(0, cos - margin) where y is -1, with the cosine of the angle between x1 and x2: [N, D] with y [N], or [D] with
 * y []. The mean over the pairs, unless `reduction` says otherwise.
 */
export function cosineEmbeddingLoss(x1: Tensor, x2: Tensor, y: Tensor, options: MarginOptions = {}): Tensor {
  takes("cosineEmbeddingLoss", arguments.length, 4);
  checkPair("cosineEmbeddingLoss", ["x1", x1], ["x2", x2]);
  checkTensor("cosineEmbeddingLoss", "y", y);
  const { margin, reduction } = optionsOf("cosineEmbeddingLoss", options, 0);
  if (x1.ndim < 1 || x1.ndim > 2 || !sameShape(y.shape, x1.shape.slice(0, -1)))
    throw new ChainruleError(
      "shape",
      "cosineEmbeddingLoss",
      `[N, D] goes with y [N], and [D] with y [], not ${describe(x1)} with ${describe(y)}`,
    );
  return inRegion("cosineEmbeddingLoss", { margin }, () => {
    // In float32, as in PyTorch.
    const eps = Math.fround(1e-12);
    const squares = (x: Tensor) => x.square().sum(-1).add(eps);
    const cosine = x1
      .mul(x2)
      .sum(-1)
      .div(squares(x1).mul(squares(x2)).sqrt());
    const near = cosine.neg().add(1).where(y.eq(1), 0);
    const apart = atLeastZero(cosine.sub(margin)).where(y.eq(-1), 0);
    return reduced(near.add(apart), reduction);
  });
}

/**
 * max(0, d(anchor, positive) - d(anchor, negative) + margin), where d is pairwiseDistance over the last dim (Balntas et al. 2016). The mean,
 * unless `reduction` says otherwise. With `swap`, d(positive, negative) takes the place of d(anchor, negative) where it is smaller.
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  takes("tripletMarginLoss", arguments.length, 4);
  checkPair("tripletMarginLoss", ["anchor", anchor], ["positive", positive]);
  checkPair("tripletMarginLoss", ["anchor", anchor], ["negative", negative]);
  checkOptions("tripletMarginLoss", options, tripletNames);
  const { margin = 1, p = 2, eps = 1e-6, swap = false, reduction = "mean" } = options;
  checkReduction("tripletMarginLoss", reduction);
  checkNumber("tripletMarginLoss", "margin", margin, { above: 0 });
  checkNumber("tripletMarginLoss", "p", p, { from: 0, to: Infinity });
  checkNumber("tripletMarginLoss", "eps", eps);
  if (anchor.ndim === 0)
    throw new ChainruleError("shape", "tripletMarginLoss", "takes [..., D], not tensors without dims");
  return inRegion("tripletMarginLoss", { margin, p, eps, swap }, () => {
    const near = pairwiseDistance(anchor, positive, { p, eps });
    const far = pairwiseDistance(anchor, negative, { p, eps });
    const farthest = swap ? far.minimum(pairwiseDistance(positive, negative, { p, eps })) : far;
    return reduced(atLeastZero(near.sub(farthest).add(margin)), reduction);
  });
}
