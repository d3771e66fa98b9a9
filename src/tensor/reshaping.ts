// The arithmetic of shapes for Tensor's slice, pad, expand and squeeze: it checks the user's arguments and turns them into op attributes.
import { ChainruleError } from "../errors/error.ts";
import { describe } from "./dtype.ts";
import { constant } from "./promotion.ts";
import { checkList, type Dims, normalizeDims, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** A whole number, or a 0-d tensor of whole numbers that holds it. */
export type Bound = number | Tensor;

/**
 * A range of one dim: null is all of it; a number is that index, and drops the dim; [start, stop, step] is as in Python, with step > 0. A
 * number may also be a 0-d tensor, int32 or uint8.
 * @inline
 */
export type Range = null | Bound | readonly [start?: Bound | null, stop?: Bound | null, step?: Bound] | undefined;

/** A range whose bounds are numbers. */
type PlainRange = null | number | readonly [start?: number | null, stop?: number | null, step?: number] | undefined;

export interface Ranges {
  readonly starts: number[];
  readonly sizes: number[];
  readonly steps: number[];
  /** The dims that are not dropped. */
  readonly keptDims: number[];
}

export function rangesOf(shape: Shape, ranges: readonly PlainRange[]): Ranges {
  if (ranges.length > shape.length)
    throw new ChainruleError("shape", "slice", `${ranges.length} ranges for the ${shape.length} dims of [${shape}]`);
  const result: Ranges = { starts: [], sizes: [], steps: [], keptDims: [] };
  shape.forEach((n, dim) => {
    const range = ranges[dim] ?? [];
    if (typeof range === "number") {
      if (!Number.isInteger(range) || range < -n || range >= n) {
        throw new ChainruleError("index", "slice", `index ${range} is outside of dim ${dim} of [${shape}]`);
      }
      result.starts.push(range < 0 ? range + n : range);
      result.sizes.push(1);
      result.steps.push(1);
      return;
    }
    const [from, to, step = 1] = range;
    if (![from ?? 0, to ?? 0, step].every(Number.isInteger) || step < 1) {
      throw new ChainruleError(
        "option",
        "slice",
        `[${range}] in dim ${dim}: start, stop and step must be whole numbers, and step at least 1`,
      );
    }
    const place = (i: number) => Math.min(Math.max(i < 0 ? i + n : i, 0), n);
    const start = place(from ?? 0);
    result.starts.push(start);
    result.sizes.push(Math.max(Math.ceil((place(to ?? n) - start) / step), 0));
    result.steps.push(step);
    result.keptDims.push(dim);
  });
  return result;
}

/** Pads x, and cuts off what negative widths say. */
export function pad(x: Tensor, widths: readonly (readonly [number, number])[], value: number): Tensor {
  const isList =
    Array.isArray(widths) &&
    widths.length === x.ndim &&
    widths.every((pair) => pair.length === 2 && pair.every(Number.isInteger));
  if (!isList)
    throw new ChainruleError(
      "shape",
      "pad",
      `${JSON.stringify(widths)} should hold [before, after], whole numbers, for each dim of [${x.shape}]`,
    );
  const sizes = x.shape.map((n, dim) => n + widths[dim][0] + widths[dim][1]);
  if (sizes.some((n) => n < 0))
    throw new ChainruleError("shape", "pad", `${JSON.stringify(widths)} cut off more than [${x.shape}] has`);
  const isCut = widths.some(([before, after]) => before < 0 || after < 0);
  const added = widths.map(([before, after]) => ({
    before: Math.max(before, 0),
    after: Math.max(after, 0),
    between: 0,
  }));
  const padded =
    isCut && added.every(({ before, after }) => before + after === 0)
      ? x
      : x.apply("pad", [x], { widths: added, value });
  if (!isCut) return padded;
  const starts = widths.map(([before]) => Math.max(-before, 0));
  return padded.slice(...sizes.map((size, dim) => [starts[dim], starts[dim] + size] as const));
}

export function expandShape(from: Shape, to: Shape): Shape {
  checkList("expand", to);
  const newDims = to.length - from.length;
  const target = to.map((n, dim) => (n === -1 && dim >= newDims ? from[dim - newDims] : n));
  const fits =
    newDims >= 0 &&
    target.every(
      (n, dim) =>
        Number.isInteger(n) && n >= 0 && (dim < newDims || from[dim - newDims] === n || from[dim - newDims] === 1),
    );
  if (!fits)
    throw new ChainruleError(
      "shape",
      "expand",
      `[${from}] does not expand to [${to}]; only sizes of 1 expand, and new dims come first`,
    );
  return target;
}

export function squeezeShape(shape: Shape, dims: Dims | undefined): Shape {
  if (dims === undefined) return shape.filter((n) => n !== 1);
  if (typeof dims !== "number" && dims.length === 0) return shape;
  const places = normalizeDims("squeeze", dims, shape.length);
  return shape.filter((n, d) => !places.includes(d) || n !== 1);
}

/** Keeps the elements of the last two dims whose column - row satisfies `keep`, and sets the others to 0. */
export function triangle(call: "tril" | "triu", x: Tensor, keep: (offset: Tensor) => Tensor): Tensor {
  if (x.ndim < 2) throw new ChainruleError("shape", call, `a matrix is needed, not ${describe(x)}`);
  const [rows, columns] = x.shape.slice(-2).map((length) => x.apply("iota", [], { length }));
  return x.where(keep(columns.sub(rows.unsqueeze(1))), constant(x, 0));
}
