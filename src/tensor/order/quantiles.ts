// Medians, modes and quantiles, from the sorted elements of a dim.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { isTensor } from "../copies.ts";
import { describe, isFloating } from "../dtype.ts";
import { lerp } from "../elementary/combinations.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { constant } from "../promotion.ts";
import { type KeepDim, keepdimOf } from "../reducing.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { part, running } from "./scan.ts";
import { sort } from "./sort.ts";

/** Values along a dim, and where they stand. */
export interface Chosen {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** The options of quantile. */
export interface QuantileOptions {
  readonly keepdim?: boolean | undefined;
  /** What a quantile between two elements is: on the line between them, one of them, or their middle; "linear" if left out. */
  readonly interpolation?: "linear" | "lower" | "higher" | "midpoint" | "nearest" | undefined;
}

const names: OptionNames<QuantileOptions> = { keepdim: true, interpolation: true };

function checkElements(call: string, x: Tensor, dim: number): void {
  if (x.ndim > 0 && x.shape[dim] === 0)
    throw new ChainruleError("shape", call, `no elements to choose from in dim ${dim} of ${describe(x)}`);
}

const without = (x: Tensor, dim: number, keepdim: boolean): Tensor => (keepdim ? x : x.squeeze(dim));

/**
 * The median: of an even number of elements the lower one of the middle two. Without dim, that of all elements; with dim, the values along it
 * and their indices, int32. NaN if any element is.
 */
export function median(x: Tensor): Tensor;
export function median(x: Tensor, dim: number, keepdim?: KeepDim): Chosen;
export function median(x: Tensor, dim?: number, keepdim: KeepDim = false): Tensor | Chosen {
  takes("median", arguments.length, 3);
  checkTensor("median", "x", x);
  const keepsDim = keepdimOf("median", keepdim);
  return within("median", () => {
    if (dim === undefined) return x.size === 0 ? noMedian(x) : median(x.reshape([-1]), 0).values;
    const place = normalizeDim("median", dim, x.ndim);
    if (x.ndim === 0) return sort(x);
    checkElements("median", x, place);
    const { values, indices } = sort(x, place);
    const n = x.shape[place];
    const [middle, last] = [(n - 1) >> 1, n - 1];
    // NaN are sorted to the end; the first of them is the median.
    const isMissing = part(values, place, last, n).isnan();
    const firstMissing = values.isnan().logicalNot().sum(place, true).minimum(last);
    const at = firstMissing.where(isMissing, middle);
    const chosen = { values: values.gather(place, at), indices: indices.gather(place, at) };
    return {
      values: without(chosen.values, place, keepsDim),
      indices: without(chosen.indices, place, keepsDim),
    };
  });
}

/** The median of nothing is NaN. */
const noMedian = (x: Tensor): Tensor => x.apply("full", [], { shape: [], dtype: x.dtype, value: Number.NaN });

/** The most frequent value along dim, the smallest one of equally frequent ones, and the index, int32, where it stands last. */
export function mode(x: Tensor, dim = -1, keepdim: KeepDim = false): Chosen {
  takes("mode", arguments.length, 3);
  checkTensor("mode", "x", x);
  const keepsDim = keepdimOf("mode", keepdim);
  return within("mode", () => {
    const place = normalizeDim("mode", dim, x.ndim);
    if (x.ndim === 0) return sort(x);
    checkElements("mode", x, place);
    const { values, indices } = sort(x, place);
    const n = x.shape[place];
    const shape = x.shape.map((_, d) => (d === place ? n : 1));
    const places = x.apply("iota", [], { length: n }).reshape(shape).expand(x.shape);
    const isSame = part(values, place, 1, n).eq(part(values, place, 0, n - 1));
    const isFirst = isSame.pad(x.shape.map((_, d) => [d === place ? 1 : 0, 0] as const)).logicalNot();
    // How many equal elements there are up to each: its place, less that of the first of them.
    const start = running(places.where(isFirst, 0), place, (a, b) => a.maximum(b));
    const at = places.sub(start).argmax(place, true);
    return {
      values: without(values.gather(place, at), place, keepsDim),
      indices: without(indices.gather(place, at), place, keepsDim),
    };
  });
}

/**
 * The q-quantiles along dim, or of all elements, with q from 0 to 1: the element at q · (n - 1) of the sorted ones, between two of them on
 * the line that joins them. A vector of q puts a dim in front. NaN if any element is. For float32 and float64.
 */
export function quantile(x: Tensor, q: number | Tensor, dim?: number | null, options: QuantileOptions = {}): Tensor {
  takes("quantile", arguments.length, 4);
  checkTensor("quantile", "x", x);
  checkOptions("quantile", options, names);
  const { interpolation = "linear" } = options;
  const keepsDim = keepdimOf("quantile", options.keepdim ?? false);
  if (!["linear", "lower", "higher", "midpoint", "nearest"].includes(interpolation))
    throw new ChainruleError(
      "option",
      "quantile",
      `interpolation is "linear", "lower", "higher", "midpoint" or "nearest", not ${shown(interpolation)}`,
    );
  if (!isFloating(x.dtype))
    throw new ChainruleError("dtype", "quantile", `is for float32 and float64, not ${describe(x)}`);
  if (!isTensor(q)) checkNumber("quantile", "q", q, { from: 0, to: 1 });
  if (isTensor(q) && (q.ndim > 1 || q.dtype !== x.dtype))
    throw new ChainruleError("dtype", "quantile", `q is a ${x.dtype} vector or a number, not ${describe(q)}`);
  return within("quantile", () => {
    const isWhole = dim === undefined || dim === null;
    const y = isWhole || x.ndim === 0 ? x.reshape([-1]) : x;
    const place = isWhole ? 0 : normalizeDim("quantile", dim, y.ndim);
    checkElements("quantile", y, place);
    const ranks = isTensor(q) ? q.reshape([-1]) : constant(x.detach().reshape([-1]).slice([0, 1]), q);
    const found = atRanks(y, place, ranks, interpolation);
    const kept = keepsDim
      ? isWhole
        ? x.shape.map(() => 1)
        : y.shape.map((n, d) => (d === place ? 1 : n))
      : y.shape.filter((_, d) => d !== place);
    return found.reshape([...(isTensor(q) ? q.shape : []), ...(x.ndim === 0 ? [] : kept)]);
  });
}

/** [q, ..] of x without the dim. */
function atRanks(
  x: Tensor,
  dim: number,
  q: Tensor,
  interpolation: NonNullable<QuantileOptions["interpolation"]>,
): Tensor {
  const n = x.shape[dim];
  const sorted = sort(x, dim).values;
  const rank = q.mul(n - 1);
  const nearest = {
    linear: rank.floor(),
    midpoint: rank.floor(),
    lower: rank.floor(),
    higher: rank.ceil(),
    nearest: rank.round(),
  };
  const take = (at: Tensor) => sorted.indexSelect(dim, at.to("int32"));
  const lower = take(nearest[interpolation]);
  const shape = x.shape.map((_, d) => (d === dim ? q.size : 1));
  const between = interpolation === "linear" ? rank.sub(rank.floor()) : rank.ne(rank.floor()).to(x.dtype).mul(0.5);
  const isBetween = interpolation === "linear" || interpolation === "midpoint";
  const y = isBetween ? lerp(lower, take(rank.ceil()), between.reshape(shape).expand(lower.shape)) : lower;
  const isMissing = part(sorted, dim, n - 1, n).isnan();
  const whole = y.where(isMissing.logicalNot(), Number.NaN);
  return whole.permute([dim, ...x.shape.flatMap((_, d) => (d === dim ? [] : [d]))]);
}
