// How near two vectors are: the cosine of the angle between them, and their distance; as functions and as layers.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensor, takes } from "../tensor/arguments.ts";
import { describe } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { floating } from "../tensor/promotion.ts";
import { inRegion } from "../tensor/region.ts";
import { broadcastShapes, normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { settings } from "./layer-tree.ts";
import { Module } from "./module.ts";

/** The options of cosineSimilarity. */
export interface CosineSimilarityOptions {
  /** The dim of the vectors; 1 if left out. */
  readonly dim?: number | undefined;
  /** The least length by which a vector is divided; 1e-8 if left out. */
  readonly eps?: number | undefined;
}

/** The options of pairwiseDistance. */
export interface PairwiseDistanceOptions {
  /** The order of the norm, Infinity and -Infinity too; 2 if left out. */
  readonly p?: number | undefined;
  /** Added to each difference, so that equal vectors have a gradient; 1e-6 if left out. */
  readonly eps?: number | undefined;
  /** Whether the last dim stays, with size 1; false if left out. */
  readonly keepdim?: boolean | undefined;
}

const cosineNames: OptionNames<CosineSimilarityOptions> = { dim: true, eps: true };
const distanceNames: OptionNames<PairwiseDistanceOptions> = { p: true, eps: true, keepdim: true };

/** √Σ x² along dim, which stays with size 1; its gradient at 0 is 0. */
function lengthOf(x: Tensor, dim: number): Tensor {
  const square = x.square().sum(dim, true);
  const isZero = square.eq(0);
  return square.where(isZero.logicalNot(), 1).sqrt().where(isZero.logicalNot(), 0);
}

/**
 * Σ x · y / (max(|x|, eps) · max(|y|, eps)) along a dim, 1 if left out; the shapes broadcast. As in PyTorch, the bound eps changes the value and
 * not the gradient of a length.
 */
export function cosineSimilarity(x: Tensor, y: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  takes("cosineSimilarity", arguments.length, 3);
  checkTensor("cosineSimilarity", "x", x);
  checkTensor("cosineSimilarity", "y", y);
  checkOptions("cosineSimilarity", options, cosineNames);
  const { dim = 1, eps = 1e-8 } = options;
  checkNumber("cosineSimilarity", "eps", eps, { from: 0 });
  const shape = broadcastShapes("cosineSimilarity", x.shape, y.shape);
  const place = normalizeDim("cosineSimilarity", dim, shape.length);
  return inRegion("cosineSimilarity", { dim: place, eps }, () => {
    const [a, b] = [floating(x).expand(shape), floating(y).expand(shape)].map((v) => {
      const length = lengthOf(v, place);
      const raised = length.detach();
      return v.div(length.add(raised.maximum(eps).sub(raised)));
    });
    return a.mul(b).sum(place);
  });
}

/** (Σ |d|ᵖ)^(1/p) over the last dim; the largest |d| for p = ∞, the smallest for -∞, the number of elements other than 0 for p = 0. */
function normOf(d: Tensor, p: number): Tensor {
  if (p === 2) return lengthOf(d, -1);
  const length = d.abs();
  if (p === 1) return length.sum(-1, true);
  if (p === Infinity) return length.max(-1, true);
  if (p === -Infinity) return length.min(-1, true);
  if (p === 0) return length.ne(0).to(d.dtype).sum(-1, true);
  const sum = length.pow(p).sum(-1, true);
  const isZero = sum.eq(0).logicalNot();
  return sum
    .where(isZero, 1)
    .pow(1 / p)
    .where(isZero, 0);
}

/** The p-norm of x - y + eps over the last dim: [..., D] with [..., D] -> [...]; the shapes broadcast. */
export function pairwiseDistance(x: Tensor, y: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  takes("pairwiseDistance", arguments.length, 3);
  checkTensor("pairwiseDistance", "x", x);
  checkTensor("pairwiseDistance", "y", y);
  checkOptions("pairwiseDistance", options, distanceNames);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  checkNumber("pairwiseDistance", "p", p, { from: p === -Infinity ? -Infinity : undefined, to: Infinity });
  checkNumber("pairwiseDistance", "eps", eps);
  const shape = broadcastShapes("pairwiseDistance", x.shape, y.shape);
  if (shape.length === 0)
    throw new ChainruleError("shape", "pairwiseDistance", `takes [..., D], not ${describe(x)} with ${describe(y)}`);
  return inRegion("pairwiseDistance", { p, eps, keepdim }, () => {
    const norm = normOf(floating(x).sub(floating(y)).add(eps), p);
    return keepdim ? norm : norm.squeeze(-1);
  });
}

/** Applies cosineSimilarity to two tensors. */
export class CosineSimilarity extends Module {
  /** The options, as they were given. */
  readonly options: CosineSimilarityOptions;

  constructor(options: CosineSimilarityOptions = {}) {
    super();
    takes("CosineSimilarity", arguments.length, 1);
    checkOptions("CosineSimilarity", options, cosineNames);
    this.options = options;
  }

  /** The cosines of x and y, whose shapes broadcast, along the dim, which is dropped. */
  forward(x: Tensor, y: Tensor): Tensor {
    takes("CosineSimilarity.forward", arguments.length, 2);
    checkTensor("CosineSimilarity.forward", "x", x);
    checkTensor("CosineSimilarity.forward", "y", y);
    return cosineSimilarity(x, y, this.options);
  }

  override extraRepr(): string {
    return settings([], this.options);
  }
}

/** Applies pairwiseDistance to two tensors. */
export class PairwiseDistance extends Module {
  /** The options, as they were given. */
  readonly options: PairwiseDistanceOptions;

  constructor(options: PairwiseDistanceOptions = {}) {
    super();
    takes("PairwiseDistance", arguments.length, 1);
    checkOptions("PairwiseDistance", options, distanceNames);
    this.options = options;
  }

  /** The distances of x and y [..., D], whose shapes broadcast: [...]. */
  forward(x: Tensor, y: Tensor): Tensor {
    takes("PairwiseDistance.forward", arguments.length, 2);
    checkTensor("PairwiseDistance.forward", "x", x);
    checkTensor("PairwiseDistance.forward", "y", y);
    return pairwiseDistance(x, y, this.options);
  }

  override extraRepr(): string {
    return settings([], this.options);
  }
}
