// Whether what an executor computed is what the reference computed, as closely as the order of summation, fused multiply-add and the
// stated accuracy of exp and its kin allow (bounds.ts says how closely, element by element).
import { describe, type NDArray } from "../../src/tensor/dtype.ts";
import { sameShape } from "../../src/tensor/shape.ts";
import type { BoundedValues } from "./bounds.ts";
import type { Bounded } from "./bounds-step.ts";

/** What executors give. */
export interface Values {
  readonly results: readonly NDArray[];
  readonly states: readonly NDArray[];
}

function isWithin(value: number, middle: number, radius: number): boolean {
  if (radius === Infinity || value === middle) return true;
  return Number.isNaN(middle) ? Number.isNaN(value) : Math.abs(value - middle) <= radius;
}

/** The indices of an element. */
function placeOf(index: number, shape: readonly number[]): number[] {
  return shape.map((n, dim) => Math.floor(index / shape.slice(dim + 1).reduce((size, m) => size * m, 1)) % n);
}

/** Where one array is not what was expected, in words. */
export function disagreement(expected: Bounded, actual: NDArray): string | null {
  const { shape, dtype, data, radius } = expected;
  if (actual.dtype !== dtype || !sameShape(actual.shape, shape) || actual.data.length !== data.length)
    return `${describe(actual)} of ${actual.data.length} elements instead of ${describe(expected)}`;
  const i = data.findIndex((value, at) => {
    const isTruth = dtype !== "bool" || actual.data[at] === 0 || actual.data[at] === 1;
    return !isTruth || !isWithin(actual.data[at], value, radius[at]);
  });
  if (i < 0) return null;
  const room = radius[i] === 0 ? "" : ` ± ${radius[i].toPrecision(2)}`;
  return `${describe(expected)} has ${actual.data[i]} at [${placeOf(i, shape)}] instead of ${data[i]}${room}`;
}

/** The first array that is not what was expected. */
export function disagreements(expected: BoundedValues, actual: Values): string | null {
  for (const kind of ["results", "states"] as const) {
    if (expected[kind].length !== actual[kind].length)
      return `${actual[kind].length} ${kind} instead of ${expected[kind].length}`;
    for (const [i, one] of expected[kind].entries()) {
      const complaint = disagreement(one, actual[kind][i]);
      if (complaint) return `${kind} ${i}: ${complaint}`;
    }
  }
  return null;
}

/** The share of elements that are compared at all. */
export function coverage({ results, states }: BoundedValues): number {
  const all = [...results, ...states].flatMap(({ radius }) => [...radius]);
  return all.length === 0 ? 1 : all.filter((r) => r < Infinity).length / all.length;
}
