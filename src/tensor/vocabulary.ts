// The mathematical methods of class Tensor, which extends this class. Elementwise methods and reductions are in vocabulary/; products,
// shapes and indexing are here. A method is an op or a composition of ops; this file adds the rules for what users may write: promotion,
// broadcasting, dims counted from either end.
import { ChainruleError } from "../errors/error.ts";
import { checkTensor, shown, takes } from "./arguments.ts";
import { describe } from "./dtype.ts";
import { gather, indexSelect, oneHot, scatterAdd } from "./indexing.ts";
import { matmul } from "./matmul.ts";
import { promoted } from "./promotion.ts";
import { type Bound, expandShape, pad, type Range, squeezeShape, triangle } from "./reshaping.ts";
import { type Dims, normalizeDim, normalizeDims, resolveShape, type Shape, sameShape, sizeOf } from "./shape.ts";
import { narrow, slice } from "./slicing.ts";
import { chunk, split, type Tuple } from "./splitting.ts";
import type { Tensor } from "./tensor.ts";
import { Selection } from "./vocabulary/selection.ts";
import { within } from "./within.ts";

export abstract class Vocabulary extends Selection {
  /** The matrix product by PyTorch's rules: vector · vector is a scalar, matrices multiply, and leading dims broadcast. */
  matmul(this: Tensor, o: Tensor): Tensor {
    takes("matmul", arguments.length, 1);
    checkTensor("matmul", "o", o);
    return matmul(...promoted("matmul", this, o));
  }

  // ── shape
  /** The same elements in the same order with another shape; one size may be -1, and is then computed. */
  reshape(this: Tensor, shape: Shape): Tensor {
    takes("reshape", arguments.length, 1);
    return this.apply("reshape", [this], { shape: resolveShape("reshape", this.shape, shape) });
  }
  /** Merges the dims from startDim to endDim, both included, into one. */
  flatten(this: Tensor, startDim = 0, endDim = -1): Tensor {
    takes("flatten", arguments.length, 2);
    const start = normalizeDim("flatten", startDim, this.ndim);
    const end = normalizeDim("flatten", endDim, this.ndim);
    if (start > end)
      throw new ChainruleError("option", "flatten", `endDim ${end} comes before startDim ${start}; swap them`);
    return this.reshape([
      ...this.shape.slice(0, start),
      sizeOf(this.shape.slice(start, end + 1)),
      ...this.shape.slice(end + 1),
    ]);
  }
  /** Swaps two dims, the last two if none are named. */
  transpose(this: Tensor, dim0 = -2, dim1 = -1): Tensor {
    takes("transpose", arguments.length, 2);
    const dims = this.shape.map((_, dim) => dim);
    const [a, b] = [normalizeDim("transpose", dim0, this.ndim), normalizeDim("transpose", dim1, this.ndim)];
    if (this.ndim > 0) [dims[a], dims[b]] = [dims[b], dims[a]];
    return this.permute(dims);
  }
  /** The dims in another order: dim i of the result is dim dims[i] of this. */
  permute(this: Tensor, dims: Shape): Tensor {
    takes("permute", arguments.length, 1);
    if (!Array.isArray(dims)) throw new ChainruleError("type", "permute", `dims are a list, not ${shown(dims)}`);
    const order = dims.map((dim) => normalizeDim("permute", dim, this.ndim));
    if (order.length !== this.ndim || new Set(order).size !== order.length) {
      throw new ChainruleError("shape", "permute", `[${dims}] does not name each dim of [${this.shape}] once`);
    }
    return this.apply("permute", [this], { dims: order });
  }
  /** Drops these dims where their size is 1, or, if none is named, all dims of size 1. */
  squeeze(this: Tensor, dim?: Dims): Tensor {
    takes("squeeze", arguments.length, 1);
    return this.reshape(squeezeShape(this.shape, dim));
  }
  /** Inserts a dim of size 1 at this position. */
  unsqueeze(this: Tensor, dim: number): Tensor {
    takes("unsqueeze", arguments.length, 1);
    return this.reshape(this.shape.toSpliced(normalizeDim("unsqueeze", dim, this.ndim + 1), 0, 1));
  }
  /** Repeats dims of size 1; -1 keeps a size, and new dims may come first. */
  expand(this: Tensor, shape: Shape): Tensor {
    takes("expand", arguments.length, 1);
    const target = expandShape(this.shape, shape);
    return sameShape(target, this.shape) ? this : this.apply("expand", [this], { shape: target });
  }
  /**
   * Takes one range of each dim, first dim first: null is all of the dim; a number is that index, and drops the dim; [start, stop, step] is as
   * in Python, with step > 0. A number may also be a 0-d tensor, int32 or uint8; in a compiled function that holds for indices alone, since
   * the bounds of a range decide the size of the result.
   */
  slice(this: Tensor, ...ranges: Range[]): Tensor {
    return within("slice", () => slice(this, ranges));
  }
  /**
   * Takes `length` elements along dim from `start` on, a whole number or a 0-d tensor of int32 or uint8; it counts from the end if it is
   * negative.
   */
  narrow(this: Tensor, dim: number, start: Bound, length: number): Tensor {
    takes("narrow", arguments.length, 3);
    return within("narrow", () => narrow(this, dim, start, length));
  }
  /** Sets elements above a diagonal of the last two dims to 0; diagonal 0 is the main one, and 1 the one above it. */
  tril(this: Tensor, diagonal = 0): Tensor {
    takes("tril", arguments.length, 1);
    return triangle("tril", this, (offset) => offset.le(diagonal));
  }
  /** Sets elements below a diagonal of the last two dims to 0. */
  triu(this: Tensor, diagonal = 0): Tensor {
    takes("triu", arguments.length, 1);
    return triangle("triu", this, (offset) => offset.ge(diagonal));
  }
  /**
   * Adds elements with this value before and after each dim: widths has [before, after] for each, first dim first. Negative widths cut off as
   * many.
   */
  pad(this: Tensor, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
    takes("pad", arguments.length, 2);
    return pad(this, widths, this.dtype === "bool" ? Number(value !== 0) : value);
  }
  /** Reverses the order of the elements along these dims. */
  flip(this: Tensor, dims: Dims): Tensor {
    takes("flip", arguments.length, 1);
    const list = typeof dims === "number" ? [dims] : dims;
    return list.length === 0 || this.ndim === 0
      ? this
      : this.apply("flip", [this], { dims: normalizeDims("flip", list, this.ndim) });
  }
  /** Takes the windows of this size along dim, at distances of `step`; the dim within a window comes last. */
  unfold(this: Tensor, dim: number, size: number, step: number): Tensor {
    takes("unfold", arguments.length, 3);
    const place = normalizeDim("unfold", dim, this.ndim);
    if (this.ndim === 0) return within("unfold", () => this.reshape([1]).unfold(place, size, step).slice(0));
    if (!(size >= 0 && size <= this.shape[place] && step >= 1)) {
      throw new ChainruleError(
        "shape",
        "unfold",
        `windows of ${size}, ${step} apart, do not fit into dim ${dim} of [${this.shape}]`,
      );
    }
    return this.apply("unfold", [this], { dim: place, size, step });
  }
  /** Takes the slices along dim at the indices of a vector, int32 or uint8 [n], in its order. Throws if an index is out of range. */
  indexSelect(this: Tensor, dim: number, index: Tensor): Tensor {
    takes("indexSelect", arguments.length, 2);
    checkTensor("indexSelect", "index", index);
    return within("indexSelect", () => indexSelect(this, dim, index));
  }
  /**
   * Takes the elements at the indices along dim: y[i][j] = this[index[i][j]][j] for dim 0. The index is int32 or uint8, and has the shape of
   * the result. Throws if an index is out of range.
   */
  gather(this: Tensor, dim: number, index: Tensor): Tensor {
    takes("gather", arguments.length, 2);
    checkTensor("gather", "index", index);
    return gather(this, dim, index);
  }
  /** Returns this plus the elements of source, each added at its index along dim: y[index[i][j]][j] += source[i][j] for dim 0. */
  scatterAdd(this: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
    takes("scatterAdd", arguments.length, 3);
    checkTensor("scatterAdd", "index", index);
    checkTensor("scatterAdd", "source", source);
    return scatterAdd(this, dim, index, source);
  }
  /** int32 [..., classes]: 1 at the index that each element, int32 or uint8, has as its value, and else 0. Throws if one is out of range. */
  oneHot(this: Tensor, classes: number): Tensor {
    takes("oneHot", arguments.length, 1);
    return within("oneHot", () => oneHot(this, classes));
  }
  /** The size of one dim; negative numbers count from the end. Throws if there is no such dim. */
  sizeAt(this: Tensor, dim: number): number {
    takes("sizeAt", arguments.length, 1);
    if (this.ndim === 0)
      throw new ChainruleError("index", "sizeAt", `a 0-d tensor has no dim ${dim}`, { dim, rank: 0 });
    return this.shape[normalizeDim("sizeAt", dim, this.ndim)];
  }
  /** The sizes of all dims as a tuple of this length: const [n, c, h, w] = x.sizes(4). Throws if there are more or fewer dims. */
  sizes<Rank extends number>(this: Tensor, rank: Rank): Tuple<number, Rank> {
    takes("sizes", arguments.length, 1);
    if (this.ndim !== rank)
      throw new ChainruleError("shape", "sizes", `${describe(this)} has ${this.ndim} dims, not ${rank}`, {
        shape: this.shape,
        rank,
      });
    return [...this.shape] as Tuple<number, Rank>;
  }
  /** Splits along dim into parts of these sizes, which add up to the dim's size; or into parts of one size, the last of which may be smaller. */
  split<const Sizes extends readonly number[]>(
    this: Tensor,
    sizes: Sizes,
    dim?: number,
  ): { -readonly [Place in keyof Sizes]: Tensor };
  split(this: Tensor, size: number, dim?: number): Tensor[];
  split(this: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
    takes("split", arguments.length, 2);
    return split(this, size, dim);
  }
  /**
   * Splits along dim into at most `count` parts of one size, the last of which may be smaller. As in PyTorch there may be fewer parts: 5
   * elements in 4 chunks are 2, 2 and 1.
   */
  chunk<Count extends number>(this: Tensor, count: Count, dim = 0): Tuple<Tensor, Count> {
    takes("chunk", arguments.length, 2);
    return chunk(this, count, dim) as Tuple<Tensor, Count>;
  }
}
