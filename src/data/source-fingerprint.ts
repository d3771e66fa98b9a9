// The fingerprint of any source. What is not in memory is known by its length alone, and a stream not even by that.
import type { TypedArray } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import { digest, fingerprint } from "./fingerprint.ts";
import { leavesOf, partsOf } from "./nesting.ts";
import type { Source } from "./source.ts";

/** Eight hexadecimal digits of shapes and contents; or what kind it is, and its length where it has one. */
export function fingerprintOf(source: Source): string {
  switch (source.kind) {
    case "pictures":
      return fingerprint(source.data);
    case "columns":
      return digest(leavesOf(source.columns).flatMap(({ value }) => numbersOf(value)));
    case "list":
      return digest(source.list.flatMap(numbersOf));
    case "indexed":
      return `indexed, ${source.count}`;
    case "stream":
      return "a stream";
  }
}

function numbersOf(example: unknown): TypedArray[] {
  if (example instanceof Tensor) return [Int32Array.from(example.shape), example.data];
  const parts = partsOf(example, "");
  if (parts !== null) return parts.flatMap(([, part]) => numbersOf(part));
  const numbers = ArrayBuffer.isView(example) ? (example as TypedArray) : [example].flat(Number.POSITIVE_INFINITY);
  return [Float64Array.from(numbers as ArrayLike<number>, Number)];
}
