// Running results along a dim by doubling: after the step d each element has the result of the 2d elements that end with it, so that log₂ n
// steps are needed (Hillis and Steele 1986). x = a b c d: after d = 1 it is a, ab, bc, cd, and after d = 2 a, ab, abc, abcd.
import { concat } from "../functions.ts";
import type { Tensor } from "../tensor.ts";

/** The elements of x along a dim from one place to another. */
export const part = (x: Tensor, dim: number, from: number, to: number): Tensor =>
  x.slice(...x.shape.map((_, d) => (d === dim ? ([from, to] as const) : null)));

/**
 * The running results of tensors that are combined together, such as values and their indices. `combine` is associative, and gets the results
 * of earlier elements first.
 */
export function runningTogether<Parts extends readonly Tensor[]>(
  parts: Parts,
  dim: number,
  combine: (earlier: Parts, later: Parts) => Parts,
): Parts {
  const n = parts[0].shape[dim];
  let current = parts;
  for (let d = 1; d < n; d *= 2) {
    const pick = (from: number, to: number) => current.map((x) => part(x, dim, from, to)) as unknown as Parts;
    const combined = combine(pick(0, n - d), pick(d, n));
    current = current.map((x, i) => concat([part(x, dim, 0, d), combined[i]], dim)) as unknown as Parts;
  }
  return current;
}

/** The running results of one tensor. */
export function running(x: Tensor, dim: number, combine: (earlier: Tensor, later: Tensor) => Tensor): Tensor {
  return runningTogether([x], dim, ([a], [b]) => [combine(a, b)])[0];
}
