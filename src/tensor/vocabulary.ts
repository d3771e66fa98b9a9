// All that one can say about a tensor: the mathematics of class Tensor, which extends this. What is said element by element or along dims
// stands in vocabulary/, products, shapes and places here. A method is an op, or is composed of others; here are only the rules for
// what users may write: promotion, broadcasting, dims from either end.
import { ChainruleError } from "../errors/error.ts";
import { checkTensor, shown, takes } from "./arguments.ts";
import { describe } from "./dtype.ts";
import { gather, indexSelect, oneHot, scatterAdd } from "./indexing.ts";
import { matmul } from "./matmul.ts";
import { promoted } from "./promotion.ts";
import { expandShape, paddingOf, type Range, rangesOf, squeezeShape, triangle } from "./reshaping.ts";
import { type Dims, normalizeDim, normalizeDims, resolveShape, type Shape, sameShape, sizeOf } from "./shape.ts";
import { chunk, split, type Tuple } from "./splitting.ts";
import type { Tensor } from "./tensor.ts";
import { Reductions } from "./vocabulary/reductions.ts";
import { within } from "./within.ts";

export abstract class Vocabulary extends Reductions {
  /** PyTorch's rules: vector · vector is a scalar, matrices multiply, dims in front of them broadcast. */
  matmul(this: Tensor, o: Tensor): Tensor {
    takes("matmul", arguments.length, 1);
    checkTensor("matmul", "o", o);
    return matmul(...promoted("matmul", this, o));
  }

  // ── shape
  /** The same elements in the same order under another shape; one size may be -1. */
  reshape(this: Tensor, shape: Shape): Tensor {
    takes("reshape", arguments.length, 1);
    return this.apply("reshape", [this], { shape: resolveShape("reshape", this.shape, shape) });
  }
  /** The dims from startDim to endDim, both included, as one. */
  flatten(this: Tensor, startDim = 0, endDim = -1): Tensor {
    takes("flatten", arguments.length, 2);
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
  /** Drops a dim of size 1 (others stay), or all of them. */
  squeeze(this: Tensor, dim?: number): Tensor {
    takes("squeeze", arguments.length, 1);
    return this.reshape(squeezeShape(this.shape, dim));
  }
  /** A new dim of size 1 at this place. */
  unsqueeze(this: Tensor, dim: number): Tensor {
    takes("unsqueeze", arguments.length, 1);
    return this.reshape(this.shape.toSpliced(normalizeDim("unsqueeze", dim, this.ndim + 1), 0, 1));
  }
  /** Repeats dims of size 1; -1 keeps a size, and new dims may stand in front. */
  expand(this: Tensor, shape: Shape): Tensor {
    takes("expand", arguments.length, 1);
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
    takes("tril", arguments.length, 1);
    return triangle("tril", this, (offset) => offset.le(diagonal));
  }
  /** Zero below the diagonal. */
  triu(this: Tensor, diagonal = 0): Tensor {
    takes("triu", arguments.length, 1);
    return triangle("triu", this, (offset) => offset.ge(diagonal));
  }
  /** How much of `value` to add before and after each dim, first dim first. */
  pad(this: Tensor, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
    takes("pad", arguments.length, 2);
    const filler = this.dtype === "bool" ? Number(value !== 0) : value;
    return this.apply("pad", [this], { widths: paddingOf(this.shape, widths), value: filler });
  }
  /** The other way round along these dims. */
  flip(this: Tensor, dims: Dims): Tensor {
    takes("flip", arguments.length, 1);
    const list = typeof dims === "number" ? [dims] : dims;
    return list.length === 0 || this.ndim === 0
      ? this
      : this.apply("flip", [this], { dims: normalizeDims("flip", list, this.ndim) });
  }
  /** The windows of one dim, `step` apart; the window's own dim comes last. */
  unfold(this: Tensor, dim: number, size: number, step: number): Tensor {
    takes("unfold", arguments.length, 3);
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
    takes("indexSelect", arguments.length, 2);
    checkTensor("indexSelect", "index", index);
    return within("indexSelect", () => indexSelect(this, dim, index));
  }
  /**
   * Along dim, the elements that the index names: y[i][j] = this[index[i][j]][j] for dim 0. The index is int32 or uint8, its
   * shape the result's.
   */
  gather(this: Tensor, dim: number, index: Tensor): Tensor {
    takes("gather", arguments.length, 2);
    checkTensor("gather", "index", index);
    return gather(this, dim, index);
  }
  /** this + source, each element of source added where index says along dim. */
  scatterAdd(this: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
    takes("scatterAdd", arguments.length, 3);
    checkTensor("scatterAdd", "index", index);
    checkTensor("scatterAdd", "source", source);
    return scatterAdd(this, dim, index, source);
  }
  /** int32 [..., classes]: 1 at the place that each element, int32 or uint8, names, and else 0. Throws where one is outside. */
  oneHot(this: Tensor, classes: number): Tensor {
    takes("oneHot", arguments.length, 1);
    return within("oneHot", () => oneHot(this, classes));
  }
  /** The size of one dim, counted from either end: shape[dim] where there is such a dim, else it throws. */
  sizeAt(this: Tensor, dim: number): number {
    takes("sizeAt", arguments.length, 1);
    if (this.ndim === 0)
      throw new ChainruleError("index", "sizeAt", `a 0-d tensor has no dim ${dim}`, { dim, rank: 0 });
    return this.shape[normalizeDim("sizeAt", dim, this.ndim)];
  }
  /** The sizes of all dims, of which there are so many: const [n, c, h, w] = x.sizes(4). Throws where there are more or fewer. */
  sizes<Rank extends number>(this: Tensor, rank: Rank): Tuple<number, Rank> {
    takes("sizes", arguments.length, 1);
    if (this.ndim !== rank)
      throw new ChainruleError("shape", "sizes", `${describe(this)} has ${this.ndim} dims, not ${rank}`, {
        shape: this.shape,
        rank,
      });
    return [...this.shape] as Tuple<number, Rank>;
  }
  /** Parts of this size along dim, the last of which may be smaller; or parts of these sizes, which add up to dim's. */
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
   * At most `count` parts of one size along dim, the last of which may be smaller. There are fewer where that size does not go into dim so
   * often, as in PyTorch: 5 elements in 4 chunks are 2, 2 and 1.
   */
  chunk<Count extends number>(this: Tensor, count: Count, dim = 0): Tuple<Tensor, Count> {
    takes("chunk", arguments.length, 2);
    return chunk(this, count, dim) as Tuple<Tensor, Count>;
  }
}
