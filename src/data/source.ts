// The kinds of data that can be cut into batches. Examples are rows of tensors, or single values in a list, behind an index, or in a
// stream. This file decides of which kind given data are:
//
//   { images, labels, classes }          pictures with classes, as bytes
//   StreamedPictures                     pictures with classes that are read while they are used
//   tensors, typed arrays, numbers       columns: the first dim of each counts the examples
//   records, maps, [x, y] of these       columns too, nested
//   [{ x, y }, ...], [[x, y], ...]       a list of examples
//   { length, get(i) }                   examples by index, which may be larger than memory
//   an iterable or async iterable        a stream: examples in the order in which they come
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { tensor } from "../tensor/create.ts";
import { describe, type TypedArray } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { type Columns, type EvenNumbers, isColumn, isRecord, type Leaf, leavesOf, mapLeaves } from "./nesting.ts";
import { StreamedPictures } from "./streamed.ts";

/** Examples by index, 0 to length - 1, so that they need not be in memory at once; `get` may be asynchronous. */
export interface Indexed<T> {
  readonly length: number;
  /** Returns the example with this index. All examples of a batch are requested at the same time. */
  get(index: number): T | PromiseLike<T>;
}

/** A Dataset with read-only properties, for types. */
export type Pictures = { readonly images: Tensor; readonly labels: Tensor; readonly classes: readonly string[] };

/** A batch of examples of type T, or of rows of columns of type T: the same nesting with a tensor for each leaf. */
export type Batched<T> = T extends Tensor | TypedArray | EvenNumbers
  ? Tensor
  : T extends ReadonlyMap<infer K, infer V>
    ? Map<K, Batched<V>>
    : T extends object
      ? { -readonly [K in keyof T]: Batched<T[K]> }
      : never;

/** The type of an example of a list, an index or a stream; never for columns. */
export type ExampleOf<S> = S extends Tensor | TypedArray | EvenNumbers | ReadonlyMap<unknown, unknown>
  ? never
  : S extends readonly (infer E)[]
    ? E extends Tensor | TypedArray
      ? never
      : E
    : S extends Indexed<infer T>
      ? Awaited<T>
      : S extends Iterable<infer T>
        ? T
        : S extends AsyncIterable<infer T>
          ? T
          : never;

/** A batch of a source: images and labels of pictures, or else Batched of the columns or examples. */
export type BatchOf<S> = S extends Pictures | StreamedPictures
  ? { images: Tensor; labels: Tensor }
  : [ExampleOf<S>] extends [never]
    ? Batched<S>
    : Batched<ExampleOf<S>>;

/** Sources that are in memory, whose batches need no await. */
export type InMemory = Pictures | Tensor | TypedArray | ReadonlyMap<unknown, unknown> | readonly unknown[];

/** A source with its kind. */
export type Source =
  | { readonly kind: "pictures"; readonly data: Dataset; readonly count: number }
  | { readonly kind: "streamed"; readonly data: StreamedPictures; readonly count: number }
  | { readonly kind: "columns"; readonly columns: Columns; readonly count: number }
  | { readonly kind: "list"; readonly list: readonly unknown[]; readonly count: number }
  | { readonly kind: "indexed"; readonly indexed: Indexed<unknown>; readonly count: number }
  | { readonly kind: "stream"; readonly stream: Iterable<unknown> | AsyncIterable<unknown>; readonly count: null };

/** Finds the kind of data. Throws, with the place, if they are none of the kinds above, or do not fit together. */
export function sourceOf(call: string, data: unknown): Source {
  if (isPictures(data)) {
    checkDataset(call, data);
    return { kind: "pictures", data, count: data.labels.size };
  }
  if (data instanceof StreamedPictures) return { kind: "streamed", data, count: data.shape[0] };
  if (isColumn(data) || data instanceof Map || (isRecord(data) && !isIndexed(data) && !isStream(data)))
    return columnsOf(call, data);
  if (Array.isArray(data)) {
    if (data.length === 0)
      throw new ChainruleError("data", call, `the list is empty; give a list of examples or of tensors`);
    return isColumn(data[0]) ? columnsOf(call, data) : { kind: "list", list: data, count: data.length };
  }
  if (isIndexed(data)) {
    const { length } = data;
    checkWhole(call, "length", length, { from: 0 });
    return { kind: "indexed", indexed: data, count: length };
  }
  if (isStream(data)) return { kind: "stream", stream: data, count: null };
  throw new ChainruleError(
    "type",
    call,
    `data are tensors in records, lists and maps, a list of examples, { length, get(i) }, or an iterable; not ${wordFor(data)}`,
  );
}

const isPictures = (data: unknown): data is Dataset =>
  isRecord(data) && Array.isArray(data.classes) && "images" in data;

const isIndexed = (data: unknown): data is Indexed<unknown> =>
  typeof data === "object" && data !== null && "get" in data && typeof data.get === "function" && "length" in data;

const isStream = (data: unknown): data is Iterable<unknown> | AsyncIterable<unknown> =>
  typeof data === "object" && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data);

function wordFor(data: unknown): string {
  if (data === null || typeof data !== "object") return String(data);
  return `a ${data.constructor?.name ?? "object without a class"}`;
}

/** Makes columns of data: numbers and typed arrays become tensors. Throws unless all have the same first dim. */
function columnsOf(call: string, data: unknown): Source {
  const columns = mapLeaves(data, (value, place) => columnOf(call, value, place));
  const leaves: Leaf<Tensor>[] = leavesOf(columns);
  if (leaves.length === 0)
    throw new ChainruleError(
      "data",
      call,
      `the data contain no tensor; give a tensor, a typed array or a list of numbers`,
    );
  const [first] = leaves;
  const count = first.value.shape[0];
  const other = leaves.find(({ value }) => value.shape[0] !== count);
  if (other !== undefined)
    throw new ChainruleError(
      "shape",
      call,
      `${first.place} is ${describe(first.value)}, but ${other.place} is ${describe(other.value)}; the first dim counts the ` +
        "examples and must be the same in all columns. For a list of examples, give a list of records, [{ x, y }, ...]",
      { places: [first.place, other.place], shapes: [first.value.shape, other.value.shape] },
    );
  return { kind: "columns", columns, count };
}

function columnOf(call: string, value: unknown, place: string): Tensor {
  if (!isColumn(value))
    throw new ChainruleError(
      "type",
      call,
      `${place} is ${wordFor(value)}; columns are tensors, typed arrays or lists of numbers`,
      { place },
    );
  const column = value instanceof Tensor ? value : tensor(value);
  if (column.ndim === 0)
    throw new ChainruleError(
      "shape",
      call,
      `${place} is a single number; the first dim of a column counts the examples`,
      { place },
    );
  return column;
}
