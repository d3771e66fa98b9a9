// Tensor's methods along dims: sums, products, maxima, means and variances, sorting, softmax.
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../arguments.ts";
import { logSoftmax, logsumexp, prod, softmax, std, variance } from "../composites.ts";
import { isFloating, toSum } from "../dtype.ts";
import { topk } from "../indexing.ts";
import { floating } from "../promotion.ts";
import {
  convertedFor,
  type KeepDim,
  keepdimOf,
  orderReversed,
  reduce,
  type SoftmaxOptions,
  type VarianceOptions,
  varianceOptionsOf,
} from "../reducing.ts";
import { type Dims, normalizeDim, normalizeDims } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { Elementwise } from "./elementwise.ts";

export abstract class Reductions extends Elementwise {
  /**
   * The sum over these dims, or over all if none is named. The dims are dropped, or stay with size 1 if keepdim is true. The sum of
   * integers and bool is int32.
   */
  sum(this: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
    takes("sum", arguments.length, 2);
    return reduce("sum", this.to(toSum(this.dtype)), dim, keepdim);
  }
  /** The mean: the sum divided by the number of elements. Throws for integers and bool. */
  mean(this: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
    takes("mean", arguments.length, 2);
    if (!isFloating(this.dtype))
      throw new ChainruleError("dtype", "mean", `${this.dtype} has no mean; use to("float32") first`);
    const sum = within("mean", () => this.sum(dim, keepdim));
    return sum.div(
      this.size === 0
        ? normalizeDims("mean", dim, this.ndim).reduce((count, d) => count * this.shape[d], 1)
        : this.size / sum.size,
    );
  }
  /** The product along dim, or over all elements if dim is left out. The product of integers and bool is int32. */
  prod(this: Tensor, dim?: number, keepdim: KeepDim = false): Tensor {
    takes("prod", arguments.length, 2);
    return prod(this.to(toSum(this.dtype)), dim, keepdimOf("prod", keepdim));
  }
  /** The largest values, without indices; equal ones share the gradient evenly (PyTorch's amax). */
  max(this: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
    takes("max", arguments.length, 2);
    return reduce("max", this, dim, keepdim);
  }
  /** The smallest values, without indices; equal ones share the gradient evenly (PyTorch's amin). */
  min(this: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
    takes("min", arguments.length, 2);
    return within("min", () => orderReversed(orderReversed(this).max(dim, keepdim)).to(this.dtype));
  }
  /** The index, int32, of the first largest element along dim, or among all elements in row-major order if dim is left out. */
  argmax(this: Tensor, dim?: number, keepdim: KeepDim = false): Tensor {
    takes("argmax", arguments.length, 2);
    const keepsDim = keepdimOf("argmax", keepdim);
    if (dim === undefined)
      return this.reshape([-1])
        .argmax(0)
        .reshape(keepsDim ? this.shape.map(() => 1) : []);
    if (this.ndim === 0)
      return this.apply("argmax", [this.reshape([1])], { dim: normalizeDim("argmax", dim, 0) }).reshape([]);
    const place = normalizeDim("argmax", dim, this.ndim);
    const result = this.apply("argmax", [this], { dim: place });
    return keepsDim ? result : result.squeeze(place);
  }
  /** The index, int32, of the first smallest element along dim, or among all elements in row-major order if dim is left out. */
  argmin(this: Tensor, dim?: number, keepdim: KeepDim = false): Tensor {
    takes("argmin", arguments.length, 2);
    return within("argmin", () => orderReversed(this).argmax(dim, keepdim));
  }
  /** Σ (x - mean)² / (n - correction) over n elements each; the correction is 1 if left out. */
  variance(this: Tensor, dim?: Dims, options: boolean | VarianceOptions = {}): Tensor {
    takes("variance", arguments.length, 2);
    return within("variance", () => variance(this, dim, varianceOptionsOf("variance", options)));
  }
  /** √variance; where it is 0, its gradient is 0 too. */
  std(this: Tensor, dim?: Dims, options: boolean | VarianceOptions = {}): Tensor {
    takes("std", arguments.length, 2);
    return within("std", () => std(this, dim, varianceOptionsOf("std", options)));
  }
  /** Whether any element is other than 0, as bool. */
  any(this: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
    takes("any", arguments.length, 2);
    return within("any", () => this.to("bool").sum(dim, keepdim).ne(0));
  }
  /** Whether all elements are other than 0, as bool. */
  all(this: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
    takes("all", arguments.length, 2);
    return within("all", () => this.to("bool").logicalNot().any(dim, keepdim).logicalNot());
  }
  /** The k largest values along dim, the largest first, and their indices, int32; of equal values the first ones. */
  topk(this: Tensor, k: number, dim = -1): { values: Tensor; indices: Tensor } {
    takes("topk", arguments.length, 2);
    return topk(this, k, dim);
  }
  /** log Σ eˣ over these dims, or over all if none is named; it does not overflow. */
  logsumexp(this: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
    takes("logsumexp", arguments.length, 2);
    return logsumexp(floating(this), dim, keepdimOf("logsumexp", keepdim));
  }
  /** eˣ / Σ eˣ along dim; it does not overflow. With { dtype } x is converted first. */
  softmax(this: Tensor, dim = -1, options: SoftmaxOptions = {}): Tensor {
    takes("softmax", arguments.length, 2);
    return softmax(convertedFor("softmax", this, options), dim);
  }
  /** x - log Σ eˣ along dim; it does not overflow. With { dtype } x is converted first. */
  logSoftmax(this: Tensor, dim = -1, options: SoftmaxOptions = {}): Tensor {
    takes("logSoftmax", arguments.length, 2);
    return logSoftmax(convertedFor("logSoftmax", this, options), dim);
  }
  /** The cumulative sum along dim: each element plus all before it. The sum of integers and bool is int32. */
  cumsum(this: Tensor, dim: number): Tensor {
    takes("cumsum", arguments.length, 1);
    const x = this.to(toSum(this.dtype));
    const place = normalizeDim("cumsum", dim, this.ndim);
    return this.ndim === 0 ? x : this.apply("cumsum", [x], { dim: place });
  }
}
