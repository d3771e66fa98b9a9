// Copies rows of a tensor into a new one, in any order. Consecutive rows are copied at once.
import { allocate, type TypedArray } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Columns, mapLeaves } from "./nesting.ts";

/** From this many elements on, set() is faster than a loop. */
const minSetElements = 25;

/** Returns the chosen rows of each tensor, with the same dtypes, in the nesting of the columns. */
export const takeRows = (columns: Columns, chosen: Int32Array): Columns =>
  mapLeaves(columns, (column) => rowsOf(column as Tensor, chosen));

/** Copies the chosen rows of a tensor [N, ...] to a tensor [chosen.length, ...]. */
export function rowsOf({ data, shape, dtype }: Tensor, chosen: Int32Array): Tensor {
  const inner = shape.slice(1);
  const size = sizeOf(inner);
  const to = allocate(dtype, chosen.length * size);
  for (let n = 0; n < chosen.length; ) {
    let end = n + 1;
    while (end < chosen.length && chosen[end] === chosen[end - 1] + 1) end++;
    copy(data, chosen[n] * size, { to, at: n * size, count: (end - n) * size });
    n = end;
  }
  // Nothing else holds this array, so it needs no copy, which tensor() would make.
  return new Tensor(new ArrayStorage(to), { shape: [chosen.length, ...inner], dtype });
}

function copy(
  from: TypedArray,
  start: number,
  { to, at, count }: { readonly to: TypedArray; readonly at: number; readonly count: number },
): void {
  if (count >= minSetElements) to.set(from.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}
