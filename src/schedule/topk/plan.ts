// Top-k: for each line of x the indices of its k largest elements as defined in ops/reductions.ts: the largest first, NaN counts as the
// largest, and equal elements keep their order. Four methods, by the size of the line, k and the dtype.
import type { Topk } from "../../compiler/kernel.ts";
import { topkTime } from "../cost/time.ts";
import type { Cut } from "../cut.ts";
import { bytesOfLists } from "./merge.ts";
import { bytesOfRadix } from "./radix.ts";
import { capacityFor } from "./selection.ts";

/**
 * "insertion": into a sorted list of k. "selection": elements that exceed the k-th so far are collected, and sorted when there are many.
 * "radix", "merge": the indices of the whole line are sorted, digit by digit or by merging.
 */
export type TopkMethod = "insertion" | "selection" | "radix" | "merge";

export interface TopkSchedule extends Cut<Topk> {
  readonly method: TopkMethod;
}

/** Largest k that is done by insertion. */
const maxInsertedK = 16;
/**
 * Smallest line that is sorted by digits: clearing and adding up the counters takes about 2 µs. Random float32 by merging and by digits, in µs,
 * on an AMD EPYC under V8 11: 256 elements 4.7 and 4.1, 1,000 elements 15 and 9, 10,000 elements 740 and 74, 1,000,000 elements 139,000 and
 * 10,200.
 */
const minRadixSize = 256;
/** Selection has to sort 4 k elements at a time; a line that is not much longer is sorted at once. */
const minSelectedSizeByK = 8;

function methodFor({ size, k, x }: Topk): TopkMethod {
  if (k <= maxInsertedK) return "insertion";
  if (size >= minSelectedSizeByK * k) return "selection";
  return x.buffer.dtype !== "float64" && size >= minRadixSize ? "radix" : "merge";
}

/** Schedules top-k; a unit is a line. */
export function scheduleTopk(kernel: Topk): TopkSchedule {
  const { axes, x, y, size, k } = kernel;
  const method = methodFor(kernel);
  const lines = axes.reduce((product, axis) => product * axis.size, 1);
  const scratch = {
    insertion: 0,
    selection: bytesOfLists(capacityFor(k)),
    radix: bytesOfRadix(size, x.buffer.dtype),
    merge: bytesOfLists(size),
  } satisfies Record<TopkMethod, number>;
  return {
    kind: "topk",
    kernel,
    buffers: [x.buffer, y.buffer],
    units: size * k === 0 ? 0 : lines,
    scratchBytes: scratch[method],
    time: topkTime(method, lines, size),
    method,
  };
}

/** The schedule in words, for explain(). */
export function describeTopk({ kernel: { size, k }, method }: TopkSchedule): string {
  const words = {
    insertion: `the ${k} largest of lines of ${size} by insertion`,
    selection: `the ${k} largest of lines of ${size} by selection`,
    radix: `lines of ${size} sorted by digits`,
    merge: `lines of ${size} merge-sorted`,
  } satisfies Record<TopkMethod, string>;
  return words[method];
}
