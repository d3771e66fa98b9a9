// Normalisation by the root mean square of each example's features, without their mean (Zhang and Sennrich 2019).
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";
import { rescale, scaleOf } from "./normalise.ts";

/** The options of RMSNorm. */
export interface RMSNormOptions {
  /** Added to the mean square; the distance from 1 to the next larger number of x's dtype if left out or null. */
  readonly eps?: number | null | undefined;
  /** Whether the layer has a weight; true if left out. */
  readonly elementwiseAffine?: boolean | undefined;
}

const names: OptionNames<RMSNormOptions> = { eps: true, elementwiseAffine: true };

/**
 * y = x / √(Σ x²/n + eps) · weight, with the mean square over the last dims of x, which have the layer's shape. weight has that shape too;
 * without `elementwiseAffine` it is null. Throws if the last dims of x have another shape, or x is not floating.
 */
export class RMSNorm extends Module implements Layer {
  readonly weight: Tensor | null;
  /** The shape of the last dims of x. */
  readonly shape: Shape;
  /** Added to the mean square; null for 2⁻²³ with float32 and 2⁻⁵² with float64. */
  readonly eps: number | null;

  constructor(shape: number | Shape, options: RMSNormOptions = {}) {
    super();
    takes("RMSNorm", arguments.length, 2);
    checkOptions("RMSNorm", options, names);
    const { eps = null, elementwiseAffine = true } = options;
    this.shape = typeof shape === "number" ? [shape] : [...shape];
    if (this.shape.length === 0) throw new ChainruleError("shape", "RMSNorm", "shape names at least one dim, not none");
    for (const size of this.shape) checkWhole("RMSNorm", "each size of shape", size, { from: 1 });
    if (eps !== null) checkNumber("RMSNorm", "eps", eps, { from: 0 });
    this.weight = scaleOf(this.shape, elementwiseAffine);
    this.eps = eps;
  }

  forward(x: Tensor): Tensor {
    checkInput("RMSNorm.forward", x, arguments.length);
    const rank = this.shape.length;
    if (!isFloating(x.dtype) || !sameShape(x.shape.slice(-rank), this.shape))
      throw new ChainruleError(
        "shape",
        "RMSNorm.forward",
        `x is floating and ends in [${this.shape}], not ${describe(x)}`,
      );
    const dims = this.shape.map((_, i) => x.ndim - rank + i);
    const eps = this.eps ?? (x.dtype === "float32" ? 2 ** -23 : 2 ** -52);
    return inRegion("rmsNorm", { eps, dims, weight: this.weight !== null }, () => {
      const scale = x.square().mean(dims, true).add(eps).rsqrt();
      return rescale(x.mul(scale), this.weight, null, this.shape);
    });
  }

  override extraRepr(): string {
    const affine = this.weight === null ? { elementwiseAffine: false } : {};
    return settings([this.shape.length === 1 ? this.shape[0] : this.shape], { eps: this.eps ?? undefined, ...affine });
  }
}
