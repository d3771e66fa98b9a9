// All that one can say about a tensor: the mathematics of class Tensor, which extends this. A method is an op, or is composed of
// others; here are only the rules for what users may write: promotion, broadcasting, dims from either end.
import { ChainruleError } from "../errors/error.ts";
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
  /** this + o, element by element, the shapes broadcast. bool + bool is or. */
  add(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("add", this, o);
    return a.dtype === "bool" ? this.apply("maximum", [a, b]) : this.apply("add", [a, b]);
  }
  /** this - o. Throws for bool. */
  sub(this: Tensor, o: Operand): Tensor {
    return this.apply("sub", checkNumeric("sub", operands("sub", this, o)));
  }
  /** this · o. bool · bool is and. */
  mul(this: Tensor, o: Operand): Tensor {
    return this.apply("mul", operands("mul", this, o));
  }
  /** this / o; integers become float32. */
  div(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("div", this, o);
    const dtype = toFloating(a.dtype);
    return this.apply("div", [a.to(dtype), b.to(dtype)]);
  }
  /** thisᵒ. 0⁰ is 1. Throws for bool, and for an integer to a negative whole number. */
  pow(this: Tensor, o: Operand): Tensor {
    if (o === 2) return this.square();
    if (typeof o === "number" && o < 0 && Number.isInteger(o) && !isFloating(this.dtype)) {
      throw new ChainruleError(
        "dtype",
        "pow",
        `${this.dtype} to the power ${o} is no whole number; use to("float32") first`,
      );
    }
    return this.apply("pow", checkNumeric("pow", operands("pow", this, o)));
  }
  /** The larger of this and o; equals share the gradient evenly, NaN wins. */
  maximum(this: Tensor, o: Operand): Tensor {
    return this.apply("maximum", operands("maximum", this, o));
  }
  /** The smaller of this and o; equals share the gradient evenly, NaN wins. */
  minimum(this: Tensor, o: Operand): Tensor {
    return this.apply("minimum", operands("minimum", this, o));
  }
  /** this = o, as bool. NaN equals nothing. */
  eq(this: Tensor, o: Operand): Tensor {
    return this.apply("eq", operands("eq", this, o));
  }
  /** this ≠ o, as bool. */
  ne(this: Tensor, o: Operand): Tensor {
    return this.eq(o).logicalNot();
  }
  /** this < o, as bool. */
  lt(this: Tensor, o: Operand): Tensor {
    return this.apply("lt", operands("lt", this, o));
  }
  /** this ≤ o, as bool. */
  le(this: Tensor, o: Operand): Tensor {
    return this.apply("le", operands("le", this, o));
  }
  /** this > o, as bool. */
  gt(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("gt", this, o);
    return this.apply("lt", [b, a]);
  }
  /** this ≥ o, as bool. */
  ge(this: Tensor, o: Operand): Tensor {
    const [a, b] = operands("ge", this, o);
    return this.apply("le", [b, a]);
  }
  /** Whether both are other than 0, as bool. */
  logicalAnd(this: Tensor, o: Tensor): Tensor {
    return this.to("bool").mul(o.to("bool"));
  }
  /** Whether at least one is other than 0, as bool. */
  logicalOr(this: Tensor, o: Tensor): Tensor {
    return this.to("bool").maximum(o.to("bool"));
  }
  /** Whether it is 0, as bool. */
  logicalNot(this: Tensor): Tensor {
    return this.apply("eq", [this, constant(this, 0)]);
  }
  /** Whether it is NaN, as bool. */
  isnan(this: Tensor): Tensor {
    return this.ne(this);
  }
  /** Whether it is neither NaN nor infinite, as bool. */
  isfinite(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.abs().lt(Infinity) : this.eq(this);
  }

  // ── elementwise, one operand. Integers become float32 where the result has fractions, and stay where it cannot have any.
  /** -x. Throws for bool. */
  neg(this: Tensor): Tensor {
    return this.apply("neg", checkNumeric("neg", [this]));
  }
  /** |x|, with the gradient 0 at 0. Throws for bool. */
  abs(this: Tensor): Tensor {
    return this.apply("abs", checkNumeric("abs", [this]));
  }
  /** -1, 0 or 1, with the gradient 0. Throws for bool. */
  sign(this: Tensor): Tensor {
    return this.apply("sign", checkNumeric("sign", [this]));
  }
  /** The next whole number below, with the gradient 0. */
  floor(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.apply("floor", [this]) : this;
  }
  /** The next whole number above, with the gradient 0. */
  ceil(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.neg().floor().neg() : this;
  }
  /** The nearest whole number, of two the even one, with the gradient 0. */
  round(this: Tensor): Tensor {
    return isFloating(this.dtype) ? this.apply("round", [this]) : this;
  }
  /** eˣ */
  exp(this: Tensor): Tensor {
    return this.apply("exp", [floating(this)]);
  }
  /** eˣ - 1, exact also where x is small. */
  expm1(this: Tensor): Tensor {
    return this.apply("expm1", [floating(this)]);
  }
  /** The natural logarithm; -∞ at 0, NaN below. */
  log(this: Tensor): Tensor {
    return this.apply("log", [floating(this)]);
  }
  /** log(1 + x), exact also where x is small. */
  log1p(this: Tensor): Tensor {
    return this.apply("log1p", [floating(this)]);
  }
  /** √x; NaN below 0. */
  sqrt(this: Tensor): Tensor {
    return this.apply("sqrt", [floating(this)]);
  }
  /** 1 / √x */
  rsqrt(this: Tensor): Tensor {
    return this.sqrt().reciprocal();
  }
  /** x² */
  square(this: Tensor): Tensor {
    return this.mul(this);
  }
  /** 1 / x */
  reciprocal(this: Tensor): Tensor {
    const x = floating(this);
    return this.apply("div", [constant(x, 1), x]);
  }
  /** sin x, x in radians. */
  sin(this: Tensor): Tensor {
    return this.apply("sin", [floating(this)]);
  }
  /** cos x, x in radians. */
  cos(this: Tensor): Tensor {
    return this.apply("cos", [floating(this)]);
  }
  /** 2/√π · ∫₀ˣ e^(-t²) dt */
  erf(this: Tensor): Tensor {
    return this.apply("erf", [floating(this)]);
  }
  /** tanh x */
  tanh(this: Tensor): Tensor {
    return this.apply("tanh", [floating(this)]);
  }
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(this: Tensor): Tensor {
    return this.apply("sigmoid", [floating(this)]);
  }
  /** x where x > 0, else 0, with the gradient 0 at 0; NaN stays NaN. */
  relu(this: Tensor): Tensor {
    return inRegion("relu", {}, () => constant(this, 0).where(this.le(0), this));
  }
  /** x · Φ(x), Φ the normal distribution, by erf (Hendrycks and Gimpel 2016). */
  gelu(this: Tensor): Tensor {
    return gelu(floating(this));
  }
  /** x · sigmoid(x) (Elfwing et al. 2018). */
  silu(this: Tensor): Tensor {
    return silu(floating(this));
  }
  /** log(1 + eˣ); x itself above 20, as in PyTorch. */
  softplus(this: Tensor): Tensor {
    return softplus(floating(this));
  }
  /** x where x > 0, else slope · x (Maas et al. 2013). */
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
      throw new ChainruleError(
        "dtype",
        "where",
        `the condition is ${describe(condition)}, not bool; compare it with ne(0)`,
      );
    const [a, b] = promoted("where", this, other);
    const [shaped, x] = arrange("where", condition, a);
    const [y, z] = arrange("where", x, b);
    return this.apply("where", [arrange("where", shaped, y)[0], y, z]);
  }

  // ── reductions
  /** Over the dims named, all if none is; they go, or stay as size 1 with keepdim. Integers and bool add up to int32. */
  sum(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return reduce("sum", this.to(toSum(this.dtype)), dim, keepdim);
  }
  /** The sum over how many there are. Throws for integers and bool. */
  mean(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    if (!isFloating(this.dtype))
      throw new ChainruleError("dtype", "mean", `${this.dtype} has no mean; use to("float32") first`);
    const sum = within("mean", () => this.sum(dim, keepdim));
    return sum.div(
      this.size === 0
        ? normalizeDims("mean", dim, this.ndim).reduce((count, d) => count * this.shape[d], 1)
        : this.size / sum.size,
    );
  }
  /** The product, over all elements if dim is left out. Integers and bool multiply to int32. */
  prod(this: Tensor, dim?: number, keepdim = false): Tensor {
    return prod(this.to(toSum(this.dtype)), dim, keepdim);
  }
  /** Values only; equals share the gradient evenly (PyTorch's amax). */
  max(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return reduce("max", this, dim, keepdim);
  }
  /** Values only; equals share the gradient evenly. */
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
  /** int32; the first of equals. Over all elements, in row-major order, if dim is left out. */
  argmin(this: Tensor, dim?: number, keepdim = false): Tensor {
    return within("argmin", () => mirrored(this).argmax(dim, keepdim));
  }
  /** Σ (x - mean)² / (n - correction), n elements each; the correction is 1 if left out. */
  variance(this: Tensor, dim?: Dims, options: { correction?: number; keepdim?: boolean } = {}): Tensor {
    return within("variance", () => variance(this, dim, options));
  }
  /** √variance, with the gradient 0 where it is 0. */
  std(this: Tensor, dim?: Dims, options: { correction?: number; keepdim?: boolean } = {}): Tensor {
    return within("std", () => std(this, dim, options));
  }
  /** Whether any element is other than 0, as bool. */
  any(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return within("any", () => this.to("bool").sum(dim, keepdim).ne(0));
  }
  /** Whether all elements are other than 0, as bool. */
  all(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return within("all", () => this.to("bool").logicalNot().any(dim, keepdim).logicalNot());
  }
  /** The k largest along dim, the largest first, and where they stand, int32; of equals the first. */
  topk(this: Tensor, k: number, dim = -1): { values: Tensor; indices: Tensor } {
    return topk(this, k, dim);
  }
  /** log Σ eˣ over the dims, all if none is named; nothing overflows. */
  logsumexp(this: Tensor, dim?: Dims, keepdim = false): Tensor {
    return logsumexp(floating(this), dim, keepdim);
  }
  /** eˣ / Σ eˣ along dim; nothing overflows. */
  softmax(this: Tensor, dim = -1): Tensor {
    return softmax(floating(this), dim);
  }
  /** x - log Σ eˣ along dim; nothing overflows. */
  logSoftmax(this: Tensor, dim = -1): Tensor {
    return logSoftmax(floating(this), dim);
  }
  /** Along dim, each element and all before it. Integers and bool add up to int32. */
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
  /** The dims from startDim to endDim, both included, as one. */
  flatten(this: Tensor, startDim = 0, endDim = -1): Tensor {
    const start = normalizeDim("flatten", startDim, this.ndim);
    const end = normalizeDim("flatten", endDim, this.ndim);
    if (start > end)
      throw new ChainruleError("option", "flatten", `it ends at dim ${end}, before it starts at dim ${start}`);
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
  /** The dims in another order: dim i of the result is dim dims[i] of this. */
  permute(this: Tensor, dims: Shape): Tensor {
    const order = dims.map((dim) => normalizeDim("permute", dim, this.ndim));
    if (order.length !== this.ndim || new Set(order).size !== order.length) {
      throw new ChainruleError("shape", "permute", `[${dims}] does not name each dim of [${this.shape}] once`);
    }
    return this.apply("permute", [this], { dims: order });
  }
  /** Drops a dim of size 1 (others stay), or all of them. */
  squeeze(this: Tensor, dim?: number): Tensor {
    return this.reshape(squeezeShape(this.shape, dim));
  }
  /** A new dim of size 1 at this place. */
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
    return triangle("tril", this, (offset) => offset.le(diagonal));
  }
  /** Zero below the diagonal. */
  triu(this: Tensor, diagonal = 0): Tensor {
    return triangle("triu", this, (offset) => offset.ge(diagonal));
  }
  /** How much of `value` to add before and after each dim, first dim first. */
  pad(this: Tensor, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
    return this.apply("pad", [this], { widths: paddingOf(this.shape, widths), value });
  }
  /** The other way round along these dims. */
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
      throw new ChainruleError(
        "shape",
        "unfold",
        `windows of ${size}, ${step} apart, do not fit into dim ${dim} of [${this.shape}]`,
      );
    }
    return this.apply("unfold", [this], { dim: place, size, step });
  }
  /** The slices of dim that the index, int32 or uint8 [n], names, in its order. Throws where one is outside. */
  indexSelect(this: Tensor, dim: number, index: Tensor): Tensor {
    return within("indexSelect", () => indexSelect(this, dim, index));
  }
  /**
   * Along dim, the elements that the index names: y[i][j] = this[index[i][j]][j] for dim 0. The index is int32 or uint8, its
   * shape the result's.
   */
  gather(this: Tensor, dim: number, index: Tensor): Tensor {
    return gather(this, dim, index);
  }
  /** this + source, each element of source added where index says along dim. */
  scatterAdd(this: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
    return scatterAdd(this, dim, index, source);
  }
  /** int32 [..., classes]: 1 at the place that each element, int32 or uint8, names, and else 0. Throws where one is outside. */
  oneHot(this: Tensor, classes: number): Tensor {
    return within("oneHot", () => oneHot(this, classes));
  }
  /** Parts of this size along dim; the last may be smaller. */
  split(this: Tensor, size: number, dim = 0): Tensor[] {
    return split(this, size, dim);
  }
}
