// Computes an op at once. Small operands go through the loops of the op's definition, or through faster loops with the same results; large
// products, elementwise ops and reductions are computed by a backend (backends/one-op.ts, streams.ts, reductions.ts). Tests compare each way
// with the definition.
import { checkHere } from "./device.ts";
import { allocate, type NDArray, type Type, type TypedArray } from "./dtype.ts";
import { contractions } from "./ops/contractions.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/indexing.ts";
import { loops } from "./ops/loops.ts";
import { movements } from "./ops/movement.ts";
import { reductions } from "./ops/reductions.ts";
import { sources } from "./ops/sources.ts";
import { type Attributes, forAll, type OpName, opOf } from "./ops.ts";
import { runOf } from "./repetition.ts";
import { sizeOf } from "./shape.ts";
import { ArrayStorage, RepeatedStorage, type Storage, UniformStorage } from "./storage.ts";
import { minProgramElements } from "./stream.ts";
import type { Tensor } from "./tensor.ts";

export interface Operation<N extends OpName = OpName> extends Type {
  readonly name: N;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes<N>;
}

/** The reductions that a backend computes. */
export type Reduced = "sum" | "max" | "argmax";

/** A backend for large operations; it returns null for those that it leaves to the loops. */
export interface Carrier {
  product(operation: Operation): Storage | null;
  /** Computes an elementwise op, at least one of whose operands is not uniform. */
  elementwise(operation: Operation): Storage | null;
  reduction(operation: Operation<Reduced>): Storage | null;
}

let carrier: Carrier = { product: () => null, elementwise: () => null, reduction: () => null };

/** Sets the backend that is asked first to compute products, and large elementwise ops and reductions. */
export function carryLarge(other: Carrier): void {
  carrier = other;
}

type Way<N extends OpName = OpName> = (operation: Operation<N>) => Storage | null;

const product: Way = (operation) => carrier.product(operation);
const reduction: Way<Reduced> = (operation) => carrier.reduction(operation);

/** For each op, the way that is tried before its loops; null if there is none. */
const ways: { readonly [N in OpName]: Way<N> | null } = {
  ...forAll(sources, null),
  ...forAll(elementwise, pointwise),
  ...forAll(movements, null),
  ...forAll(reductions, null),
  ...forAll(indexing, null),
  ...forAll(contractions, product),
  ...forAll(loops, null),
  sum: reduction,
  max: reduction,
  argmax: reduction,
  reshape: ({ inputs: [x] }) => x.storage.share(),
  barrier: ({ inputs: [x] }) => x.storage.share(),
  full: ({ attributes: { value }, dtype, shape }) => {
    const [converted] = allocate(dtype, 1).fill(value);
    return new UniformStorage(dtype, sizeOf(shape), converted);
  },
  expand,
};

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

export function eager<N extends OpName>(operation: Operation<N>): Storage {
  const { name, inputs, attributes, shape, dtype } = operation;
  if (name !== "reshape") for (const input of inputs) checkHere(name, input);
  const carried = ways[name]?.(operation) ?? null;
  if (carried !== null) return carried;
  const arrays = inputs.map((input): NDArray => ({ shape: input.shape, dtype: input.dtype, data: input.storage.data }));
  return new ArrayStorage(evaluate(name, arrays, attributes, { shape, dtype }));
}

function evaluate<N extends OpName>(
  name: N,
  inputs: readonly NDArray[],
  attributes: Attributes<N>,
  type: Type,
): TypedArray {
  const result: NDArray = { ...type, data: allocate(type.dtype, sizeOf(type.shape)) };
  const op = opOf(name);
  const isDone = op.faster?.(result, inputs, attributes) ?? false;
  if (!isDone) op.evaluate(result, inputs, attributes);
  return result.data;
}
