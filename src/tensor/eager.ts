// Runs an op at once, into an ordinary array. Most ops run by their definition; the few listed here have a faster way to the
// same numbers, and tests hold each against the definition.
import { convolve } from "./convolve.ts";
import { allocate, isFloating, type NDArray, type Type, type TypedArray } from "./dtype.ts";
import { multiplyMatrices } from "./multiply.ts";
import type { Convolution } from "./ops/contractions.ts";
import { type OpName, opOf } from "./ops.ts";
import { sizeOf } from "./shape.ts";
import { ArrayStorage, type Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

export interface Operation extends Type {
  readonly name: OpName;
  readonly inputs: readonly Tensor[];
  readonly attributes: unknown;
}

type Carrier = (operation: Operation) => Storage | null;
let large: Carrier = () => null;

/** Sets who is asked first to carry out a product: a faster way for large ones, or null. */
export function carryLarge(carrier: Carrier): void {
  large = carrier;
}

export function eager(operation: Operation): Storage {
  const { name, inputs, attributes, shape, dtype } = operation;
  if (name === "reshape") return inputs[0].storage.share();
  const carried = name === "matmul" || name === "conv" ? large(operation) : null;
  if (carried !== null) return carried;
  const arrays = inputs.map((input): NDArray => ({ shape: input.shape, dtype: input.dtype, data: input.storage.data }));
  return new ArrayStorage(evaluate(name, arrays, attributes, { shape, dtype }));
}

function evaluate(name: OpName, inputs: readonly NDArray[], attributes: unknown, type: Type): TypedArray {
  const result: NDArray = { ...type, data: allocate(type.dtype, sizeOf(type.shape)) };
  if (name === "matmul" && isFloating(type.dtype)) multiplyMatrices(result, inputs);
  else if (name === "conv" && isFloating(type.dtype)) convolve(result, inputs, attributes as Convolution);
  else opOf(name).evaluate(result, inputs, attributes as never);
  return result.data;
}
