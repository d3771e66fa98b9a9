// Copies between affine accesses, as ops/movement.ts defines them element by element. Dims are joined to few long runs. A run of neighbours is
// copied at once, a run of one repeated number is filled, and a transposed plane is copied in small squares, so that each cache line that is
// loaded is used whole.
import type { TypedArray } from "./dtype.ts";
import type { Access, Shape } from "./shape.ts";

/** One of the dims of a copy. */
interface Dim {
  /** The number of elements. */
  readonly size: number;
  /** The stride in the target. */
  readonly to: number;
  /** The stride in the source. */
  readonly from: number;
}

/** Elements from which a run is copied by the engine's own set() or fill(). */
const minRunElements = 32;
/** Rows and columns of a square of a transposed plane: 16 float32 are a cache line. */
const tile = 16;

/** y[to + Σ index · to.strides] = x[from + Σ index · from.strides], for each index of the shape. Both arrays have one dtype. */
export function move(y: TypedArray, to: Access, x: TypedArray, from: Access, shape: Shape): void {
  if (shape.includes(0)) return;
  const dims = joined(shape.map((size, dim): Dim => ({ size, to: to.strides[dim], from: from.strides[dim] })));
  const [rows, columns] = [dims.at(-2) ?? one, dims.at(-1) ?? one];
  const outer = dims.slice(0, -2);
  // Float32 is copied as int32 bits, so that the engine compiles the loops below for few kinds of arrays.
  const [target, source] = [bitsOf(y), bitsOf(x)];
  const counter = new Array<number>(outer.length).fill(0);
  for (let at = to.offset, place = from.offset; ; ) {
    plane(target, at, source, place, rows, columns);
    let dim = outer.length - 1;
    for (; dim >= 0; dim--) {
      at += outer[dim].to;
      place += outer[dim].from;
      if (++counter[dim] < outer[dim].size) break;
      at -= outer[dim].to * outer[dim].size;
      place -= outer[dim].from * outer[dim].size;
      counter[dim] = 0;
    }
    if (dim < 0) return;
  }
}

const one: Dim = { size: 1, to: 0, from: 0 };

const bitsOf = (x: TypedArray): TypedArray =>
  x instanceof Float32Array ? new Int32Array(x.buffer, x.byteOffset, x.length) : x;

/** Drops dims of size 1, and joins neighbouring dims that are one dim in both arrays. */
function joined(dims: readonly Dim[]): Dim[] {
  const result: Dim[] = [];
  for (const dim of dims) {
    if (dim.size === 1) continue;
    const last = result.at(-1);
    if (last && last.to === dim.to * dim.size && last.from === dim.from * dim.size)
      result[result.length - 1] = { ...dim, size: last.size * dim.size };
    else result.push(dim);
  }
  return result;
}

function plane(y: TypedArray, at: number, x: TypedArray, place: number, rows: Dim, columns: Dim): void {
  if (columns.to === 1 && columns.from === 1 && columns.size >= minRunElements)
    copyRows(y, at, x, place, rows, columns);
  else if (columns.to === 1 && columns.from === 0 && columns.size >= minRunElements)
    fillRows(y, at, x, place, rows, columns);
  else if (Math.abs(columns.from) > 1 && Math.abs(rows.from) === 1 && rows.size > 1) {
    for (let row = 0; row < rows.size; row += tile) {
      for (let column = 0; column < columns.size; column += tile) {
        const [to, from] = [at + row * rows.to + column * columns.to, place + row * rows.from + column * columns.from];
        const [height, width] = [Math.min(tile, rows.size - row), Math.min(tile, columns.size - column)];
        copyEach(y, to, x, from, { ...rows, size: height }, { ...columns, size: width });
      }
    }
  } else copyEach(y, at, x, place, rows, columns);
}

function copyRows(y: TypedArray, at: number, x: TypedArray, place: number, rows: Dim, { size }: Dim): void {
  for (let row = 0; row < rows.size; row++, at += rows.to, place += rows.from)
    y.set(x.subarray(place, place + size), at);
}

function fillRows(y: TypedArray, at: number, x: TypedArray, place: number, rows: Dim, { size }: Dim): void {
  for (let row = 0; row < rows.size; row++, at += rows.to, place += rows.from) y.fill(x[place], at, at + size);
}

function copyEach(y: TypedArray, at: number, x: TypedArray, place: number, rows: Dim, columns: Dim): void {
  const { size, to, from } = columns;
  for (let row = 0; row < rows.size; row++, at += rows.to, place += rows.from)
    for (let i = 0, t = at, f = place; i < size; i++, t += to, f += from) y[t] = x[f];
}
