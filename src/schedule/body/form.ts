// Whether a body computes vectors or single numbers, and what its values then are.
import type { Kernel } from "../../compiler/kernel.ts";
import { instructionsOf } from "../../compiler/kernel-accesses.ts";
import { and, f64, toF32 } from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import type { Type } from "../../loops/types.ts";
import type { DType } from "../../tensor/dtype.ts";

/** Kernels with float64 compute single numbers ("scalar"), all others vectors of four lanes ("vector"). */
export type Form = "vector" | "scalar";

/** On a GPU each thread computes single numbers without float64 ("single"). */
export type BodyForm = Form | "single";

export const formOf = (dtypes: readonly DType[]): Form => (dtypes.includes("float64") ? "scalar" : "vector");

export const formOfKernel = (kernel: Kernel): Form => formOf(instructionsOf(kernel).map(({ dtype }) => dtype));

/**
 * Classes of values: f32x4 and i32x4 are four float32 or four int32 (also uint8, wrapped afterwards), and mask is four bools, each with all
 * bits 1 or all 0. float and i32 are single numbers: a float is an f64 in kernels with float64, and an f32 on a GPU.
 */
export type Class = "f32x4" | "i32x4" | "mask" | "float" | "i32";

/** The class of each dtype in each form. */
const classes = {
  vector: { float32: "f32x4", float64: "float", int32: "i32x4", uint8: "i32x4", bool: "mask" },
  scalar: { float32: "float", float64: "float", int32: "i32", uint8: "i32", bool: "i32" },
  single: { float32: "float", float64: "float", int32: "i32", uint8: "i32", bool: "i32" },
} as const satisfies Record<BodyForm, Record<DType, Class>>;

export const classOf = (form: BodyForm, dtype: DType): Class => classes[form][dtype];

/** The type of a dtype's values in each form. */
export function typeOf(form: BodyForm, dtype: DType): Type {
  const own = classes[form][dtype];
  if (own === "float") return form === "single" ? "f32" : "f64";
  return own === "mask" ? "i32x4" : own;
}

/** The value, rounded or wrapped to its dtype. */
export function narrow(value: Expression, form: BodyForm, dtype: DType): Expression {
  if (form === "scalar" && dtype === "float32") return f64(toF32(value));
  return dtype === "uint8" ? and(value, 255) : value;
}
