// Indexing as in Python: x.index(0, [null, null, -1], "...", rows). Numbers and ranges are taken first, as views; tensors of indices and masks
// choose among what is left.
//
// Tensors of indices broadcast to one shape, which stands where the first of them stands if they are neighbours, and in front if they are not. x
// [4, 5, 6] with indices of shape [2] for the dims 0 and 1 gives [2, 6], where y[i] = x[a[i], b[i]]; for the dims 0 and 2 it gives [2, 5].
import { ChainruleError } from "../../errors/error.ts";
import { shown } from "../arguments.ts";
import { isTensor } from "../copies.ts";
import { describe } from "../dtype.ts";
import { broadcastShapes, type Shape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { coordinates, flatPlaces } from "./masks.ts";

/**
 * What stands for one dim: a number is that index, and drops the dim; null is all of it; [start, stop, step] is as in Python, also with a
 * negative step; int32 or uint8 tensors are indices. "..." is all of the dims that nothing else stands for, and a bool tensor is a mask of as
 * many dims as it has.
 * @inline
 */
export type Index =
  | number
  | null
  | undefined
  | "..."
  | readonly [start?: number | null, stop?: number | null, step?: number | null]
  | Tensor;

/** Where a dim of x begins, how many elements it has and at which distance, negative ones from the end; null where the dim is dropped. */
interface View {
  readonly start: number;
  readonly size: number;
  readonly step: number;
  readonly isDropped: boolean;
}

/** A tensor of indices for one dim of what the views leave. */
interface Chosen {
  readonly dim: number;
  readonly index: Tensor;
}

const wrong = (x: Tensor, reason: string): ChainruleError =>
  new ChainruleError("index", "index", `${reason} for ${describe(x)}`, { shape: x.shape });

const isMask = (item: Index): item is Tensor => isTensor(item) && item.dtype === "bool";

/** How many dims of x an item stands for. */
const dimsOf = (item: Index): number => (item === "..." ? 0 : isMask(item) ? item.ndim : 1);

/** The items, with "..." written out, and null for dims at the end. */
function complete(x: Tensor, items: readonly Index[]): Index[] {
  const taken = items.reduce<number>((sum, item) => sum + dimsOf(item), 0);
  const dots = items.indexOf("...");
  if (dots !== items.lastIndexOf("...")) throw wrong(x, `"..." stands for all other dims and occurs twice`);
  if (taken > x.ndim) throw wrong(x, `${taken} dims are indexed, too many`);
  const others = Array.from({ length: x.ndim - taken }, () => null);
  return dots === -1 ? [...items, ...others] : [...items.slice(0, dots), ...others, ...items.slice(dots + 1)];
}

/** Python's slice(start, stop, step).indices(n). */
function rangeOf(x: Tensor, n: number, [start, stop, step]: readonly (number | null | undefined)[]): View {
  const stride = step ?? 1;
  if (
    ![start, stop, stride].every((value) => value === undefined || value === null || Number.isInteger(value)) ||
    stride === 0
  )
    throw wrong(x, `[${[start, stop, step].map(shown)}] is no range of whole numbers with a step other than 0`);
  const [low, high] = stride > 0 ? [0, n] : [-1, n - 1];
  const place = (value: number | null | undefined, otherwise: number) =>
    value === undefined || value === null ? otherwise : Math.min(Math.max(value < 0 ? value + n : value, low), high);
  const [from, to] = [place(start, stride > 0 ? 0 : n - 1), place(stop, stride > 0 ? n : -1)];
  return { start: from, size: Math.max(Math.ceil((to - from) / stride), 0), step: stride, isDropped: false };
}

function numberAt(x: Tensor, n: number, index: number, dim: number): View {
  if (!(Number.isInteger(index) && index >= -n && index < n)) throw wrong(x, `${index} is outside of dim ${dim}`);
  return { start: index < 0 ? index + n : index, size: 1, step: 1, isDropped: true };
}

function checkIndex(x: Tensor, item: unknown): asserts item is Tensor {
  if (!isTensor(item)) throw wrong(x, `${shown(item)} is no index`);
  if (item.dtype !== "int32" && item.dtype !== "uint8")
    throw new ChainruleError("dtype", "index", `indices are int32 or uint8, and masks bool, not ${describe(item)}`);
}

/** The views of all dims, and the tensors that choose among what they leave. */
function read(x: Tensor, items: readonly Index[]): { views: View[]; chosen: Chosen[] } {
  const views: View[] = [];
  const chosen: Chosen[] = [];
  const choose = (index: Tensor) => {
    chosen.push({ dim: views.filter(({ isDropped }) => !isDropped).length, index });
    views.push({ start: 0, size: x.shape[views.length], step: 1, isDropped: false });
  };
  for (const item of complete(x, items)) {
    const n = x.shape[views.length];
    if (typeof item === "number") views.push(numberAt(x, n, item, views.length));
    else if (item === null || item === undefined) views.push(rangeOf(x, n, []));
    else if (Array.isArray(item)) views.push(rangeOf(x, n, item));
    else if (isMask(item)) {
      const covered = x.shape.slice(views.length, views.length + item.ndim);
      if (!sameShape(item.shape, covered) || item.ndim === 0)
        throw wrong(x, `a mask [${item.shape}] does not fit [${covered}]`);
      for (const index of coordinates(flatPlaces("index", item), item.shape)) choose(index);
    } else {
      checkIndex(x, item);
      choose(item.to("int32"));
    }
  }
  return { views, chosen };
}

/** The numbers and ranges: a slice, reversed where the step is negative, without the dims of numbers. */
function viewed(x: Tensor, views: readonly View[]): Tensor {
  const isWhole = views.every(
    ({ start, size, step, isDropped }, dim) => start === 0 && size === x.shape[dim] && step === 1 && !isDropped,
  );
  if (isWhole) return x;
  const starts = views.map(({ start, size, step }) =>
    step > 0 || size === 0 ? Math.max(start, 0) : start + (size - 1) * step,
  );
  const [sizes, steps] = [views.map(({ size }) => size), views.map(({ step }) => Math.abs(step))];
  const sliced = x.apply("slice", [x], {
    starts: starts.map((start, dim) => (sizes[dim] === 0 ? 0 : start)),
    sizes,
    steps,
  });
  const reversed = views.flatMap(({ step, size }, dim) => (step < 0 && size > 1 ? [dim] : []));
  const ordered = reversed.length === 0 ? sliced : sliced.flip(reversed);
  const kept = sizes.filter((_, dim) => !views[dim].isDropped);
  return kept.length === sizes.length ? ordered : ordered.reshape(kept);
}

/** An index counted from either end of n elements, as one from 0. */
const fromStart = (index: Tensor, n: number): Tensor => index.where(index.ge(0), index.add(n));

/** The indices of several dims as one index of the dims together; -1, which is out of range, where one of them is. */
function together(chosen: readonly Chosen[], sizes: readonly number[], shape: Shape): Tensor {
  const strides = stridesOf(sizes);
  const parts = chosen.map(({ index }, i) => fromStart(index.expand(shape), sizes[i]));
  const areInside = parts.map((part, i) => part.ge(0).logicalAnd(part.lt(sizes[i])));
  const sum = parts.map((part, i) => part.mul(strides[i])).reduce((total, part) => total.add(part));
  return sum.where(
    areInside.reduce((all, inside) => all.logicalAnd(inside)),
    -1,
  );
}

/** Takes the elements at the indices, whose common shape stands in the place of their dims. */
function taken(x: Tensor, chosen: readonly Chosen[]): Tensor {
  const dims = chosen.map(({ dim }) => dim);
  const shape = chosen.map(({ index }) => index.shape).reduce((a, b) => broadcastShapes("index", a, b));
  const areNeighbours = dims.every((dim, i) => dim === dims[0] + i);
  const others = x.shape.flatMap((_, dim) => (dims.includes(dim) ? [] : [dim]));
  const place = areNeighbours ? dims[0] : 0;
  const order = [...others.slice(0, place), ...dims, ...others.slice(place)];
  const arranged = areNeighbours ? x : x.permute(order);
  const sizes = dims.map((dim) => x.shape[dim]);
  const [front, back] = [arranged.shape.slice(0, place), arranged.shape.slice(place + dims.length)];
  const places = chosen.length === 1 ? fromStart(chosen[0].index, sizes[0]) : together(chosen, sizes, shape);
  const merged = arranged.reshape([...front, sizeOf(sizes), ...back]);
  return merged.indexSelect(place, places.reshape([sizeOf(shape)])).reshape([...front, ...shape, ...back]);
}

/** 0-d tensors drop their dims, as numbers do; the last dim first, so that those before it keep their places. */
function dropped(x: Tensor, single: readonly Chosen[]): Tensor {
  return single.reduceRight<Tensor>((y, { dim, index }) => {
    const place = fromStart(index, y.shape[dim]).reshape([1]);
    return y.indexSelect(dim, place).reshape(y.shape.toSpliced(dim, 1));
  }, x);
}

/** What items choose of x. */
export function index(x: Tensor, items: readonly Index[]): Tensor {
  const { views, chosen } = read(x, items);
  const single = chosen.filter((one) => one.index.ndim === 0);
  const several = chosen.flatMap(({ dim, index: many }) => {
    const before = single.filter((one) => one.dim < dim).length;
    return many.ndim === 0 ? [] : [{ dim: dim - before, index: many }];
  });
  const y = dropped(viewed(x, views), single);
  return several.length === 0 ? y : taken(y, several);
}
