// Attention: each position of a sequence gets a weighted mean of the values at all positions, and the weights say how well its query
// matches their keys (Vaswani et al. 2017).
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { full } from "../../tensor/create.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { broadcastShapes, type Shape, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dropElements } from "../dropout.ts";

/** The options of scaledDotProductAttention. */
export interface ScaledDotProductAttentionOptions {
  /**
   * Which positions take part, broadcasting to [..., L, S]: bool, where true takes part, or floating, which is added to the scores. Where none
   * takes part the result is 0, and so is its gradient.
   */
  readonly mask?: Tensor | null | undefined;
  /** Whether a position attends only to itself and to earlier ones; false if left out. */
  readonly causal?: boolean | undefined;
  /** The probability with which each weight is set to 0, from 0 to 1, in training and in evaluation alike; 0 if left out. */
  readonly dropout?: number | undefined;
  /** The factor of the scores; 1/√D if left out. */
  readonly scale?: number | null | undefined;
}

const attentionNames: OptionNames<ScaledDotProductAttentionOptions> = {
  mask: true,
  causal: true,
  dropout: true,
  scale: true,
};
const call = "scaledDotProductAttention";

/** Throws unless the mask is bool or floating, and broadcasts to the scores. */
function checkMask(mask: Tensor | null, scores: Shape): void {
  if (mask === null) return;
  checkTensor(call, "mask", mask);
  const fits = sameShape(broadcastShapes(call, mask.shape, scores), scores);
  if (!fits || (mask.dtype !== "bool" && !isFloating(mask.dtype)))
    throw new ChainruleError(
      "shape",
      call,
      `the mask is bool or floating and broadcasts to [${scores}], not ${describe(mask)}`,
    );
}

/** softmax over the last dim; 0 where all scores are -∞. */
function maskedSoftmax(scores: Tensor): Tensor {
  if (scores.size === 0) return scores.exp();
  const max = scores.detach().max(-1, true);
  const e = scores.sub(max.where(max.ne(-Infinity), 0)).exp();
  const sum = e.sum(-1, true);
  return e.div(sum.where(sum.ne(0), 1));
}

/**
 * softmax(q · kᵀ · scale) · v: q [..., L, D], k [..., S, D], v [..., S, E] -> [..., L, E]; the leading dims broadcast. `mask` says which
 * positions take part; with `causal`, position l attends to the positions up to l only. Throws if the last two dims do not match, or a
 * tensor is not floating.
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: ScaledDotProductAttentionOptions = {},
): Tensor {
  takes(call, arguments.length, 4);
  for (const [name, value] of [
    ["q", q],
    ["k", k],
    ["v", v],
  ] as const)
    checkTensor(call, name, value);
  checkOptions(call, options, attentionNames);
  const { mask = null, causal = false, dropout = 0, scale = null } = options;
  checkNumber(call, "dropout", dropout, { from: 0, to: 1 });
  if (scale !== null) checkNumber(call, "scale", scale);
  const areMatrices = [q, k, v].every(({ ndim, dtype }) => ndim >= 2 && isFloating(dtype));
  const [l, d] = q.shape.slice(-2);
  const [s, dk] = k.shape.slice(-2);
  if (!areMatrices || d !== dk || s !== v.shape.at(-2)) {
    throw new ChainruleError(
      "shape",
      call,
      `q [..., L, D] goes with k [..., S, D] and v [..., S, E], not ${describe(q)} with ${describe(k)} and ${describe(v)}`,
    );
  }
  checkMask(mask, [...broadcastShapes(call, q.shape.slice(0, -2), k.shape.slice(0, -2)), l, s]);
  return inRegion(call, { causal, mask: mask !== null, dropout }, () =>
    attentionWeights(q, k, { mask, causal, dropout, scale: scale ?? 1 / Math.sqrt(d) }).matmul(v),
  );
}

interface Weighting {
  readonly mask: Tensor | null;
  readonly causal: boolean;
  readonly dropout: number;
  readonly scale: number;
}

/** The weights of all positions, [..., L, S]: softmax(q · kᵀ · scale), some of which dropout sets to 0. */
export function attentionWeights(q: Tensor, k: Tensor, { mask, causal, dropout, scale }: Weighting): Tensor {
  const products = q.mul(scale).matmul(k.transpose());
  const earlier = () => full([q.shape[q.ndim - 2], k.shape[k.ndim - 2]], 1, { dtype: "bool" }).tril();
  const scores = causal ? products.where(earlier(), -Infinity) : products;
  const weights = mask === null ? scores.softmax(-1) : maskedSoftmax(masked(scores, mask));
  return dropout === 0 ? weights : dropElements(weights, weights.shape, dropout);
}

const masked = (scores: Tensor, mask: Tensor): Tensor =>
  mask.dtype === "bool" ? scores.where(mask, -Infinity) : scores.add(mask.to(scores.dtype));
