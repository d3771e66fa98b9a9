// Norms of vectors, and reductions that pass over NaN or count.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { constant } from "../promotion.ts";
import { type KeepDim, keepdimOf } from "../reducing.ts";
import { inRegion } from "../region.ts";
import { type Dims, normalizeDims } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** f(x) where x is not `special`, which f sends to `value` without a slope there; the gradient is 0 where it is. */
function exceptAt(x: Tensor, special: number, value: number, f: (x: Tensor) => Tensor): Tensor {
  const isSpecial = x.eq(special);
  return constant(x, value).where(isSpecial, f(constant(x, 1).where(isSpecial, x)));
}

/** (Σ |x|ᵖ)^(1/p) over these dims, which stay with size 1. */
function vectorNorm(x: Tensor, p: number, dims: Dims | undefined): Tensor {
  if (p === 0) return x.ne(0).to(x.dtype).sum(dims, true);
  if (p === 1) return x.abs().sum(dims, true);
  if (p === 2) return exceptAt(x.square().sum(dims, true), 0, 0, (total) => total.sqrt());
  if (p === Infinity) return x.abs().max(dims, true);
  if (p === -Infinity) return x.abs().min(dims, true);
  // 0ᵖ is 0 or, for p < 0, infinite; so is the sum, and the norm is 0.
  const atZero = p > 0 ? 0 : Infinity;
  const powers = exceptAt(x.abs(), 0, atZero, (size) => size.pow(p));
  return exceptAt(powers.sum(dims, true), atZero, 0, (total) => total.pow(1 / p));
}

/**
 * The p-norm (Σ |x|ᵖ)^(1/p) over these dims, or over all if none is named: 2 the length, 1 the sum of the sizes, ∞ and -∞ the largest and the
 * smallest, 0 the number of elements other than 0. "fro" is 2. Its gradient is 0 where the norm is 0. Throws for integers.
 */
export function norm(x: Tensor, p: number | "fro" = 2, dim?: Dims, keepdim: KeepDim = false): Tensor {
  takes("norm", arguments.length, 4);
  checkTensor("norm", "x", x);
  const keepsDims = keepdimOf("norm", keepdim);
  const order = p === "fro" ? 2 : p;
  if (typeof order !== "number" || Number.isNaN(order))
    throw new ChainruleError("option", "norm", `takes a number as p, or "fro", not ${shown(p)}`);
  if (!isFloating(x.dtype))
    throw new ChainruleError("dtype", "norm", `${describe(x)} has no norm; use to("float32") first`);
  return within("norm", () => {
    const dims = normalizeDims("norm", dim, x.ndim);
    return inRegion("norm", { p: order, dims }, () => {
      const y = vectorNorm(x, order, dim);
      return keepsDims ? y : y.reshape(x.shape.filter((_, d) => !dims.includes(d)));
    });
  });
}

/** The sum of the elements that are not NaN, over these dims or over all. */
export function nansum(x: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
  takes("nansum", arguments.length, 3);
  checkTensor("nansum", "x", x);
  return within("nansum", () => constant(x, 0).where(x.isnan(), x).sum(dim, keepdim));
}

/** The mean of the elements that are not NaN, over these dims or over all; NaN where there are none. Throws for integers. */
export function nanmean(x: Tensor, dim?: Dims, keepdim: KeepDim = false): Tensor {
  takes("nanmean", arguments.length, 3);
  checkTensor("nanmean", "x", x);
  if (!isFloating(x.dtype))
    throw new ChainruleError("dtype", "nanmean", `${x.dtype} has no mean; use to("float32") first`);
  return within("nanmean", () => nansum(x, dim, keepdim).div(x.isnan().logicalNot().sum(dim, keepdim)));
}

/** The number of elements other than 0, int32, over these dims or over all. */
export function countNonzero(x: Tensor, dim?: Dims): Tensor {
  takes("countNonzero", arguments.length, 2);
  checkTensor("countNonzero", "x", x);
  return within("countNonzero", () => x.ne(0).sum(dim));
}

/** The smallest and the largest element along dim, or of all; equal ones share the gradient evenly. */
export function aminmax(x: Tensor, dim?: number, keepdim: KeepDim = false): { min: Tensor; max: Tensor } {
  takes("aminmax", arguments.length, 3);
  checkTensor("aminmax", "x", x);
  return within("aminmax", () => ({ min: x.min(dim, keepdim), max: x.max(dim, keepdim) }));
}
