// How tensors lie in a GPU's memory: as words of 32 bits, in multiples of 16 bytes. bool and uint8 have a word for each element.

import { wordBytes } from "../../schedule/gpu/dispatch.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import type { Shape } from "../../tensor/shape.ts";
import { sizeOf } from "../../tensor/shape.ts";

/** The dtypes that a GPU computes with: WGSL has no float64. */
export type GpuDType = Exclude<DType, "float64">;

/** Bytes of memory for some elements; no memory is empty, since nothing may be bound to no bytes. */
export const bytesOfWords = (count: number): number => Math.max(16, Math.ceil((count * wordBytes) / 16) * 16);

export const bytesOfShape = (shape: Shape): number => bytesOfWords(sizeOf(shape));

/** The elements as words; the same memory where they are words already. */
export const toWords = (data: TypedArray): Float32Array | Int32Array =>
  data instanceof Float32Array || data instanceof Int32Array ? data : Int32Array.from(data);

const fromWords = {
  float32: (words: ArrayBuffer, size: number): TypedArray => new Float32Array(words, 0, size).slice(),
  int32: (words: ArrayBuffer, size: number): TypedArray => new Int32Array(words, 0, size).slice(),
  uint8: (words: ArrayBuffer, size: number): TypedArray => Uint8Array.from(new Int32Array(words, 0, size)),
  bool: (words: ArrayBuffer, size: number): TypedArray => Uint8Array.from(new Int32Array(words, 0, size)),
} satisfies Record<GpuDType, unknown>;

/** A copy of the first `size` words as elements of a dtype. */
export const elementsOf = (words: ArrayBuffer, dtype: GpuDType, size: number): TypedArray =>
  fromWords[dtype](words, size);
