// Functions that Tensor's reductions share: the option keepdim, the dims that are dropped, and the minimum by way of the maximum.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "./arguments.ts";
import { isFloating, toFloating } from "./dtype.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { type Dims, normalizeDims } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Whether the reduced dims stay, with size 1: true or false, or an option, { keepdim: true }. false if left out.
 */
export type KeepDim = boolean | { readonly keepdim?: boolean | undefined };

/** The options of variance and std. */
export interface VarianceOptions {
  /** The number that is subtracted from the number of elements in the denominator; 1 if left out. */
  readonly correction?: number | undefined;
  /** Whether the reduced dims stay, with size 1; false if left out. */
  readonly keepdim?: boolean | undefined;
}

/** The options of softmax and logSoftmax. */
export interface SoftmaxOptions {
  /** The dtype to which x is converted first; float32 for integers and bool, and that of x otherwise, if left out. */
  readonly dtype?: "float32" | "float64" | undefined;
}

const softmaxNames: OptionNames<SoftmaxOptions> = { dtype: true };
const keepdimNames: OptionNames<{ keepdim: boolean }> = { keepdim: true };
const varianceNames: OptionNames<VarianceOptions> = { correction: true, keepdim: true };

/** Either form of keepdim as a boolean. */
export function keepdimOf(call: string, given: KeepDim): boolean {
  return typeof given === "boolean" ? given : keepdimIn(call, given);
}

function keepdimIn(call: string, options: { readonly keepdim?: boolean | undefined }): boolean {
  if (typeof options !== "object" || options === null)
    throw new ChainruleError("type", call, `keepdim is true or false, or { keepdim: true }, not ${shown(options)}`);
  checkOptions(call, options, keepdimNames);
  const { keepdim = false } = options;
  if (typeof keepdim !== "boolean")
    throw new ChainruleError("type", call, `keepdim is true or false, not ${shown(keepdim)}`);
  return keepdim;
}

/** The correction and keepdim, from options or from keepdim alone. */
export function varianceOptionsOf(
  call: string,
  given: boolean | VarianceOptions,
): { correction: number; keepdim: boolean } {
  if (typeof given === "boolean") return { correction: 1, keepdim: given };
  checkOptions(call, given, varianceNames);
  const { correction = 1, keepdim = false } = given;
  return { correction, keepdim: keepdimOf(call, keepdim) };
}

/** x in the dtype that softmax's options ask for. */
export function convertedFor(call: string, x: Tensor, options: SoftmaxOptions): Tensor {
  checkOptions(call, options, softmaxNames);
  const { dtype = toFloating(x.dtype) } = options;
  if (dtype !== "float32" && dtype !== "float64")
    throw new ChainruleError("dtype", call, `dtype is "float32" or "float64", not ${shown(dtype)}`);
  return x.to(dtype);
}

/** Reduces x over the named dims, or over all if none is named; they are dropped, or stay with size 1. */
export function reduce(name: "sum" | "max", x: Tensor, dim: Dims | undefined, keepdim: KeepDim): Tensor {
  const keepsDims = keepdimOf(name, keepdim);
  const dims = normalizeDims(name, dim, x.ndim);
  const result = x.apply(name, [x], { dims });
  return keepsDims ? result : result.reshape(x.shape.filter((_, d) => !dims.includes(d)));
}

/** Reverses the order of numbers: -x, and for integers -1 - x, which does not overflow. */
export function orderReversed(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x.neg() : x.to("int32").neg().sub(1);
}
