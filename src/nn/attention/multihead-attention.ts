// The attention layer: several heads attend at once, each over its part of the features (Vaswani et al. 2017).
import { ChainruleError, internal } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { zeros } from "../../tensor/create.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { concat } from "../../tensor/functions.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { constant } from "../../tensor/promotion.ts";
import { inRegion } from "../../tensor/region.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import * as init from "../init/init.ts";
import { settings } from "../layer-tree.ts";
import { Linear } from "../linear.ts";
import { type Layer, Module } from "../module.ts";
import { attentionWeights, scaledDotProductAttention } from "./attention.ts";

/** The options of MultiheadAttention. */
export interface MultiheadAttentionOptions {
  /** Whether both projections have biases; true if left out. */
  readonly bias?: boolean | undefined;
  /** Whether a position attends only to itself and to earlier ones; false if left out. */
  readonly causal?: boolean | undefined;
  /** The probability with which each attention weight is set to 0 in training, from 0 to 1; 0 if left out. */
  readonly dropout?: number | undefined;
  /** The number of features of the keys; that of x if left out. */
  readonly kdim?: number | undefined;
  /** The number of features of the values; that of x if left out. */
  readonly vdim?: number | undefined;
  /** Whether a learned key and a learned value, bias_k and bias_v, stand behind all others; false if left out. */
  readonly addBiasKv?: boolean | undefined;
  /** Whether a key and a value of zeros stand behind all others, to which a position attends that finds nothing; false if left out. */
  readonly addZeroAttn?: boolean | undefined;
}

/** The result of attend: what forward gives, and the weights. */
export interface Attended {
  /** [N, L, size], or [L, size] without a batch. */
  readonly output: Tensor;
  /** The weights of the keys, [N, L, S], the mean over the heads, or [N, heads, L, S]; without N where there is no batch. */
  readonly weights: Tensor;
}

/** What MultiheadAttention.forward leaves out of the attention. As in PyTorch's layer, true leaves out; in scaledDotProductAttention it takes part. */
export interface MultiheadAttentionMasks {
  /** [N, S], or [S] without a batch: bool, true for keys that no position attends to; or floating, which is added to the scores. */
  readonly keyPaddingMask?: Tensor | null | undefined;
  /** [L, S] or [N · heads, L, S]: bool, true for keys that this position does not attend to; or floating, which is added to the scores. */
  readonly attnMask?: Tensor | null | undefined;
}

/** What MultiheadAttention.attend takes beside the masks. */
export interface AttendOptions extends MultiheadAttentionMasks {
  /** Whether the weights are the mean over the heads; true if left out. */
  readonly averageWeights?: boolean | undefined;
}

const names: OptionNames<MultiheadAttentionOptions> = {
  bias: true,
  causal: true,
  dropout: true,
  kdim: true,
  vdim: true,
  addBiasKv: true,
  addZeroAttn: true,
};
const maskNames: OptionNames<MultiheadAttentionMasks> = { keyPaddingMask: true, attnMask: true };
const attendNames: OptionNames<AttendOptions> = { ...maskNames, averageWeights: true };
const call = "MultiheadAttention.forward";

/** The projections in one: a tensor, but null where the options may say that keys or values have another size. */
export type Projection<Options> = Options extends { readonly kdim: number } | { readonly vdim: number }
  ? Tensor | null
  : Tensor;

/** A layer of any options. */
type Attention = MultiheadAttention<{ readonly kdim: number }>;

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
export class MultiheadAttention<Options extends MultiheadAttentionOptions = MultiheadAttentionOptions>
  extends Module
  implements Layer
{
  /** The three projections in one, [3·size, size]; null where keys or values have another size. */
  readonly in_proj_weight: Projection<Options>;
  readonly in_proj_bias: Tensor | null;
  readonly out_proj: Linear;
  /** The number of heads, a divisor of size. */
  readonly heads: number;
  /** Whether a position attends only to itself and to earlier ones. */
  readonly causal: boolean;
  /** The probability with which each attention weight is set to 0 in training. */
  readonly dropout: number;
  /** The numbers of features of x, of the keys and of the values. */
  readonly sizes: readonly [size: number, kdim: number, vdim: number];
  /** Whether a key and a value of zeros stand behind all others. */
  readonly addZeroAttn: boolean;
  /** The projections of x, keys and values, [size, size], [size, kdim], [size, vdim], where keys or values have a size of their own; else null. */
  readonly q_proj_weight: Tensor | null;
  readonly k_proj_weight: Tensor | null;
  readonly v_proj_weight: Tensor | null;
  /** The learned key and value behind all others, [1, 1, size]; null without them. */
  readonly bias_k: Tensor | null;
  readonly bias_v: Tensor | null;

  constructor(size: number, heads: number, options: Options = {} as Options) {
    super();
    takes("MultiheadAttention", arguments.length, 3);
    checkOptions<MultiheadAttentionOptions>("MultiheadAttention", options, names);
    const { bias = true, causal = false, dropout = 0, addBiasKv = false, addZeroAttn = false } = options;
    const { kdim = size, vdim = size } = options;
    for (const [name, value] of Object.entries({ size, heads, kdim, vdim }))
      checkWhole("MultiheadAttention", name, value, { from: 1 });
    checkNumber("MultiheadAttention", "dropout", dropout, { from: 0, to: 1 });
    if (size % heads !== 0)
      throw new ChainruleError(
        "option",
        "MultiheadAttention",
        `${size} features do not divide into ${heads} heads; heads must divide size`,
      );
    const isOne = kdim === size && vdim === size;
    const projection = (rows: number, columns: number, wanted: boolean) =>
      wanted ? init.xavierUniform(zeros([rows, columns], { requiresGrad: true })) : null;
    const extra = () => (addBiasKv ? init.xavierNormal(zeros([1, 1, size], { requiresGrad: true })) : null);
    this.in_proj_weight = projection(3 * size, size, isOne) as Projection<Options>;
    this.q_proj_weight = projection(size, size, !isOne);
    this.k_proj_weight = projection(size, kdim, !isOne);
    this.v_proj_weight = projection(size, vdim, !isOne);
    this.in_proj_bias = bias ? zeros([3 * size], { requiresGrad: true }) : null;
    this.bias_k = extra();
    this.bias_v = extra();
    this.out_proj = new Linear(size, size, { bias });
    if (this.out_proj.bias) init.zeros(this.out_proj.bias);
    this.heads = heads;
    this.causal = causal;
    this.dropout = dropout;
    this.sizes = [size, kdim, vdim];
    this.addZeroAttn = addZeroAttn;
  }

  /** The keys are x if they are left out, and the values the keys. */
  forward(x: Tensor, key: Tensor = x, value: Tensor = key, masks: MultiheadAttentionMasks = {}): Tensor {
    takes(call, arguments.length, 4);
    checkInputs(this as unknown as Attention, [x, key, value]);
    checkOptions(call, masks, maskNames);
    if (x.ndim === 2) {
      const batched = withBatch(x, key, value, masks);
      return this.forward(batched.x, batched.key, batched.value, batched.masks).squeeze(0);
    }
    return inRegion("multiheadAttention", attributesOf(this as unknown as Attention), () => {
      const { qkv, mask, causal, dropout } = prepared(this as unknown as Attention, [x, key, value], masks);
      const contexts = scaledDotProductAttention(...qkv, { causal, dropout, mask });
      return this.out_proj.forward(contexts.permute([0, 2, 1, 3]).reshape(x.shape));
    });
  }

  /** What forward gives, and the weights with which each position attends to the keys; see PyTorch's need_weights. */
  attend(x: Tensor, key: Tensor = x, value: Tensor = key, options: AttendOptions = {}): Attended {
    takes("MultiheadAttention.attend", arguments.length, 4);
    checkInputs(this as unknown as Attention, [x, key, value]);
    checkOptions("MultiheadAttention.attend", options, attendNames);
    const { averageWeights = true, ...masks } = options;
    if (x.ndim === 2) {
      const batched = withBatch(x, key, value, masks);
      const found = this.attend(batched.x, batched.key, batched.value, { ...batched.masks, averageWeights });
      return { output: found.output.squeeze(0), weights: found.weights.squeeze(0) };
    }
    return inRegion("multiheadAttention", attributesOf(this as unknown as Attention), () => {
      const { qkv, mask, causal, dropout } = prepared(this as unknown as Attention, [x, key, value], masks);
      const [q, k, v] = qkv;
      const scale = 1 / Math.sqrt(q.shape[3]);
      const weights = attentionWeights(q, k, { mask, causal, dropout, scale });
      const contexts = weights.matmul(v).permute([0, 2, 1, 3]).reshape(x.shape);
      return { output: this.out_proj.forward(contexts), weights: averageWeights ? weights.mean(1) : weights };
    });
  }

  override extraRepr(): string {
    const [size, kdim, vdim] = this.sizes;
    const options = {
      heads: this.heads,
      causal: this.causal || undefined,
      bias: this.in_proj_bias ? undefined : false,
      dropout: this.dropout || undefined,
      kdim: kdim === size ? undefined : kdim,
      vdim: vdim === size ? undefined : vdim,
      addBiasKv: this.bias_k ? true : undefined,
      addZeroAttn: this.addZeroAttn || undefined,
    };
    return settings([size], options);
  }
}

const attributesOf = (layer: Attention) => ({
  heads: layer.heads,
  causal: layer.causal,
  bias: layer.in_proj_bias !== null,
  dropout: layer.training ? layer.dropout : 0,
});

/** Throws unless x, keys and values fit the layer and each other. */
function checkInputs(layer: Attention, [x, key, value]: readonly [Tensor, Tensor, Tensor]): void {
  checkTensor(call, "x", x);
  checkTensor(call, "key", key);
  checkTensor(call, "value", value);
  checkShapes(layer, x, key, value);
}

/** Queries, keys and values [N, heads, L or S, size/heads], what is left out, and how. */
function prepared(
  layer: Attention,
  inputs: readonly [Tensor, Tensor, Tensor],
  masks: MultiheadAttentionMasks,
): { qkv: [Tensor, Tensor, Tensor]; mask: Tensor | null; causal: boolean; dropout: number } {
  const [x, key, value] = inputs;
  const isSelf = key === x && value === x && layer.in_proj_weight !== null;
  const [q, k, v] = isSelf ? projectedTogether(layer, layer.in_proj_weight, x) : projectedApart(layer, inputs);
  const [length, keys] = [x.shape[1], key.shape[1]];
  const mask = maskOf(masks, { q, heads: layer.heads, length, keys });
  const dropout = layer.training ? layer.dropout : 0;
  const extras = extrasOf(layer, q);
  if (extras.length === 0) return { qkv: [q, k, v], mask, causal: layer.causal, dropout };
  // The mask leaves none of the further keys out, and causal is part of it.
  const whole = layer.causal ? withEarlier(mask, q, length, keys) : mask;
  const widened = whole === null ? null : widen(whole, extras.length);
  return {
    qkv: [q, concat([k, ...extras.map(([extra]) => extra)], 2), concat([v, ...extras.map(([, extra]) => extra)], 2)],
    mask: widened,
    causal: false,
    dropout,
  };
}

/** Keys and values that stand behind all others, [N, heads, 1, size/heads]: the learned ones, and zeros. */
function extrasOf(layer: Attention, q: Tensor): [key: Tensor, value: Tensor][] {
  const [batch, heads, , width] = q.shape;
  const shape = [batch, heads, 1, width];
  const learned = (bias: Tensor) => bias.reshape([1, heads, 1, width]).to(q.dtype).expand(shape);
  const { bias_k: key, bias_v: value } = layer;
  const nothing = q.apply("full", [], { shape, dtype: q.dtype, value: 0 });
  return [
    ...(key && value ? [[learned(key), learned(value)] as [Tensor, Tensor]] : []),
    ...(layer.addZeroAttn ? [[nothing, nothing] as [Tensor, Tensor]] : []),
  ];
}

/** A mask with what causal leaves out, [..., L, S]. */
function withEarlier(mask: Tensor | null, q: Tensor, length: number, keys: number): Tensor {
  const earlier = q.apply("full", [], { shape: [length, keys], dtype: "bool", value: 1 }).tril();
  if (mask === null) return earlier;
  return mask.dtype === "bool" ? mask.logicalAnd(earlier) : mask.add(asNumbers(earlier.logicalNot(), mask));
}

/** A mask [..., S] with further keys, all of which take part. */
function widen(mask: Tensor, count: number): Tensor {
  const widths = mask.shape.map((_, dim) => [0, dim === mask.ndim - 1 ? count : 0] as const);
  return mask.pad(widths, mask.dtype === "bool" ? 1 : 0);
}

/** The inputs with a batch of one. */
function withBatch(x: Tensor, key: Tensor, value: Tensor, masks: MultiheadAttentionMasks) {
  const query = x.unsqueeze(0);
  const keys = key === x ? query : key.unsqueeze(0);
  const values = value === key ? keys : value === x ? query : value.unsqueeze(0);
  const { keyPaddingMask: padding } = masks;
  const batched = padding?.ndim === 1 ? { ...masks, keyPaddingMask: padding.unsqueeze(0) } : masks;
  return { x: query, key: keys, value: values, masks: batched };
}

function checkShapes(layer: Attention, x: Tensor, key: Tensor, value: Tensor): void {
  const [size, kdim, vdim] = layer.sizes;
  const fits = (y: Tensor, features: number) =>
    y.ndim === x.ndim &&
    y.shape[y.ndim - 1] === features &&
    isFloating(y.dtype) &&
    (x.ndim === 2 || y.shape[0] === x.shape[0]);
  if ((x.ndim !== 2 && x.ndim !== 3) || !fits(x, size))
    throw new ChainruleError("shape", call, `x is floating, [N, L, ${size}] or [L, ${size}], not ${describe(x)}`);
  const isSameLength = sameShape(key.shape.slice(0, -1), value.shape.slice(0, -1));
  if (!fits(key, kdim) || !fits(value, vdim) || !isSameLength)
    throw new ChainruleError(
      "shape",
      call,
      `keys and values are floating, [N, S, ${kdim}]${kdim === vdim ? "" : ` and [N, S, ${vdim}]`} or [S, ${kdim}]${kdim === vdim ? "" : ` and [S, ${vdim}]`}, with the batch of x, ${describe(x)}, not ${describe(key)} and ${describe(value)}`,
    );
}

/** Queries, keys and values of one sequence, by one product: [N, L, 3·size] -> [3, N, heads, L, size/heads]. */
function projectedTogether(layer: Attention, weight: Tensor, x: Tensor): [Tensor, Tensor, Tensor] {
  const [batch, length, size] = x.shape;
  const product = x.matmul(weight.transpose());
  const projected = layer.in_proj_bias ? product.add(layer.in_proj_bias) : product;
  const qkv = projected.reshape([batch, length, 3, layer.heads, size / layer.heads]).permute([2, 0, 3, 1, 4]);
  return [qkv.slice(0), qkv.slice(1), qkv.slice(2)];
}

/** The projection of queries (0), keys (1) or values (2). */
function projectionOf(layer: Attention, third: 0 | 1 | 2): Tensor {
  const own = [layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight][third];
  if (own !== null) return own;
  const [size] = layer.sizes;
  if (layer.in_proj_weight === null) throw internal("attention has no projection");
  return layer.in_proj_weight.slice([third * size, (third + 1) * size]);
}

/** Each by its own projection: [N, S, features] -> [N, heads, S, size/heads]. */
function projectedApart(layer: Attention, inputs: readonly [Tensor, Tensor, Tensor]): [Tensor, Tensor, Tensor] {
  const [size] = layer.sizes;
  const project = (y: Tensor, third: 0 | 1 | 2): Tensor => {
    const product = y.matmul(projectionOf(layer, third).transpose());
    const rows = [third * size, (third + 1) * size] as const;
    const projected = layer.in_proj_bias ? product.add(layer.in_proj_bias.slice(rows)) : product;
    return projected.reshape([y.shape[0], y.shape[1], layer.heads, size / layer.heads]).permute([0, 2, 1, 3]);
  };
  return [project(inputs[0], 0), project(inputs[1], 1), project(inputs[2], 2)];
}
