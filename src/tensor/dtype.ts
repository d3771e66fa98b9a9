// The element types and how they combine: NumPy-style promotion by category, as in PyTorch, with int32 in the place of int64.
import { ChainruleError } from "../errors/error.ts";
import type { Shape } from "./shape.ts";

/**
 * The element types. uint8 and int32 wrap around. Two tensors are promoted to the higher dtype of bool < uint8 < int32 < float32 < float64.
 */
export type DType = "float32" | "float64" | "int32" | "uint8" | "bool";
/** The typed arrays that hold the contents of tensors: Float32Array, Float64Array, Int32Array, and Uint8Array for uint8 and bool. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A tensor's shape and dtype, without its contents. */
export interface Type {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor's shape, dtype and contents: row-major, with as many elements as the shape has. bool is 0 or 1 in a Uint8Array. */
export interface NDArray extends Type {
  readonly data: TypedArray;
}

const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} satisfies Record<DType, unknown>;

/** The dtypes from the lowest to the highest: two tensors are promoted to the higher one. */
const order: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];

export const isDType = (name: unknown): name is DType => order.some((dtype) => dtype === name);

/** The error where a dtype was expected. */
export const noDType = (call: string, given: unknown): ChainruleError =>
  new ChainruleError("dtype", call, `there is no dtype ${String(given)}; there are ${order.toReversed().join(", ")}`);

export type FloatingDType = "float32" | "float64";
export const isFloating = (dtype: DType): dtype is FloatingDType => dtype === "float32" || dtype === "float64";

export function allocate(dtype: DType, size: number): TypedArray {
  return new arrayTypes[dtype](size);
}

/** The bytes of a buffer as an array of this dtype; their number is a multiple of the element's size. */
export function viewOf(dtype: DType, buffer: ArrayBuffer): TypedArray {
  return new arrayTypes[dtype](buffer);
}

export function promote(a: DType, b: DType): DType {
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

/** The dtype of a tensor with a plain number, which never promotes within a category: float32 + 0.1 is float32, uint8 + 300 uint8, int32 + 0.5 float32. */
export function promoteNumber(dtype: DType, value: number): DType {
  if (isFloating(dtype)) return dtype;
  if (!Number.isInteger(value)) return "float32";
  return dtype === "bool" ? "int32" : dtype;
}

/** The dtype of exp, sqrt or a quotient of this dtype. */
export function toFloating(dtype: DType): DType {
  return isFloating(dtype) ? dtype : "float32";
}

/** The dtype of sums and products of this dtype: int32 for integers and bool. */
export function toSum(dtype: DType): DType {
  return isFloating(dtype) ? dtype : "int32";
}

/** "float32[2,3]" */
export function describe({ dtype, shape }: Type): string {
  return `${dtype}[${shape.join(",")}]`;
}
