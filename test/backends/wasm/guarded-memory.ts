// A memory for tests of single kernels: typed arrays of every dtype, and guard bytes between buffers, which no kernel may write.
import type { DType, TypedArray } from "../../../src/tensor/dtype.ts";

export const pages = 1024;
export const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
export const guard = 0xa5;
/** Guard bytes after each buffer. */
export const margin = 64;
export const views = {
  float32: new Float32Array(memory.buffer),
  float64: new Float64Array(memory.buffer),
  int32: new Int32Array(memory.buffer),
  uint8: new Uint8Array(memory.buffer),
  bool: new Uint8Array(memory.buffer),
} satisfies Record<DType, TypedArray>;
