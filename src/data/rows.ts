// Rows of a tensor copied into a new one, in any order. Rows that follow one another are copied in one piece.
import { allocate, type TypedArray } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Columns, mapLeaves } from "./nesting.ts";

/** Below so many elements a loop copies faster than the call of set() takes. */
const fewElements = 24;

/** The chosen rows of each tensor, dtypes kept, in the nesting of the columns. */
export const takeRows = (columns: Columns, chosen: Int32Array): Columns =>
  mapLeaves(columns, (column) => rowsOf(column as Tensor, chosen));

/** [N, ...] to [chosen.length, ...]. */
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
  // The array is the tensor's own: tensor() would copy it.
  return new Tensor(new ArrayStorage(to), { shape: [chosen.length, ...inner], dtype });
}

function copy(
  from: TypedArray,
  start: number,
  { to, at, count }: { readonly to: TypedArray; readonly at: number; readonly count: number },
): void {
  if (count > fewElements) to.set(from.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}
