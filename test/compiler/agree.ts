// Compares an executor's results with the reference's. They may differ as far as the order of summation, fused multiply-add and the stated
// accuracy of functions such as exp allow; bounds.ts computes how far, element by element.
import { describe, type NDArray } from "../../src/tensor/dtype.ts";
import { sameShape } from "../../src/tensor/shape.ts";
import type { BoundedValues } from "./bounds.ts";
import type { Bounded } from "./bounds-step.ts";

/** The results of an executor. */
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

/** The first difference of an array from the expected one, in words; null if it is within the bounds. */
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

/** The first array that differs from the expected one, in words; null if none does. */
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

/** The share of elements that have a finite bound, and so are compared. */
export function coverage({ results, states }: BoundedValues): number {
  const all = [...results, ...states].flatMap(({ radius }) => [...radius]);
  return all.length === 0 ? 1 : all.filter((r) => r < Infinity).length / all.length;
}
