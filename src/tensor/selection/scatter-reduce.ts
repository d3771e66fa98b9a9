// Sums, means, products and extremes of the elements that go to the same place.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { floorDivide } from "../elementary/division.ts";
import { corrected } from "../elementary/elementary.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { runningTogether } from "../order/scan.ts";
import { constant } from "../promotion.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { asVector, checkedIndex, sourceFor } from "./put.ts";
import { segmentsOf } from "./segments.ts";

/** How scatterReduce combines elements. */
export type ScatterReduction = "sum" | "mean" | "prod" | "amax" | "amin";

/** The options of scatterReduce. */
export interface ScatterReduceOptions {
  /** Whether x's own element takes part in the places that elements go to; true if left out. */
  readonly includeSelf?: boolean | undefined;
}

const names: OptionNames<ScatterReduceOptions> = { includeSelf: true };
const reductions: readonly ScatterReduction[] = ["sum", "mean", "prod", "amax", "amin"];

/** Elements on their way to places along a dim of x, in the part of x that begins at 0. */
interface Way {
  readonly source: Tensor;
  readonly places: Tensor;
  readonly dim: number;
  /** The part of x that they may go to. */
  readonly target: Tensor;
  readonly includesSelf: boolean;
}

const added = ({ places, dim, target }: Way, what: Tensor): Tensor =>
  what.apply("scatterAdd", [what, places], { dim, size: target.shape[dim] });

/** How many elements go to each place, int32. */
const counted = (way: Way): Tensor => added(way, constant(way.places, 1));

function sum(way: Way, isTouched: Tensor): Tensor {
  const own = way.includesSelf ? way.target : constant(way.target, 0).where(isTouched, way.target);
  return own.add(added(way, way.source));
}

function mean(way: Way, count: Tensor, isTouched: Tensor): Tensor {
  const total = sum(way, isTouched);
  const number = (way.includesSelf ? count.add(1) : count.maximum(1)).to(total.dtype);
  return isFloating(total.dtype) ? total.div(number) : floorDivide(total, number);
}

/** The results of a running combination within each place, at the last element of each; where there is none, any. */
function lastResults(way: Way, values: Tensor, combine: (earlier: Tensor, later: Tensor) => Tensor): Tensor {
  const { places, dim, target } = way;
  const { order, places: sorted, last } = segmentsOf(places, dim, target.shape[dim]);
  const [run] = runningTogether([values.gather(dim, order), sorted] as const, dim, ([a, from], [b, to]) => {
    return [combine(a, b).where(from.eq(to), b), to] as const;
  });
  return run.gather(dim, last.sub(1).maximum(0));
}

function product(way: Way, isTouched: Tensor): Tensor {
  const results = lastResults(way, way.source, (a, b) => a.mul(b));
  const all = way.includesSelf ? way.target.mul(results) : results;
  return all.where(isTouched, way.target);
}

/**
 * The extreme; its gradient is shared evenly among all elements that equal it. x's own counts among them, as in PyTorch, also where it takes no
 * part; its share is then nobody's.
 */
function extreme(way: Way, reduction: "amax" | "amin", isTouched: Tensor): Tensor {
  const { source, places, dim, target, includesSelf } = way;
  const pick = (a: Tensor, b: Tensor) => (reduction === "amax" ? a.maximum(b) : a.minimum(b));
  const results = lastResults(way, source.detach(), pick);
  const own = target.detach();
  const value = (includesSelf ? pick(own, results) : results).where(isTouched, own);
  if (!isFloating(target.dtype)) return value;
  const wins = source.detach().eq(value.gather(dim, places)).to(source.dtype);
  const selfWins = own.eq(value).to(target.dtype);
  const takesPart = includesSelf ? target : own.where(isTouched, target);
  const winners = added(way, wins).add(selfWins).maximum(1);
  const zero = constant(source, 0);
  const total = added(way, source.where(wins.ne(0), zero)).add(constant(target, 0).where(selfWins.eq(0), takesPart));
  return corrected(total.div(winners), value);
}

function reduced(way: Way, reduction: ScatterReduction): Tensor {
  const count = counted(way);
  const isTouched = count.gt(0);
  switch (reduction) {
    case "sum":
      return sum(way, isTouched);
    case "mean":
      return mean(way, count, isTouched);
    case "prod":
      return product(way, isTouched);
    default:
      return extreme(way, reduction, isTouched);
  }
}

/**
 * x, in whose places along dim the elements of the source with that index are combined: by "sum", "mean", "prod", "amax" or "amin". x's own
 * element takes part unless includeSelf is false. Equal extremes share the gradient evenly.
 */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: ScatterReduction,
  options: ScatterReduceOptions = {},
): Tensor {
  takes("scatterReduce", arguments.length, 6);
  for (const [name, given] of Object.entries({ x, index, source })) checkTensor("scatterReduce", name, given);
  checkOptions("scatterReduce", options, names);
  if (!reductions.includes(reduce))
    throw new ChainruleError(
      "option",
      "scatterReduce",
      `reduce is ${reductions.map((name) => `"${name}"`).join(", ")}, not ${shown(reduce)}`,
    );
  if (source.dtype !== x.dtype)
    throw new ChainruleError(
      "dtype",
      "scatterReduce",
      `the source is ${describe(source)}, the tensor ${describe(x)}; dtypes must agree`,
    );
  // Of bool: a sum is true where any element is.
  if (x.dtype === "bool")
    return scatterReduce(x.to("int32"), dim, index, source.to("int32"), reduce, options).to("bool");
  return within("scatterReduce", () => {
    const place = normalizeDim("scatterReduce", dim, x.ndim);
    const [whole, places] = [asVector(x), asVector(checkedIndex("scatterReduce", index))];
    const values = sourceFor("scatterReduce", whole, place, places, asVector(source));
    if (places.size === 0) return x;
    const part = whole.slice(...whole.shape.map((n, d) => [0, d === place ? n : places.shape[d]] as const));
    const way = { source: values, places, dim: place, target: part, includesSelf: options.includeSelf ?? true };
    const y = reduced(way, reduce);
    const widths = whole.shape.map((n, d) => [0, n - y.shape[d]] as const);
    const isPart = constant(y, 1, "bool").pad(widths);
    return y.pad(widths).where(isPart, whole).reshape(x.shape);
  });
}
