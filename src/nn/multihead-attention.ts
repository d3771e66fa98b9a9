// The attention layer: several heads attend at once, each over its part of the features (Vaswani et al. 2017).
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole } from "../errors/numbers.ts";
import { checkTensor, takes } from "../tensor/arguments.ts";
import { zeros } from "../tensor/create.ts";
import { describe, isFloating } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { constant } from "../tensor/promotion.ts";
import { inRegion } from "../tensor/region.ts";
import { type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { scaledDotProductAttention } from "./attention.ts";
import * as init from "./init.ts";
import { settings } from "./layer-tree.ts";
import { Linear } from "./linear.ts";
import { type Layer, Module } from "./module.ts";

/** The options of MultiheadAttention. */
export interface MultiheadAttentionOptions {
  /** Whether both projections have biases; true if left out. */
  readonly bias?: boolean | undefined;
  /** Whether a position attends only to itself and to earlier ones; false if left out. */
  readonly causal?: boolean | undefined;
  /** The probability with which each attention weight is set to 0 in training, from 0 to 1; 0 if left out. */
  readonly dropout?: number | undefined;
}

/** What MultiheadAttention.forward leaves out of the attention. As in PyTorch's layer, true leaves out; in scaledDotProductAttention it takes part. */
export interface MultiheadAttentionMasks {
  /** [N, S], or [S] without a batch: bool, true for keys that no position attends to; or floating, which is added to the scores. */
  readonly keyPaddingMask?: Tensor | null | undefined;
  /** [L, S] or [N · heads, L, S]: bool, true for keys that this position does not attend to; or floating, which is added to the scores. */
  readonly attnMask?: Tensor | null | undefined;
}

const names: OptionNames<MultiheadAttentionOptions> = { bias: true, causal: true, dropout: true };
const maskNames: OptionNames<MultiheadAttentionMasks> = { keyPaddingMask: true, attnMask: true };
const call = "MultiheadAttention.forward";

/** Throws unless the mask is bool or floating, with one of these shapes. */
function checkMask(name: string, mask: Tensor, ...shapes: Shape[]): void {
  checkTensor(call, name, mask);
  const fits = shapes.some((shape) => sameShape(mask.shape, shape));
  if (!fits || (mask.dtype !== "bool" && !isFloating(mask.dtype)))
    throw new ChainruleError(
      "shape",
      call,
      `${name} is bool or floating, ${shapes.map((shape) => `[${shape}]`).join(" or ")}, not ${describe(mask)}`,
    );
}

/** A mask as numbers that are added to the scores. */
const asNumbers = (mask: Tensor, like: Tensor): Tensor =>
  mask.dtype === "bool" ? constant(mask, -Infinity, like.dtype).where(mask, 0) : mask.to(like.dtype);

/** The mask of scaledDotProductAttention, which broadcasts to [N, heads, L, S]: of two masks the sum, and of bool ones what both leave. */
function maskOf(
  { keyPaddingMask, attnMask }: MultiheadAttentionMasks,
  { q, heads, length, keys }: { q: Tensor; heads: number; length: number; keys: number },
): Tensor | null {
  const [batch] = q.shape;
  if (keyPaddingMask) checkMask("keyPaddingMask", keyPaddingMask, [batch, keys]);
  if (attnMask) checkMask("attnMask", attnMask, [length, keys], [batch * heads, length, keys]);
  const padding = keyPaddingMask ? keyPaddingMask.reshape([batch, 1, 1, keys]) : null;
  const pairs = attnMask?.ndim === 3 ? attnMask.reshape([batch, heads, length, keys]) : (attnMask ?? null);
  const both = [padding, pairs].filter((mask) => mask !== null);
  if (both.length === 0) return null;
  if (both.every(({ dtype }) => dtype === "bool"))
    return both.map((mask) => mask.logicalNot()).reduce((a, b) => a.logicalAnd(b));
  return both.map((mask) => asNumbers(mask, q)).reduce((a, b) => a.add(b));
}

/**
 * Attention with several heads, batch first: of x with itself, or of x with other keys and values. x [N, L, size], keys and values
 * [N, S, size] -> [N, L, size]; or all without N. in_proj_weight [3·size, size] projects to queries, keys and values, in this order; each
 * head attends over size/heads of their features; out_proj, Linear(size, size), mixes the heads' results. As in PyTorch, in_proj_weight is
 * initialised by xavierUniform and the two biases, in_proj_bias and out_proj.bias, are initialised to 0; with `bias: false` both are null.
 * With `causal`, no position attends to a later one. Throws if heads does not divide size, or if x has another shape or is not floating.
 */
export class MultiheadAttention extends Module implements Layer {
  readonly in_proj_weight: Tensor;
  readonly in_proj_bias: Tensor | null;
  readonly out_proj: Linear;
  /** The number of heads, a divisor of size. */
  readonly heads: number;
  /** Whether a position attends only to itself and to earlier ones. */
  readonly causal: boolean;
  /** The probability with which each attention weight is set to 0 in training. */
  readonly dropout: number;

  constructor(size: number, heads: number, options: MultiheadAttentionOptions = {}) {
    super();
    takes("MultiheadAttention", arguments.length, 3);
    checkOptions("MultiheadAttention", options, names);
    const { bias = true, causal = false, dropout = 0 } = options;
    checkWhole("MultiheadAttention", "size", size, { from: 1 });
    checkWhole("MultiheadAttention", "heads", heads, { from: 1 });
    checkNumber("MultiheadAttention", "dropout", dropout, { from: 0, to: 1 });
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
    this.dropout = dropout;
  }

  /** The keys are x if they are left out, and the values the keys. */
  forward(x: Tensor, key: Tensor = x, value: Tensor = key, masks: MultiheadAttentionMasks = {}): Tensor {
    takes(call, arguments.length, 4);
    checkTensor(call, "x", x);
    checkTensor(call, "key", key);
    checkTensor(call, "value", value);
    checkOptions(call, masks, maskNames);
    checkShapes(this, x, key, value);
    if (x.ndim === 2) return withoutBatch(this, x, key, value, masks);
    const [heads, causal, dropout] = [this.heads, this.causal, this.training ? this.dropout : 0];
    return inRegion("multiheadAttention", { heads, causal, bias: this.in_proj_bias !== null, dropout }, () => {
      const [q, k, v] = key === x && value === x ? projectedTogether(this, x) : projectedApart(this, [x, key, value]);
      const mask = maskOf(masks, { q, heads, length: x.shape[1], keys: key.shape[1] });
      const contexts = scaledDotProductAttention(q, k, v, { causal, dropout, mask });
      return this.out_proj.forward(contexts.permute([0, 2, 1, 3]).reshape(x.shape));
    });
  }

  override extraRepr(): string {
    const options = {
      heads: this.heads,
      causal: this.causal || undefined,
      bias: this.in_proj_bias ? undefined : false,
      dropout: this.dropout || undefined,
    };
    return settings([this.in_proj_weight.shape[1]], options);
  }
}

/** forward of tensors without a batch. */
function withoutBatch(
  layer: MultiheadAttention,
  x: Tensor,
  key: Tensor,
  value: Tensor,
  masks: MultiheadAttentionMasks,
): Tensor {
  const query = x.unsqueeze(0);
  const keys = key === x ? query : key.unsqueeze(0);
  const values = value === key ? keys : value === x ? query : value.unsqueeze(0);
  const { keyPaddingMask: padding } = masks;
  const batched = padding?.ndim === 1 ? { ...masks, keyPaddingMask: padding.unsqueeze(0) } : masks;
  return layer.forward(query, keys, values, batched).squeeze(0);
}

function checkShapes(layer: MultiheadAttention, x: Tensor, key: Tensor, value: Tensor): void {
  const [, size] = layer.in_proj_weight.shape;
  const fits = (y: Tensor) =>
    y.ndim === x.ndim &&
    y.shape[y.ndim - 1] === size &&
    isFloating(y.dtype) &&
    (x.ndim === 2 || y.shape[0] === x.shape[0]);
  if ((x.ndim !== 2 && x.ndim !== 3) || !fits(x))
    throw new ChainruleError("shape", call, `x is floating, [N, L, ${size}] or [L, ${size}], not ${describe(x)}`);
  if (!fits(key) || !fits(value) || !sameShape(key.shape, value.shape))
    throw new ChainruleError(
      "shape",
      call,
      `keys and values are floating, [N, S, ${size}] or [S, ${size}], with the batch of x, ${describe(x)}, not ${describe(key)} and ${describe(value)}`,
    );
}

/** Queries, keys and values of one sequence, by one product: [N, L, 3·size] -> [3, N, heads, L, size/heads]. */
function projectedTogether(layer: MultiheadAttention, x: Tensor): [Tensor, Tensor, Tensor] {
  const [batch, length, size] = x.shape;
  const product = x.matmul(layer.in_proj_weight.transpose());
  const projected = layer.in_proj_bias ? product.add(layer.in_proj_bias) : product;
  const qkv = projected.reshape([batch, length, 3, layer.heads, size / layer.heads]).permute([2, 0, 3, 1, 4]);
  return [qkv.slice(0), qkv.slice(1), qkv.slice(2)];
}

/** Each by its third of the projection: [N, S, size] -> [N, heads, S, size/heads]. */
function projectedApart(
  layer: MultiheadAttention,
  inputs: readonly [Tensor, Tensor, Tensor],
): [Tensor, Tensor, Tensor] {
  const [batch, , size] = inputs[0].shape;
  const project = (y: Tensor, third: number): Tensor => {
    const rows = [third * size, (third + 1) * size] as const;
    const product = y.matmul(layer.in_proj_weight.slice(rows).transpose());
    const projected = layer.in_proj_bias ? product.add(layer.in_proj_bias.slice(rows)) : product;
    return projected.reshape([batch, y.shape[1], layer.heads, size / layer.heads]).permute([0, 2, 1, 3]);
  };
  return [project(inputs[0], 0), project(inputs[1], 1), project(inputs[2], 2)];
}
