// The elements of buffers in memory.
import type { Element } from "../loops/program.ts";
import type { DType } from "../tensor/dtype.ts";

export const elements = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint8: "u8",
  bool: "u8",
} as const satisfies Record<DType, Element>;

const elementBytes = { f32: 4, f64: 8, i32: 4, u8: 1 } as const satisfies Record<Element, number>;

/** Bytes of one element; a bool is a byte, 0 or 1. */
export const bytesOf = (dtype: DType): number => elementBytes[elements[dtype]];
