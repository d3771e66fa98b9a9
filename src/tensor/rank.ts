// A faster topk with the results that ops/reductions.ts defines (the largest first, NaN above all, equal numbers in their order). Each number
// becomes a key, a whole number from 0; the larger the number, the smaller its key. A few indices are kept in a sorted list while the keys are
// read; many come from a radix sort of the keys.
import type { NDArray, TypedArray } from "./dtype.ts";
import { forEachLine } from "./op.ts";
import { stridesOf } from "./shape.ts";

/** Up to this k a sorted list is kept; a larger k sorts all keys. */
const maxListLength = 64;
/** Bits of a digit of the radix sort; a key has three digits. */
const digitBits = 11;

/** Fills y with indices. Returns false, and does nothing, for float64, whose numbers have no keys of 32 bits. */
export function rank(
  { data: y }: NDArray,
  x: NDArray,
  { dim, k }: { readonly dim: number; readonly k: number },
): boolean {
  if (x.dtype === "float64") return false;
  const length = x.shape[dim];
  const inner = stridesOf(x.shape)[dim];
  const keys = new Uint32Array(length);
  const sorter = k > maxListLength ? new Sorter(length) : null;
  const list = new Int32Array(k);
  forEachLine(x, dim, (start, stride, index) => {
    fillKeys(keys, x.data, start, stride);
    const places = sorter === null ? keepFirst(keys, list) : sorter.sort(keys);
    const first = Math.floor(index / inner) * k * inner + (index % inner);
    if (inner === 1) y.set(k === places.length ? places : places.subarray(0, k), first);
    else for (let i = 0; i < k; i++) y[first + i * inner] = places[i];
  });
  return true;
}

/** Computes the keys of a line. The larger a number, the smaller its key; NaNs have the key 0, and -0 has the key of 0. */
function fillKeys(keys: Uint32Array, data: TypedArray, start: number, stride: number): void {
  if (data instanceof Float32Array) {
    const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0, at = start; i < keys.length; i++, at += stride) {
      const b = bits[at];
      if ((b & 0x7fffffff) > 0x7f800000) keys[i] = 0;
      else keys[i] = b >= 0 ? b ^ 0x7fffffff : b === -0x80000000 ? 0x7fffffff : b;
    }
    return;
  }
  for (let i = 0, at = start; i < keys.length; i++, at += stride) keys[i] = data[at] ^ 0x7fffffff;
}

/** Fills a list with the indices of the smallest keys, in order, by insertion: each index moves up past those with larger keys. */
function keepFirst(keys: Uint32Array, list: Int32Array): Int32Array {
  const k = list.length;
  let worst = -1;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (i >= k && key >= worst) continue;
    let j = Math.min(i, k - 1);
    for (; j > 0 && keys[list[j - 1]] > key; j--) list[j] = list[j - 1];
    list[j] = i;
    worst = keys[list[Math.min(i, k - 1)]];
  }
  return list;
}

/** A radix sort, which sorts by the lowest digit first; equal keys stay in their order. */
class Sorter {
  readonly #counts = new Int32Array(2 ** digitBits);
  readonly #places: readonly [Int32Array, Int32Array];

  constructor(length: number) {
    this.#places = [new Int32Array(length), new Int32Array(length)];
  }

  sort(keys: Uint32Array): Int32Array {
    let [from, to] = this.#places;
    for (let i = 0; i < from.length; i++) from[i] = i;
    for (let shift = 0; shift < 32; shift += digitBits, [from, to] = [to, from]) this.#pass(keys, from, to, shift);
    return from;
  }

  #pass(keys: Uint32Array, from: Int32Array, to: Int32Array, shift: number): void {
    const counts = this.#counts.fill(0);
    const mask = counts.length - 1;
    for (let i = 0; i < keys.length; i++) counts[(keys[i] >>> shift) & mask]++;
    for (let value = 0, sum = 0; value < counts.length; value++) {
      const count = counts[value];
      counts[value] = sum;
      sum += count;
    }
    for (let i = 0; i < from.length; i++) {
      const place = from[i];
      to[counts[(keys[place] >>> shift) & mask]++] = place;
    }
  }
}
