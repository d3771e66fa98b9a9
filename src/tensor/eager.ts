// Computes an op at once. Small operands go through the loops of the op's definition, or through faster loops with the same results; large
// products, elementwise ops and reductions are computed by a backend (backends/one-op.ts, streams.ts, reductions.ts). Tests compare each way
// with the definition.
import { convolve } from "./convolve.ts";
import { allocate, isFloating, type NDArray, type Type, type TypedArray } from "./dtype.ts";
import { multiplyMatrices } from "./multiply.ts";
import { elementwise } from "./ops/elementwise.ts";
import { type Attributes, type OpName, opOf, ops } from "./ops.ts";
import { rank } from "./rank.ts";
import { max, sum } from "./reduce.ts";
import { runOf } from "./repetition.ts";
import { sizeOf } from "./shape.ts";
import { ArrayStorage, RepeatedStorage, type Storage, UniformStorage } from "./storage.ts";
import { minProgramElements } from "./stream.ts";
import type { Tensor } from "./tensor.ts";

export interface Operation extends Type {
  readonly name: OpName;
  readonly inputs: readonly Tensor[];
  readonly attributes: unknown;
}

/** A backend for large operations; it returns null for those that it leaves to the loops. */
export interface Carrier {
  product(operation: Operation): Storage | null;
  /** Computes an elementwise op, at least one of whose operands is not uniform. */
  elementwise(operation: Operation): Storage | null;
  /** Computes sum, max or argmax. */
  reduction(operation: Operation): Storage | null;
}

let carrier: Carrier = { product: () => null, elementwise: () => null, reduction: () => null };

/** Sets the backend that is asked first to compute products, and large elementwise ops and reductions. */
export function carryLarge(other: Carrier): void {
  carrier = other;
}

type Way = (operation: Operation) => Storage | null;

/** For each op, the way that is tried before its loops. */
const ways: Partial<Record<OpName, Way>> = {
  reshape: ({ inputs: [x] }) => x.storage.share(),
  full: ({ attributes, dtype, shape }) => {
    const { value } = attributes as { readonly value: number };
    const [converted] = allocate(dtype, 1).fill(value);
    return new UniformStorage(dtype, sizeOf(shape), converted);
  },
  expand,
  matmul: (operation) => carrier.product(operation),
  conv: (operation) => carrier.product(operation),
  sum: (operation) => carrier.reduction(operation),
  max: (operation) => carrier.reduction(operation),
  argmax: (operation) => carrier.reduction(operation),
  ...Object.fromEntries(Object.keys(elementwise).map((name) => [name, pointwise])),
};

const wayOf: ReadonlyMap<OpName, Way | null> = new Map(
  (Object.keys(ops) as OpName[]).map((name) => [name, ways[name] ?? null]),
);

/** How many times as large an expanded tensor is at least to be stored as a repetition. */
const minRepetition = 4;

function expand({ inputs: [{ storage, shape: from, size: count }], dtype, shape }: Operation): Storage | null {
  const size = sizeOf(shape);
  if (storage.uniform !== null) return new UniformStorage(dtype, size, storage.uniform);
  const run = size < minProgramElements || size < minRepetition * count ? null : runOf(from, shape);
  // A copy, since the caller may write to the array.
  return run === null ? null : new RepeatedStorage(dtype, size, { elements: storage.data.slice(), run });
}

function pointwise(operation: Operation): Storage | null {
  const { name, inputs, attributes, shape, dtype } = operation;
  const size = sizeOf(shape);
  if (inputs.every(({ storage }) => storage.uniform !== null)) {
    const arrays = inputs.map(({ dtype, storage }): NDArray => {
      return { shape: [1], dtype, data: allocate(dtype, 1).fill(storage.uniform ?? 0) };
    });
    const [value] = evaluate(name, arrays, attributes, { shape: [1], dtype });
    return new UniformStorage(dtype, size, value);
  }
  return size < minProgramElements ? null : carrier.elementwise(operation);
}

export function eager(operation: Operation): Storage {
  const { name, inputs, attributes, shape, dtype } = operation;
  const carried = wayOf.get(name)?.(operation) ?? null;
  if (carried !== null) return carried;
  const arrays = inputs.map((input): NDArray => ({ shape: input.shape, dtype: input.dtype, data: input.storage.data }));
  return new ArrayStorage(evaluate(name, arrays, attributes, { shape, dtype }));
}

type Loops = (result: NDArray, inputs: readonly NDArray[], attributes: never) => boolean;

const whenFloating =
  <A>(loops: (result: NDArray, inputs: readonly NDArray[], attributes: A) => void) =>
  (result: NDArray, inputs: readonly NDArray[], attributes: A): boolean => {
    if (isFloating(result.dtype)) loops(result, inputs, attributes);
    return isFloating(result.dtype);
  };

/** Faster loops with the same results; they return false for operands that they leave to the definition's loops. */
const faster: Partial<Record<OpName, Loops>> = {
  matmul: whenFloating(multiplyMatrices),
  conv: whenFloating(convolve),
  sum: (y, [x], { dims }: Attributes<"sum">) => sum(y, x, dims),
  max: (y, [x], { dims }: Attributes<"max">) => max(y, x, dims),
  topk: (y, [x], attributes: Attributes<"topk">) => rank(y, x, attributes),
};

function evaluate(name: OpName, inputs: readonly NDArray[], attributes: unknown, type: Type): TypedArray {
  const result: NDArray = { ...type, data: allocate(type.dtype, sizeOf(type.shape)) };
  const isDone = faster[name]?.(result, inputs, attributes as never) ?? false;
  if (!isDone) opOf(name).evaluate(result, inputs, attributes as never);
  return result.data;
}
