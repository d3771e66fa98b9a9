// ONNX's numbers (TensorProto.DataType) for chainrule's dtypes, and for int64, the dtype of ONNX's shapes and indices.
import type { DType } from "chainrule/compiler";

export type ElementType = DType | "int64";

export const dataType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 } satisfies Record<
  ElementType,
  number
>;
