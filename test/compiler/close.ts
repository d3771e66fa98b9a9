// Checks that kernels computed what the op table computes: integers exactly, other numbers up to rounding in another order.
import type { Values } from "../../src/compiler/evaluate.ts";
import { isFloating, type NDArray } from "../../src/tensor/dtype.ts";

/** All results, and all states afterwards. */
export function expectAllClose(actual: Values, expected: Values): void {
  for (const kind of ["results", "states"] as const) {
    expected[kind].forEach((value, i) => {
      expectClose(actual[kind][i], value);
    });
  }
}

export function expectClose(actual: NDArray, expected: NDArray): void {
  const types = [actual, expected].map(({ dtype, shape }) => `${dtype}[${shape}]`);
  if (types[0] !== types[1]) throw new Error(`${types[0]}, not ${types[1]}`);
  const tolerance = isFloating(expected.dtype) ? 1e-5 : 0;
  expected.data.forEach((x, i) => {
    const y = actual.data[i];
    const same = Object.is(x, y) || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x));
    if (!same) throw new Error(`${y} at ${i}, not ${x}`);
  });
}
