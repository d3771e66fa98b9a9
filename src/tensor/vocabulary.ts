// All that one can say about a tensor: the mathematics of class Tensor, which extends this. A method is an op, or is composed of
// others; here are only the rules for what users may write: promotion, broadcasting, dims from either end.
import { gelu, leakyRelu, logSoftmax, logsumexp, prod, silu, softmax, softplus, std, variance } from "./composites.ts";
import { describe, isFloating, toFloating, toSum } from "./dtype.ts";
import { gather, indexSelect, oneHot, scatterAdd, split, topk } from "./indexing.ts";
import { matmul } from "./matmul.ts";
import { arrange, checkNumeric, constant, floating, type Operand, operands, promoted } from "./promotion.ts";
import { mirrored, reduce } from "./reducing.ts";
import { inRegion } from "./region.ts";
import { expandShape, paddingOf, type Range, rangesOf, squeezeShape, triangle } from "./reshaping.ts";
import { type Dims, normalizeDim, normalizeDims, resolveShape, type Shape, sameShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { within } from "./within.ts";

export abstract class Vocabulary {
  // ── elementwise, two operands
  add(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("add", this, o);
    return a.dtype === "bool" ? this.apply("maximum", [a, b]) : this.apply("add", [a, b]);
  }
  sub(this: Tensor, o: Operand): Tensor {
    return this.apply("sub", checkNumeric("sub", operands("sub", this, o)));
  }
  mul(this: Tensor, o: Operand): Tensor {
    return this.apply("mul", operands("mul", this, o));
  }
  div(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("div", this, o);
    const dtype = toFloating(a.dtype);
    return this.apply("div", [a.to(dtype), b.to(dtype)]);
  }
  pow(this: Tensor, o: Operand): Tensor {
    if (o === 2) return this.square();
    if (typeof o === "number" && o < 0 && Number.isInteger(o) && !isFloating(this.dtype)) {
      throw new Error(`pow: ${this.dtype} to the power ${o} is no whole number; use to("float32") first`);
    }
    return this.apply("pow", checkNumeric("pow", operands("pow", this, o)));
  }
  maximum(this: Tensor, o: Operand): Tensor {
    return this.apply("maximum", operands("maximum", this, o));
  }
  minimum(this: Tensor, o: Operand): Tensor {
    return this.apply("minimum", operands("minimum", this, o));
  }
  eq(this: Tensor, o: Operand): Tensor {
    return this.apply("eq", operands("eq", this, o));
  }
  ne(this: Tensor, o: Operand): Tensor {
    return this.eq(o).logicalNot();
  }
  lt(this: Tensor, o: Operand): Tensor {
    return this.apply("lt", operands("lt", this, o));
  }
  le(this: Tensor, o: Operand): Tensor {
    return this.apply("le", operands("le", this, o));
  }
  gt(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("gt", this, o);
    return this.apply("lt", [b, a]);
  }
  ge(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("ge", this, o);
    return this.apply("le", [b, a]);
  }
  logicalAnd(this: Tensor, o: Tensor): Tensor {
    return this.to("bool").mul(o.to("bool"));
  }
  logicalOr(this: Tensor, o: Tensor): Tensor {
    return this.to("bool").maximum(o.to("bool"));
  }
  logicalNot(this: Tensor): Tensor {
    return this.apply("eq", [this, constant(this, 0)]);
  }
  isnan(this: Tensor): Tensor {
    return this.ne(this);
  }
  isfinite(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.abs().lt(Infinity) : this.eq(this);
  }

  // ── elementwise, one operand. Integers become float32 where the result has fractions, and stay where it cannot have any.
  neg(this: Tensor): Tensor {
    return this.apply("neg", checkNumeric("neg", [this]));
  }
  abs(this: Tensor): Tensor {
    return this.apply("abs", checkNumeric("abs", [this]));
  }
  sign(this: Tensor): Tensor {
    return this.apply("sign", checkNumeric("sign", [this]));
  }
  floor(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.apply("floor", [this]) : this;
  }
  ceil(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.neg().floor().neg() : this;
  }
  round(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.apply("round", [this]) : this;
  }
  exp(this: Tensor): Tensor {
    return this.apply("exp", [floating(this)]);
  }
  expm1(this: Tensor): Tensor {
    return this.apply("expm1", [floating(this)]);
  }
  log(this: Tensor): Tensor {
    return this.apply("log", [floating(this)]);
  }
  log1p(this: Tensor): Tensor {
    return this.apply("log1p", [floating(this)]);
  }
  sqrt(this: Tensor): Tensor {
    return this.apply("sqrt", [floating(this)]);
  }
  rsqrt(this: Tensor): Tensor {
    return this.sqrt().reciprocal();
  }
  square(this: Tensor): Tensor {
    return this.mul(this);
  }
  reciprocal(this: Tensor): Tensor {
    const x = floating(this);
    return this.apply("div", [constant(x, 1), x]);
  }
  sin(this: Tensor): Tensor {
    return this.apply("sin", [floating(this)]);
  }
  cos(this: Tensor): Tensor {
    return this.apply("cos", [floating(this)]);
  }
  erf(this: Tensor): Tensor {
    return this.apply("erf", [floating(this)]);
  }
  tanh(this: Tensor): Tensor {
    return this.apply("tanh", [floating(this)]);
  }
  sigmoid(this: Tensor): Tensor {
    return this.apply("sigmoid", [floating(this)]);
  }
  /** x where x > 0, else 0, with the gradient 0 at 0; NaN stays NaN. */
  relu(this: Tensor): Tensor {
    return inRegion("relu", {}, () => constant(this, 0).where(this.le(0), this));
  }
  gelu(this: Tensor): Tensor {
    return gelu(floating(this));
  }
  silu(this: Tensor): Tensor {
    return silu(floating(this));
  }
  softplus(this: Tensor): Tensor {
    return softplus(floating(this));
  }
  leakyRelu(this: Tensor, slope = 0.01): Tensor {
    return leakyRelu(this, slope);
  }
  /** Between min and max; the gradient passes at either bound. */
  clamp(this: Tensor, min?: number, max?: number): Tensor {
    const low = min === undefined ? this : this.where(this.lt(min).logicalNot(), min);
    return max === undefined ? low : low.where(low.gt(max).logicalNot(), max);
  }
  /** this where condition, else other */
  where(this: Tensor, condition: Tensor, other: Operand): Tensor {
    if (condition.dtype !== "bool")
      throw new Error(`where: the condition is ${describe(condition)}, not bool; compare it with ne(0)`);
    const [a, b] = promoted("where", this, other);
    const [shaped, x] = arrange("where", condition, a);
    const [y, z] = arrange("where", x, b);
    return this.apply("where", [arrange("where", shaped, y)[0], y, z]);
  }

  // ── reductions
  sum(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return reduce("sum", this.to(toSum(this.dtype)), dim, keepdim);
  }
  mean(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    if (!isFloating(this.dtype)) throw new Error(`mean: ${this.dtype} has no mean; use to("float32") first`);
    const sum = within("mean", () => this.sum(dim, keepdim));
    return sum.div(
      this.size === 0
        ? normalizeDims("mean", dim, this.ndim).reduce((count, d) => count * this.shape[d], 1)
        : this.size / sum.size,
    );
  }
  prod(this: Tensor, dim?: number, keepdim = false): Tensor {
    return prod(this.to(toSum(this.dtype)), dim, keepdim);
  }
  /** Values only; equals share the gradient evenly (PyTorch's amax). */
  max(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return reduce("max", this, dim, keepdim);
  }
  min(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return within("min", () => mirrored(mirrored(this).max(dim, keepdim)).to(this.dtype));
  }
  /** int32; the first of equals. Over all elements, in row-major order, if dim is left out. */
  argmax(this: Tensor, dim?: number, keepdim = false): Tensor {
    if (dim === undefined)
      return this.reshape([-1])
        .argmax(0)
        .reshape(keepdim ? this.shape.map(() => 1) : []);
    if (this.ndim === 0)
      return this.apply("argmax", [this.reshape([1])], { dim: normalizeDim("argmax", dim, 0) }).reshape([]);
    const place = normalizeDim("argmax", dim, this.ndim);
    const result = this.apply("argmax", [this], { dim: place });
    return keepdim ? result : result.squeeze(place);
  }
  argmin(this: Tensor, dim?: number, keepdim = false): Tensor {
    return within("argmin", () => mirrored(this).argmax(dim, keepdim));
  }
  variance(this: Tensor, dim?: Dims, options: { correction?: number; keepdim?: boolean } = {}): Tensor {
    return within("variance", () => variance(this, dim, options));
  }
  std(this: Tensor, dim?: Dims, options: { correction?: number; keepdim?: boolean } = {}): Tensor {
    return within("std", () => std(this, dim, options));
  }
  any(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return within("any", () => this.to("bool").sum(dim, keepdim).ne(0));
  }
  all(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return within("all", () => this.to("bool").logicalNot().any(dim, keepdim).logicalNot());
  }
  topk(this: Tensor, k: number, dim = -1): { values: Tensor; indices: Tensor } {
    return topk(this, k, dim);
  }
  logsumexp(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return logsumexp(floating(this), dim, keepdim);
  }
  softmax(this: Tensor, dim = -1): Tensor {
    return softmax(floating(this), dim);
  }
  logSoftmax(this: Tensor, dim = -1): Tensor {
    return logSoftmax(floating(this), dim);
  }
  cumsum(this: Tensor, dim: number): Tensor {
    const x = this.to(toSum(this.dtype));
    const place = normalizeDim("cumsum", dim, this.ndim);
    return this.ndim === 0 ? x : this.apply("cumsum", [x], { dim: place });
  }

  /** PyTorch's rules: vector · vector is a scalar, matrices multiply, dims in front of them broadcast. */
  matmul(this: Tensor, o: Tensor): Tensor {
    return matmul(...promoted("matmul", this, o));
  }

  // ── shape
  /** The same elements in the same order under another shape; one size may be -1. */
  reshape(this: Tensor, shape: Shape): Tensor {
    return this.apply("reshape", [this], { shape: resolveShape("reshape", this.shape, shape) });
  }
  flatten(this: Tensor, startDim = 0, endDim = -1): Tensor {
    const start = normalizeDim("flatten", startDim, this.ndim);
    const end = normalizeDim("flatten", endDim, this.ndim);
    if (start > end) throw new Error(`flatten: it ends at dim ${end}, before it starts at dim ${start}`);
    return this.reshape([
      ...this.shape.slice(0, start),
      sizeOf(this.shape.slice(start, end + 1)),
      ...this.shape.slice(end + 1),
    ]);
  }
  /** Swaps two dims, the last two if none are named. */
  transpose(this: Tensor, dim0 = -2, dim1 = -1): Tensor {
    const dims = this.shape.map((_, dim) => dim);
    const [a, b] = [normalizeDim("transpose", dim0, this.ndim), normalizeDim("transpose", dim1, this.ndim)];
    if (this.ndim > 0) [dims[a], dims[b]] = [dims[b], dims[a]];
    return this.permute(dims);
  }
  permute(this: Tensor, dims: Shape): Tensor {
    const order = dims.map((dim) => normalizeDim("permute", dim, this.ndim));
    if (order.length !== this.ndim || new Set(order).size !== order.length) {
      throw new Error(`permute: [${dims}] does not name each dim of [${this.shape}] once`);
    }
    return this.apply("permute", [this], { dims: order });
  }
  /** Drops a dim of size 1 (others stay), or all of them. */
  squeeze(this: Tensor, dim?: number): Tensor {
    return this.reshape(squeezeShape(this.shape, dim));
  }
  unsqueeze(this: Tensor, dim: number): Tensor {
    return this.reshape(this.shape.toSpliced(normalizeDim("unsqueeze", dim, this.ndim + 1), 0, 1));
  }
  /** Repeats dims of size 1; -1 keeps a size, and new dims may stand in front. */
  expand(this: Tensor, shape: Shape): Tensor {
    const target = expandShape(this.shape, shape);
    return sameShape(target, this.shape) ? this : this.apply("expand", [this], { shape: target });
  }
  /** One range a dim, first dim first. null: all of it. A number: that index, the dim goes. [start, stop, step] as in Python, step > 0. */
  slice(this: Tensor, ...ranges: Range[]): Tensor {
    const { starts, sizes, steps, kept } = rangesOf(this.shape, ranges);
    const sliced = this.apply("slice", [this], { starts, sizes, steps });
    return kept.length === this.ndim ? sliced : sliced.reshape(kept.map((dim) => sizes[dim]));
  }
  /** Zero above the diagonal of the last two dims; diagonal 1 is the one above the main one. */
  tril(this: Tensor, diagonal = 0): Tensor {
    return triangle(this, (offset) => offset.le(diagonal));
  }
  /** Zero below the diagonal. */
  triu(this: Tensor, diagonal = 0): Tensor {
    return triangle(this, (offset) => offset.ge(diagonal));
  }
  /** How much of `value` to add before and after each dim, first dim first. */
  pad(this: Tensor, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
    return this.apply("pad", [this], { widths: paddingOf(this.shape, widths), value });
  }
  flip(this: Tensor, dims: Dims): Tensor {
    const list = typeof dims === "number" ? [dims] : dims;
    return list.length === 0 || this.ndim === 0
      ? this
      : this.apply("flip", [this], { dims: normalizeDims("flip", list, this.ndim) });
  }
  /** The windows of one dim, `step` apart; the window's own dim comes last. */
  unfold(this: Tensor, dim: number, size: number, step: number): Tensor {
    const place = normalizeDim("unfold", dim, this.ndim);
    if (!(size >= 0 && size <= this.shape[place] && step >= 1)) {
      throw new Error(`unfold: windows of ${size}, ${step} apart, do not fit into dim ${dim} of [${this.shape}]`);
    }
    return this.apply("unfold", [this], { dim: place, size, step });
  }
  indexSelect(this: Tensor, dim: number, index: Tensor): Tensor {
    return within("indexSelect", () => indexSelect(this, dim, index));
  }
  gather(this: Tensor, dim: number, index: Tensor): Tensor {
    return gather(this, dim, index);
  }
  /** this + source, each element of source added where index says along dim. */
  scatterAdd(this: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
    return scatterAdd(this, dim, index, source);
  }
  oneHot(this: Tensor, classes: number): Tensor {
    return within("oneHot", () => oneHot(this, classes));
  }
  split(this: Tensor, size: number, dim = 0): Tensor[] {
    return split(this, size, dim);
  }
}
