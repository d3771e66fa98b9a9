// Faster sums and maxima of float32 over neighbouring dims, as ops/reductions.ts defines them. Sums are in float64, rounded once at the end;
// along a line there are four interleaved partial sums, whose error bound is no larger than that of a single sum.
import type { NDArray } from "./dtype.ts";
import { sizeOf } from "./shape.ts";

/** x as [outer, length, inner], where the middle dim is reduced; null if the reduced dims are not neighbours. */
function extent({ shape }: NDArray, dims: readonly number[]) {
  const [first, last] = [dims[0] ?? 0, dims.at(-1) ?? -1];
  if (last - first + 1 !== dims.length) return null;
  const part = (from: number, to: number) => sizeOf(shape.slice(from, to));
  return { outer: part(0, first), length: part(first, last + 1), inner: part(last + 1, shape.length) };
}

/** Fills y with sums. Returns false, and does nothing, for operands that it leaves to the definition's loops. */
export function sum({ data: y }: NDArray, x: NDArray, dims: readonly number[]): boolean {
  const { data } = x;
  const spans = extent(x, dims);
  if (!(data instanceof Float32Array && y instanceof Float32Array) || spans === null) return false;
  const { outer, length, inner } = spans;
  if (inner === 1) for (let o = 0; o < outer; o++) y[o] = lineSum(data.subarray(o * length, (o + 1) * length));
  else {
    const totals = new Float64Array(inner);
    for (let o = 0; o < outer; o++) {
      addRows(totals.fill(0), data, o * length * inner, length);
      y.set(totals, o * inner);
    }
  }
  return true;
}

/** Sums a line, which is an array of its own: then the engine knows its bounds and reads two elements in a nanosecond, otherwise fewer than one. */
function lineSum(x: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const end4 = x.length & ~3;
  for (let i = 0; i < end4; i += 4) {
    a += x[i];
    b += x[i + 1];
    c += x[i + 2];
    d += x[i + 3];
  }
  for (let i = end4; i < x.length; i++) a += x[i];
  return a + b + (c + d);
}

/** Adds rows as long as the totals to them, in order; four rows at a time, so that each total is loaded less often. */
function addRows(totals: Float64Array, x: Float32Array, start: number, rows: number): void {
  const n = totals.length;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const [p, q, r, s] = [0, 1, 2, 3].map((i) => start + (row + i) * n);
    for (let j = 0; j < n; j++) totals[j] = totals[j] + x[p + j] + x[q + j] + x[r + j] + x[s + j];
  }
  for (; row < rows; row++) for (let j = 0, at = start + row * n; j < n; j++) totals[j] += x[at + j];
}

/** Fills y with maxima, where NaN is above all. Returns false, and does nothing, for operands that it leaves to the definition's loops. */
export function max({ data: y }: NDArray, x: NDArray, dims: readonly number[]): boolean {
  const { data } = x;
  const spans = extent(x, dims);
  if (!(data instanceof Float32Array && y instanceof Float32Array) || spans === null || spans.length === 0)
    return false;
  const { outer, length, inner } = spans;
  if (inner === 1) for (let o = 0; o < outer; o++) y[o] = lineMax(data.subarray(o * length, (o + 1) * length));
  else
    for (let o = 0; o < outer; o++) rowsMax(y.subarray(o * inner, (o + 1) * inner), data, o * length * inner, length);
  return true;
}

function lineMax(x: Float32Array): number {
  let best = x[0];
  for (let i = 1; i < x.length; i++) {
    const value = x[i];
    if (value > best) best = value;
    else if (Number.isNaN(value)) return value;
  }
  return best;
}

function rowsMax(best: Float32Array, x: Float32Array, start: number, rows: number): void {
  const n = best.length;
  best.set(x.subarray(start, start + n));
  for (let row = 1; row < rows; row++) {
    for (let j = 0, at = start + row * n; j < n; j++) {
      const value = x[at + j];
      if (value > best[j] || (Number.isNaN(value) && !Number.isNaN(best[j]))) best[j] = value;
    }
  }
}
