// Normalisation that gives each example mean 0 and variance 1 independently of the rest of the batch: over its features (Ba et al. 2016)
// or over groups of its channels (Wu and He 2018). Both layers do the same in training and in evaluation.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { type Shape, sameShape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";
import { momentsOf, normalise, rescale, scaleOf, shiftOf } from "./normalise.ts";

/** The options of LayerNorm. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 if left out. */
  readonly eps?: number | undefined;
  /** Whether the layer has a weight and a bias; true if left out. */
  readonly elementwiseAffine?: boolean | undefined;
  /** Whether it has a bias beside the weight; true if left out. */
  readonly bias?: boolean | undefined;
}

/** The options of GroupNorm. */
export interface GroupNormOptions {
  /** Added to the variance; 1e-5 if left out. */
  readonly eps?: number | undefined;
  /** Whether the layer has a weight and a bias; true if left out. */
  readonly affine?: boolean | undefined;
  /** Whether it has a bias beside the weight; true if left out. */
  readonly bias?: boolean | undefined;
}

const layerNames: OptionNames<LayerNormOptions> = { eps: true, elementwiseAffine: true, bias: true };
const groupNames: OptionNames<GroupNormOptions> = { eps: true, affine: true, bias: true };

/**
 * y = (x - mean) / √(variance + eps) · weight + bias, with mean and variance over the last dims of x, which have the layer's shape; the
 * variance is Σ (x - mean)²/n. weight and bias have that shape too. Without `elementwiseAffine` both are null; with `bias: false` the bias
 * alone is null. Throws if the last dims of x have another shape, or x is not floating.
 */
export class LayerNorm extends Module implements Layer {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  /** The shape of the last dims of x. */
  readonly shape: Shape;
  /** Added to the variance. */
  readonly eps: number;

  constructor(shape: number | Shape, options: LayerNormOptions = {}) {
    super();
    takes("LayerNorm", arguments.length, 2);
    checkOptions("LayerNorm", options, layerNames);
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.shape = typeof shape === "number" ? [shape] : [...shape];
    if (this.shape.length === 0)
      throw new ChainruleError("shape", "LayerNorm", "shape names at least one dim, not none");
    for (const size of this.shape) checkWhole("LayerNorm", "each size of shape", size, { from: 1 });
    checkNumber("LayerNorm", "eps", eps, { from: 0 });
    this.weight = scaleOf(this.shape, elementwiseAffine);
    this.bias = shiftOf(this.shape, elementwiseAffine && bias);
    this.eps = eps;
  }

  forward(x: Tensor): Tensor {
    checkInput("LayerNorm.forward", x, arguments.length);
    const rank = this.shape.length;
    if (!isFloating(x.dtype) || !sameShape(x.shape.slice(-rank), this.shape))
      throw new ChainruleError(
        "shape",
        "LayerNorm.forward",
        `x is floating and ends in [${this.shape}], not ${describe(x)}`,
      );
    const dims = this.shape.map((_, i) => x.ndim - rank + i);
    const attributes = { eps: this.eps, dims, weight: this.weight !== null, bias: this.bias !== null };
    return inRegion("layerNorm", attributes, () =>
      rescale(normalise(x, momentsOf(x, dims), this.eps), this.weight, this.bias, this.shape),
    );
  }

  override extraRepr(): string {
    const affine = this.weight === null ? { elementwiseAffine: false } : this.bias === null ? { bias: false } : {};
    return settings([this.shape.length === 1 ? this.shape[0] : this.shape], { eps: this.eps, ...affine });
  }
}

/**
 * Divides the channels of x [N, C, ...] into groups of C/groups neighbours, and normalises each group of each example over its channels
 * and all dims after them, as LayerNorm does. Then it applies weight and bias, [C], to each channel; without `affine` they are null, with
 * `bias: false` the bias alone.
 * Throws if groups does not divide channels, or x has another number of channels or is not floating.
 */
export class GroupNorm extends Module implements Layer {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  /** The number of groups, a divisor of channels. */
  readonly groups: number;
  readonly channels: number;
  /** Added to the variance. */
  readonly eps: number;

  constructor(groups: number, channels: number, options: GroupNormOptions = {}) {
    super();
    takes("GroupNorm", arguments.length, 3);
    checkOptions("GroupNorm", options, groupNames);
    const { eps = 1e-5, affine = true, bias = true } = options;
    checkWhole("GroupNorm", "groups", groups, { from: 1 });
    checkWhole("GroupNorm", "channels", channels, { from: 1 });
    checkNumber("GroupNorm", "eps", eps, { from: 0 });
    if (channels % groups !== 0)
      throw new ChainruleError(
        "option",
        "GroupNorm",
        `${channels} channels do not divide into ${groups} groups; groups must divide channels`,
      );
    this.weight = scaleOf([channels], affine);
    this.bias = shiftOf([channels], affine && bias);
    this.groups = groups;
    this.channels = channels;
    this.eps = eps;
  }

  forward(x: Tensor): Tensor {
    checkInput("GroupNorm.forward", x, arguments.length);
    const [groups, channels] = [this.groups, this.channels];
    if (x.ndim < 2 || x.shape[1] !== channels || !isFloating(x.dtype))
      throw new ChainruleError(
        "shape",
        "GroupNorm.forward",
        `x is floating, [N, ${channels}, ...], not ${describe(x)}`,
      );
    const [batch, , ...positions] = x.shape;
    const perChannel = [1, channels, ...positions.map(() => 1)];
    const attributes = { groups, eps: this.eps, affine: this.weight !== null, bias: this.bias !== null };
    return inRegion("groupNorm", attributes, () => {
      const grouped = x.reshape([batch, groups, (channels / groups) * sizeOf(positions)]);
      const normalised = normalise(grouped, momentsOf(grouped, [2]), this.eps).reshape(x.shape);
      return rescale(normalised, this.weight, this.bias, perChannel);
    });
  }

  override extraRepr(): string {
    const bias = this.weight !== null && this.bias === null ? false : undefined;
    return settings([this.groups, this.channels], { eps: this.eps, affine: this.weight !== null, bias });
  }
}
