// The dtypes by ONNX's numbers (TensorProto.DataType), and int64, in which ONNX counts.
import type { DType } from "chainrule/compiler";

export type ElementType = DType | "int64";

export const dataType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 } satisfies Record<
  ElementType,
  number
>;
