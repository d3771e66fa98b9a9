// Splits a tensor into parts along one dim. If the number of parts is a literal, the type of the result is a tuple of that length, so that
// destructuring it needs no check.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { shown } from "./arguments.ts";
import { describe } from "./dtype.ts";
import { normalizeDim } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A tuple with as many elements as a literal number says, up to 32; a list if the number is not a literal.
 * @inline
 */
export type Tuple<T, Length extends number, Made extends T[] = []> = number extends Length
  ? T[]
  : Made["length"] extends Length
    ? Made
    : Made["length"] extends 32
      ? T[]
      : Tuple<T, Length, [...Made, T]>;

/** Splits x into parts of one size, of which the last may be smaller, or into parts of these sizes. */
export function split(x: Tensor, size: number | readonly number[], dim: number): Tensor[] {
  const place = normalizeDim("split", dim, x.ndim);
  if (x.ndim === 0) throw new ChainruleError("shape", "split", "a 0-d tensor has no dim to split");
  const length = x.shape[place];
  return partsOf(x, place, typeof size === "number" ? evenSizes(length, size) : checkedSizes(x, place, size));
}

/** Splits x into at most `count` parts of size ⌈length / count⌉. */
export function chunk(x: Tensor, count: number, dim: number): Tensor[] {
  const place = normalizeDim("chunk", dim, x.ndim);
  if (x.ndim === 0) throw new ChainruleError("shape", "chunk", "a 0-d tensor has no dim to split");
  checkWhole("chunk", "count", count, { from: 1 });
  const length = x.shape[place];
  if (length === 0)
    return partsOf(
      x,
      place,
      Array.from({ length: count }, () => 0),
    );
  return partsOf(x, place, evenSizes(length, Math.ceil(length / count)));
}

function evenSizes(length: number, size: number): number[] {
  if (!isWhole(size, { from: 1 }))
    throw new ChainruleError(
      "option",
      "split",
      `size is a whole number from 1, or a list of sizes, not ${shown(size)}`,
    );
  const count = Math.max(Math.ceil(length / size), 1);
  return Array.from({ length: count }, (_, i) => Math.min(size, length - i * size));
}

function checkedSizes(x: Tensor, dim: number, sizes: readonly number[]): readonly number[] {
  const whole = Array.isArray(sizes) && sizes.every((size) => isWhole(size, { from: 0 }));
  if (!whole)
    throw new ChainruleError(
      "option",
      "split",
      `size is a whole number from 1, or a list of sizes, not ${shown(sizes)}`,
    );
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sum !== x.shape[dim])
    throw new ChainruleError(
      "shape",
      "split",
      `the sizes [${sizes}] add up to ${sum}, dim ${dim} of ${describe(x)} has ${x.shape[dim]}`,
    );
  return sizes;
}

function partsOf(x: Tensor, dim: number, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    const range = [start, (start += size)] as const;
    return x.slice(...x.shape.map((_, d) => (d === dim ? range : null)));
  });
}
