// The fingerprint of any source. That of examples which are not in memory depends on their number alone, and all streams have the same.
import type { TypedArray } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import { digest, fingerprint } from "./fingerprint.ts";
import { leavesOf, partsOf } from "./nesting.ts";
import type { Source } from "./source.ts";

/** Eight hexadecimal digits that depend on shapes and contents; for a source that is not in memory its kind, and its length if it has one. */
export function fingerprintOf(source: Source): string {
  switch (source.kind) {
    case "pictures":
      return fingerprint(source.data);
    case "streamed":
      return source.data.fingerprint;
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
