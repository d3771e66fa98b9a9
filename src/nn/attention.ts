// Attention: each position of a sequence gets a weighted mean of the values at all positions, and the weights say how well its query
// matches their keys (Vaswani et al. 2017).
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { checkTensor, takes } from "../tensor/arguments.ts";
import { full, zeros } from "../tensor/create.ts";
import { describe, isFloating } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { inRegion } from "../tensor/region.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { checkInput } from "./input.ts";
import { settings } from "./layer-tree.ts";
import { Linear } from "./linear.ts";
import { type Layer, Module } from "./module.ts";

/** The options of scaledDotProductAttention. */
export interface ScaledDotProductAttentionOptions {
  /** Whether a position attends only to itself and to earlier ones; false if left out. */
  readonly causal?: boolean | undefined;
}

/** The options of MultiheadAttention. */
export interface MultiheadAttentionOptions {
  /** Whether both projections have biases; true if left out. */
  readonly bias?: boolean | undefined;
  /** Whether a position attends only to itself and to earlier ones; false if left out. */
  readonly causal?: boolean | undefined;
}

const attentionNames: OptionNames<ScaledDotProductAttentionOptions> = { causal: true };
const multiheadNames: OptionNames<MultiheadAttentionOptions> = { bias: true, causal: true };

/**
 * softmax(q · kᵀ / √D) · v: q [..., L, D], k [..., S, D], v [..., S, E] -> [..., L, E]; the leading dims broadcast. With `causal`,
 * position l attends to the positions up to l only. Throws if the last two dims do not match, or a tensor is not floating.
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: ScaledDotProductAttentionOptions = {},
): Tensor {
  takes("scaledDotProductAttention", arguments.length, 4);
  for (const [name, value] of [
    ["q", q],
    ["k", k],
    ["v", v],
  ] as const)
    checkTensor("scaledDotProductAttention", name, value);
  checkOptions("scaledDotProductAttention", options, attentionNames);
  const { causal = false } = options;
  const areMatrices = [q, k, v].every(({ ndim, dtype }) => ndim >= 2 && isFloating(dtype));
  const [l, d] = q.shape.slice(-2);
  const [s, dk] = k.shape.slice(-2);
  if (!areMatrices || d !== dk || s !== v.shape.at(-2)) {
    throw new ChainruleError(
      "shape",
      "scaledDotProductAttention",
      `q [..., L, D] goes with k [..., S, D] and v [..., S, E], not ${describe(q)} with ${describe(k)} and ${describe(v)}`,
    );
  }
  return inRegion("scaledDotProductAttention", { causal }, () => {
    const scores = q.mul(1 / Math.sqrt(d)).matmul(k.transpose());
    const maskedScores = causal ? scores.where(full([l, s], 1, { dtype: "bool" }).tril(), -Infinity) : scores;
    return maskedScores.softmax(-1).matmul(v);
  });
}

/**
 * Self-attention with several heads, batch first: x [N, L, size] -> [N, L, size], or [L, size] -> [L, size]. in_proj_weight
 * [3·size, size] projects x to queries, keys and values, in this order; each head attends over size/heads of their features; out_proj,
 * Linear(size, size), mixes the heads' results. As in PyTorch, in_proj_weight is initialised by xavierUniform and the two biases,
 * in_proj_bias and out_proj.bias, are initialised to 0; with `bias: false` both are null. With `causal`, no position attends to a
 * later one. Throws if heads does not divide size, or if x has another shape or is not floating.
 */
export class MultiheadAttention extends Module implements Layer {
  readonly in_proj_weight: Tensor;
  readonly in_proj_bias: Tensor | null;
  readonly out_proj: Linear;
  /** The number of heads, a divisor of size. */
  readonly heads: number;
  /** Whether a position attends only to itself and to earlier ones. */
  readonly causal: boolean;

  constructor(size: number, heads: number, options: MultiheadAttentionOptions = {}) {
    super();
    takes("MultiheadAttention", arguments.length, 3);
    checkOptions("MultiheadAttention", options, multiheadNames);
    const { bias = true, causal = false } = options;
    checkWhole("MultiheadAttention", "size", size, { from: 1 });
    checkWhole("MultiheadAttention", "heads", heads, { from: 1 });
    if (size % heads !== 0)
      throw new ChainruleError(
        "option",
        "MultiheadAttention",
        `${size} features do not divide into ${heads} heads; heads must divide size`,
      );
    this.in_proj_weight = init.xavierUniform(zeros([3 * size, size], { requiresGrad: true }));
    this.in_proj_bias = bias ? zeros([3 * size], { requiresGrad: true }) : null;
    this.out_proj = new Linear(size, size, { bias });
    if (this.out_proj.bias) init.zeros(this.out_proj.bias);
    this.heads = heads;
    this.causal = causal;
  }

  forward(x: Tensor): Tensor {
    checkInput(
      "MultiheadAttention.forward",
      x,
      arguments.length,
      "it computes self-attention, of x with itself; use scaledDotProductAttention(q, k, v) for other keys and values",
    );
    const [, size] = this.in_proj_weight.shape;
    if ((x.ndim !== 2 && x.ndim !== 3) || x.shape[x.ndim - 1] !== size || !isFloating(x.dtype))
      throw new ChainruleError(
        "shape",
        "MultiheadAttention.forward",
        `x is floating, [N, L, ${size}] or [L, ${size}], not ${describe(x)}`,
      );
    if (x.ndim === 2) return this.forward(x.unsqueeze(0)).squeeze(0);
    const [batch, length] = x.shape;
    const [heads, causal] = [this.heads, this.causal];
    return inRegion("multiheadAttention", { heads, causal, bias: this.in_proj_bias !== null }, () => {
      const product = x.matmul(this.in_proj_weight.transpose());
      const projected = this.in_proj_bias ? product.add(this.in_proj_bias) : product;
      // [N, L, 3·size] -> [3, N, heads, L, size/heads]
      const qkv = projected.reshape([batch, length, 3, heads, size / heads]).permute([2, 0, 3, 1, 4]);
      const contexts = scaledDotProductAttention(qkv.slice(0), qkv.slice(1), qkv.slice(2), { causal });
      return this.out_proj.forward(contexts.permute([0, 2, 1, 3]).reshape([batch, length, size]));
    });
  }

  override extraRepr(): string {
    const options = {
      heads: this.heads,
      causal: this.causal || undefined,
      bias: this.in_proj_bias ? undefined : false,
    };
    return settings([this.in_proj_weight.shape[1]], options);
  }
}
