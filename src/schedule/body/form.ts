// Whether a kernel computes vectors or single numbers, and what its values then are.
import type { Kernel } from "../../compiler/kernel.ts";
import { instructionsOf } from "../../compiler/kernel-accesses.ts";
import { and, f64, toF32 } from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import type { Type } from "../../loops/types.ts";
import type { DType } from "../../tensor/dtype.ts";

/** Kernels with float64 compute single numbers ("scalar"), all others vectors of four lanes ("vector"). */
export type Form = "vector" | "scalar";

export const formOf = (dtypes: readonly DType[]): Form => (dtypes.includes("float64") ? "scalar" : "vector");

export const formOfKernel = (kernel: Kernel): Form => formOf(instructionsOf(kernel).map(({ dtype }) => dtype));

/**
 * Classes of values: f32x4 and i32x4 are four float32 or four int32 (also uint8, wrapped afterwards), and mask is four bools, each with all
 * bits 1 or all 0. f64 and i32 are the numbers of kernels with float64.
 */
export type Class = "f32x4" | "i32x4" | "mask" | "f64" | "i32";

/** The class of each dtype in each form. */
const classes = {
  vector: { float32: "f32x4", float64: "f64", int32: "i32x4", uint8: "i32x4", bool: "mask" },
  scalar: { float32: "f64", float64: "f64", int32: "i32", uint8: "i32", bool: "i32" },
} as const satisfies Record<Form, Record<DType, Class>>;

export const classOf = (form: Form, dtype: DType): Class => classes[form][dtype];

/** The type of a dtype's values in each form. */
export function typeOf(form: Form, dtype: DType): Type {
  const own = classes[form][dtype];
  return own === "mask" ? "i32x4" : own;
}

/** The value, rounded or wrapped to its dtype. */
export function narrow(value: Expression, form: Form, dtype: DType): Expression {
  if (form === "scalar" && dtype === "float32") return f64(toF32(value));
  return dtype === "uint8" ? and(value, 255) : value;
}
