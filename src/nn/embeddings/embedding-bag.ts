// The embedding of a bag of words: the sum, the mean or the maximum of the vectors of several indices.
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { constant } from "../../tensor/promotion.ts";
import { randn } from "../../tensor/random.ts";
import { inRegion } from "../../tensor/region.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { settings } from "../layer-tree.ts";
import { Module } from "../module.ts";

/** What becomes of the vectors of a bag. */
export type BagMode = "sum" | "mean" | "max";

/** The options of EmbeddingBag. */
export interface EmbeddingBagOptions {
  /** "sum", "mean" or "max"; "mean" if left out. */
  readonly mode?: BagMode | undefined;
  /** An index that counts in no bag; its row is initially 0 and gets no gradient. None if left out. */
  readonly paddingIdx?: number | null | undefined;
}

/** What EmbeddingBag.forward takes beside the indices. */
export interface BagOptions {
  /** Where each bag begins in indices [n], the first at 0: [B]. Only with indices of one dim. */
  readonly offsets?: Tensor | null | undefined;
  /** A factor for each index, of the indices' shape. With the mode "sum" only. */
  readonly perSampleWeights?: Tensor | null | undefined;
}

const names: OptionNames<EmbeddingBagOptions> = { mode: true, paddingIdx: true };
const bagNames: OptionNames<BagOptions> = { offsets: true, perSampleWeights: true };
const call = "EmbeddingBag.forward";

const isIndex = ({ dtype }: Tensor): boolean => dtype === "int32" || dtype === "uint8";

/** int32 [n]: the bag of each place, which is one less than the number of bags that begin at it or before it. */
function bagsOf(offsets: Tensor, length: number): Tensor {
  const starts = constant(offsets, 0, "int32").add(1);
  const marks = constant(offsets, 0, "int32")
    .sum()
    .expand([length + 1]);
  return marks.scatterAdd(0, offsets.to("int32"), starts).narrow(0, 0, length).cumsum(0).sub(1);
}

/** The rows of each bag, reduced: vectors [n, D], the bags [n] of B, and whether each row counts. */
function reduceBags(mode: BagMode, vectors: Tensor, bags: Tensor, count: number, counts: Tensor): Tensor {
  const [length, size] = vectors.shape;
  if (mode === "max") {
    // [B, n]: whether a row is in a bag; the first largest of its rows has the gradient, and an empty bag is 0.
    const places = constant(bags, 1).cumsum(0).sub(1);
    const own = bags.unsqueeze(0).eq(rowNumbers(places, count)).logicalAnd(counts.unsqueeze(0));
    const ranked = vectors.detach().unsqueeze(0).where(own.unsqueeze(2), -Infinity);
    const first = ranked.argmax(1).reshape([count, size]);
    const chosen = vectors.gather(0, first);
    return chosen.where(own.any(1, true), 0);
  }
  const rows = vectors.where(counts.unsqueeze(1), 0);
  const zeros = constant(vectors.sum(), 0).expand([count, size]);
  const sums = zeros.scatterAdd(0, bags.unsqueeze(1).expand([length, size]), rows);
  if (mode === "sum") return sums;
  const numbers = constant(vectors.sum(), 0).expand([count]).scatterAdd(0, bags, counts.to(vectors.dtype));
  return sums.div(numbers.maximum(1).unsqueeze(1));
}

/** int32 [count, 1]: 0, 1, 2, ... */
function rowNumbers(like: Tensor, count: number): Tensor {
  return like.apply("iota", [], { length: count }).unsqueeze(1);
}

/**
 * Looks up row i of the weight for each index i, and reduces the rows of each bag to their sum, mean or maximum: indices [B, n], with a bag in
 * each row, or [n] with offsets [B] -> [B, size]. An empty bag gives 0. The weight is [count, size], initialised from the normal
 * distribution with mean 0 and variance 1. Throws unless the indices are int32 or uint8 and from 0 to count - 1.
 */
export class EmbeddingBag extends Module {
  readonly weight: Tensor;
  readonly mode: BagMode;
  /** The index that counts in no bag, from 0; null if there is none. */
  readonly paddingIdx: number | null;

  constructor(count: number, size: number, options: EmbeddingBagOptions = {}) {
    super();
    takes("EmbeddingBag", arguments.length, 3);
    checkOptions("EmbeddingBag", options, names);
    const { mode = "mean", paddingIdx = null } = options;
    checkWhole("EmbeddingBag", "count", count, { from: 1 });
    checkWhole("EmbeddingBag", "size", size, { from: 1 });
    if (mode !== "sum" && mode !== "mean" && mode !== "max")
      throw new ChainruleError("option", "EmbeddingBag", `mode is "sum", "mean" or "max", not ${shown(mode)}`);
    if (paddingIdx !== null) checkWhole("EmbeddingBag", "paddingIdx", paddingIdx, { from: -count, below: count });
    this.mode = mode;
    this.paddingIdx = paddingIdx === null ? null : (paddingIdx + count) % count;
    this.weight = randn([count, size], { requiresGrad: true });
    if (this.paddingIdx !== null) {
      const keeps = this.weight.apply("iota", [], { length: count }).ne(this.paddingIdx).unsqueeze(1);
      this.weight.assign(this.weight.detach().where(keeps, 0));
    }
  }

  /** x holds the indices, int32 or uint8: [B, n], or [n] with offsets [B] -> [B, size]. */
  forward(x: Tensor, options: BagOptions = {}): Tensor {
    takes(call, arguments.length, 2);
    checkTensor(call, "x", x);
    checkOptions(call, options, bagNames);
    const { offsets = null, perSampleWeights: weights = null } = options;
    checkBags(this.mode, x, offsets, weights);
    const [count, size] = [offsets?.size ?? x.shape[0], this.weight.shape[1]];
    return inRegion("embeddingBag", { mode: this.mode }, () =>
      within(call, () => {
        const places = x.reshape([x.size]);
        const looked = this.weight.indexSelect(0, places);
        const vectors = weights ? looked.mul(weights.reshape([x.size, 1])) : looked;
        const counts = this.paddingIdx === null ? places.eq(places) : places.ne(this.paddingIdx);
        if (x.size === 0) return vectors.sum().expand([count, size]);
        const bags = offsets
          ? bagsOf(offsets, x.size)
          : rowNumbers(places, count)
              .expand([count, x.size / count])
              .reshape([x.size]);
        return reduceBags(this.mode, vectors, bags, count, counts);
      }),
    );
  }

  override extraRepr(): string {
    return settings(this.weight.shape, { mode: this.mode, paddingIdx: this.paddingIdx ?? undefined });
  }
}

/** Throws unless the indices, the offsets and the weights go with each other and with the mode. */
function checkBags(mode: BagMode, x: Tensor, offsets: Tensor | null, weights: Tensor | null): void {
  if (!isIndex(x))
    throw new ChainruleError("dtype", call, `indices are int32 or uint8, not ${describe(x)}; use to("int32")`);
  if (offsets !== null) checkTensor(call, "offsets", offsets);
  const fits = offsets === null ? x.ndim === 2 : x.ndim === 1 && offsets.ndim === 1 && isIndex(offsets);
  if (!fits)
    throw new ChainruleError(
      "shape",
      call,
      `indices are [B, n], or [n] with int32 offsets [B], not ${describe(x)}${offsets ? ` with ${describe(offsets)}` : ""}`,
    );
  if (weights === null) return;
  checkTensor(call, "perSampleWeights", weights);
  if (mode !== "sum" || !sameShape(weights.shape, x.shape))
    throw new ChainruleError(
      "option",
      call,
      `perSampleWeights go with the mode "sum" and have the indices' shape, not ${describe(weights)} with "${mode}"`,
    );
}
