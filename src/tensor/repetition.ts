// Broadcast tensors whose elements follow each other in a regular order: a row that is repeated, a column of which each element is, or the
// channels of pictures. Programs over pieces (backends/streams.ts) read these without an array of the whole size.
import type { TypedArray } from "./dtype.ts";
import { type Shape, sizeOf } from "./shape.ts";

/** The contents of a tensor that repeats a smaller one: element i is elements[⌊i / run⌋ mod elements.length]. */
export interface Repetition {
  readonly elements: TypedArray;
  readonly run: number;
}

/** Shorter runs are written element by element. */
const longRun = 16;

/** The run of a tensor expanded from one shape to another; null if the dims that are not repeated do not lie together. */
export function runOf(from: Shape, to: Shape): number | null {
  const fresh = to.length - from.length;
  const dims = to.flatMap((size, dim) => (size > 1 && dim >= fresh && from[dim - fresh] === size ? [dim] : []));
  const [first, last] = [dims.at(0) ?? 0, dims.at(-1) ?? -1];
  const between = to.slice(first, last + 1).filter((size) => size > 1);
  return between.length === dims.length ? sizeOf(to.slice(last + 1)) : null;
}

/** Writes the elements from index `start` on, `count` of them, to y[at], y[at + 1], ... */
export function repeat(y: TypedArray, at: number, repetition: Repetition, start: number, count: number): void {
  const { elements, run } = repetition;
  const period = elements.length * run;
  let written = Math.min(period, count);
  if (run === 1) {
    const first = start % period;
    const head = Math.min(written, period - first);
    y.set(elements.subarray(first, first + head), at);
    y.set(elements.subarray(0, written - head), at + head);
  } else writeRuns(y, at, repetition, start, written);
  for (; written < count; written *= 2) y.copyWithin(at + written, at, at + Math.min(written, count - written));
}

function writeRuns(y: TypedArray, at: number, { elements, run }: Repetition, start: number, count: number): void {
  let index = Math.floor(start / run) % elements.length;
  const end = at + count;
  for (let to = at, left = run - (start % run); to < end; left = run) {
    const next = Math.min(to + left, end);
    const value = elements[index];
    if (run >= longRun) y.fill(value, to, next);
    else for (let i = to; i < next; i++) y[i] = value;
    to = next;
    index = index + 1 === elements.length ? 0 : index + 1;
  }
}
