// What the reductions among a tensor's methods share: which dims go, and how the smallest follows from the largest.
import { isFloating } from "./dtype.ts";
import { type Dims, normalizeDims } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Over the named dims, all if none is named; they go, or stay as size 1. */
export function reduce(name: "sum" | "max", x: Tensor, dim: Dims | undefined, keepdim: boolean): Tensor {
  const dims = normalizeDims(name, dim, x.ndim);
  const result = x.apply(name, [x], { dims });
  return keepdim ? result : result.reshape(x.shape.filter((_, d) => !dims.includes(d)));
}

/** The order turned round: -x, and for integers -1 - x, which does not overflow. */
export function mirrored(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x.neg() : x.to("int32").neg().sub(1);
}
