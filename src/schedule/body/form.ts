// Whether a kernel computes vectors or single numbers.
import type { Kernel } from "../../compiler/kernel.ts";
import { instructionsOf } from "../../compiler/kernel-accesses.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Form } from "./elementwise.ts";

/** Kernels with float64 compute single numbers, all others vectors. */
export const formOf = (dtypes: readonly DType[]): Form => (dtypes.includes("float64") ? "scalar" : "vector");

export const formOfKernel = (kernel: Kernel): Form => formOf(instructionsOf(kernel).map(({ dtype }) => dtype));
