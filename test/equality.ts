// Tensors are equal if dtype, shape and every number are: vitest sees only their public properties, and would take all tensors of one
// shape for the same. Typed arrays with equal numbers are recognised in one loop: vitest compares them property by property, a hundred times
// slower. Each test file loads this: no more of the library than it needs.
import { statSync } from "node:fs";
import { expect } from "vitest";
import { Tensor } from "../src/tensor/tensor.ts";

// Node 20 resolves no link in the path of a module when the last file that the process asked about by statSync is a pipe: the command line,
// imported after a test of pipes, then had a copy of the library of its own, node_modules/chainrule. Node 24 does not.
statSync(import.meta.dirname);

type Numbers = ArrayLike<number | bigint>;

function areSame(a: Numbers, b: Numbers): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

const isTypedArray = (value: unknown): value is Numbers & object =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined => {
    if (!(a instanceof Tensor) || !(b instanceof Tensor)) return undefined;
    return a.dtype === b.dtype && String(a.shape) === String(b.shape) && areSame(a.data, b.data);
  },
  (a: unknown, b: unknown): boolean | undefined => {
    if (!isTypedArray(a) || !isTypedArray(b) || a.constructor !== b.constructor) return undefined;
    // Where they differ, vitest says where.
    return areSame(a, b) || undefined;
  },
]);
