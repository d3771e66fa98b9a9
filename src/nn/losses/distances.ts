// Losses of two tensors of one shape that measure how far apart they are, element by element.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkPair, checkReduction, type Reduction, type ReductionOptions, reduced } from "./reduction.ts";

/** The options of mseLoss, l1Loss and hingeLoss. */
export interface DistanceOptions extends ReductionOptions {
  /** A weight for each term, of the shape of x. A mean is then divided by the sum of the weights. 1 everywhere if left out. */
  readonly weight?: Tensor | null | undefined;
}

/** The options of huberLoss. */
export interface HuberLossOptions extends ReductionOptions {
  /** The |x - y| at which the loss changes from quadratic to linear, above 0; 1 if left out. */
  readonly delta?: number | undefined;
  /** A weight for each term, of the shape of x. As in PyTorch, a mean is still divided by the number of terms. 1 everywhere if left out. */
  readonly weight?: Tensor | null | undefined;
}

/** The options of smoothL1Loss. */
export interface SmoothL1LossOptions extends ReductionOptions {
  /** The |x - y| at which the loss changes from quadratic to linear, from 0; 1 if left out. */
  readonly beta?: number | undefined;
}

const smoothNames: OptionNames<SmoothL1LossOptions> = { reduction: true, beta: true };
const distanceNames: OptionNames<DistanceOptions> = { reduction: true, weight: true };
const huberNames: OptionNames<HuberLossOptions> = { reduction: true, delta: true, weight: true };

function checkWeight(call: string, x: Tensor, weight: Tensor | null): void {
  if (weight === null) return;
  checkTensor(call, "weight", weight);
  if (!sameShape(weight.shape, x.shape))
    throw new ChainruleError(
      "shape",
      call,
      `the weight has the shape of x, not ${describe(weight)} for ${describe(x)}; expand it`,
    );
}

/** The terms of a loss, each times its weight; a mean is divided by the sum of the weights. */
function weighted(terms: Tensor, weight: Tensor | null, reduction: Reduction): Tensor {
  if (weight === null) return reduced(terms, reduction);
  const products = terms.mul(weight);
  return reduction === "mean" ? products.sum().div(weight.sum()) : reduced(products, reduction);
}

/** A loss with the options reduction and weight, from the formula of its terms. */
function distance(call: string, terms: (x: Tensor, y: Tensor) => Tensor) {
  return (given: number, x: [string, Tensor], y: [string, Tensor], options: DistanceOptions): Tensor => {
    takes(call, given, 3);
    checkOptions(call, options, distanceNames);
    const { reduction = "mean", weight = null } = options;
    checkReduction(call, reduction);
    checkPair(call, x, y);
    checkWeight(call, x[1], weight);
    return inRegion(call, {}, () => weighted(terms(x[1], y[1]), weight, reduction));
  };
}

const hinge = distance("hingeLoss", (scores, targets) => scores.mul(targets).neg().add(1).relu());
const mse = distance("mseLoss", (x, y) => x.sub(y).square());
const l1 = distance("l1Loss", (x, y) => x.sub(y).abs());

/**
 * max(0, 1 - y · score), where the target y is -1 or 1, of the same shape (Cortes and Vapnik 1995): the mean over all elements, unless
 * `reduction` says otherwise.
 */
export function hingeLoss(scores: Tensor, targets: Tensor, options: DistanceOptions = {}): Tensor {
  return hinge(arguments.length, ["scores", scores], ["targets", targets], options);
}

/** (x - y)²: the mean over all elements, unless `reduction` says otherwise; the shapes must be equal. */
export function mseLoss(x: Tensor, y: Tensor, options: DistanceOptions = {}): Tensor {
  return mse(arguments.length, ["x", x], ["y", y], options);
}

/**
 * |x - y|: the mean over all elements, unless `reduction` says otherwise; the shapes must be equal. Where x = y the gradient is 0.
 */
export function l1Loss(x: Tensor, y: Tensor, options: DistanceOptions = {}): Tensor {
  return l1(arguments.length, ["x", x], ["y", y], options);
}

/**
 * d²/2 where |d| ≤ delta, and delta · (|d| - delta/2) elsewhere, with d = x - y: quadratic like mseLoss near 0, and nowhere steeper than
 * delta (Huber 1964). The mean over all elements, unless `reduction` says otherwise. The shapes must be equal, and delta above 0.
 */
export function huberLoss(x: Tensor, y: Tensor, options: HuberLossOptions = {}): Tensor {
  takes("huberLoss", arguments.length, 3);
  checkOptions("huberLoss", options, huberNames);
  const { delta = 1, reduction = "mean", weight = null } = options;
  checkReduction("huberLoss", reduction);
  checkPair("huberLoss", ["x", x], ["y", y]);
  checkWeight("huberLoss", x, weight);
  checkNumber("huberLoss", "delta", delta, { above: 0 });
  return inRegion("huberLoss", { delta }, () => {
    const d = x.sub(y);
    const length = d.abs();
    // Not le(delta), so that a NaN is squared.
    const isNear = length.gt(delta).logicalNot();
    // The square is of 0 where the linear part holds, since the slope of an infinite square is infinite, and infinity times 0 is NaN.
    const square = d.where(isNear, 0).square().mul(0.5);
    const terms = square.where(isNear, length.sub(0.5 * delta).mul(delta));
    return reduced(weight ? terms.mul(weight) : terms, reduction);
  });
}

/**
 * d²/(2 · beta) where |d| < beta, and |d| - beta/2 elsewhere, with d = x - y: huberLoss with delta = beta, divided by beta (Girshick 2015). With beta 0 it is
 * l1Loss. The mean over all elements, unless `reduction` says otherwise. The shapes must be equal.
 */
export function smoothL1Loss(x: Tensor, y: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  takes("smoothL1Loss", arguments.length, 3);
  checkOptions("smoothL1Loss", options, smoothNames);
  const { beta = 1, reduction = "mean" } = options;
  checkReduction("smoothL1Loss", reduction);
  checkPair("smoothL1Loss", ["x", x], ["y", y]);
  checkNumber("smoothL1Loss", "beta", beta, { from: 0 });
  return inRegion("smoothL1Loss", { beta }, () => {
    const d = x.sub(y);
    const length = d.abs();
    if (beta === 0) return reduced(length, reduction);
    const isNear = length.ge(beta).logicalNot();
    const square = d
      .where(isNear, 0)
      .square()
      .mul(0.5 / beta);
    return reduced(square.where(isNear, length.sub(0.5 * beta)), reduction);
  });
}
