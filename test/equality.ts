// Tensors are equal if dtype, shape and every number are: vitest sees only their public properties, and would take all tensors of one
// shape for the same. Each test file loads this: no more of the library than it needs.
import { expect } from "vitest";
import { Tensor } from "../src/tensor/tensor.ts";

expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined => {
    if (!(a instanceof Tensor) || !(b instanceof Tensor)) return undefined;
    return (
      a.dtype === b.dtype && String(a.shape) === String(b.shape) && a.data.every((x, i) => Object.is(x, b.data[i]))
    );
  },
]);
