// Counting values.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { constant } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { tracing } from "../tracing.ts";
import { within } from "../within.ts";

/** The options of histc. */
export interface HistcOptions {
  /** The range of the bins; the smallest and the largest element if both are equal or left out. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** The options of bincount. */
export interface BincountOptions {
  /** What each element counts; 1 if left out. */
  readonly weights?: Tensor | undefined;
  /** The least size of the result; 0 if left out. */
  readonly minlength?: number | undefined;
}

const histcNames: OptionNames<HistcOptions> = { min: true, max: true };
const bincountNames: OptionNames<BincountOptions> = { weights: true, minlength: true };

/** The smallest and the largest number of the bins, as tensors. */
function rangeOf(x: Tensor, min: number, max: number): [Tensor, Tensor] {
  const [low, high] = min === max && x.size > 0 ? [x.min(), x.max()] : [min, max].map((n) => constant(x.sum(), n));
  const isPoint = low.eq(high);
  return [low.sub(1).where(isPoint, low), high.add(1).where(isPoint, high)];
}

/**
 * The number of elements in each of `bins` equal ranges from min to max, as x's dtype. The last range includes its end; elements outside of
 * all and NaN do not count. For float32 and float64.
 */
export function histc(x: Tensor, bins = 100, options: HistcOptions = {}): Tensor {
  takes("histc", arguments.length, 3);
  checkTensor("histc", "x", x);
  checkOptions("histc", options, histcNames);
  checkWhole("histc", "bins", bins, { from: 1 });
  const { min = 0, max = 0 } = options;
  checkNumber("histc", "min", min);
  checkNumber("histc", "max", max, { from: min });
  if (!isFloating(x.dtype))
    throw new ChainruleError("dtype", "histc", `is for float32 and float64, not ${describe(x)}`);
  return within("histc", () => {
    const values = x.detach().reshape([-1]);
    const [low, high] = rangeOf(values, min, max);
    const isInside = values.ge(low).logicalAnd(values.le(high));
    const bin = values
      .sub(low)
      .div(high.sub(low))
      .mul(bins)
      .floor()
      .minimum(bins - 1);
    const places = bin.where(isInside, 0).to("int32");
    return values.apply("scatterAdd", [isInside.to(x.dtype), places], { dim: 0, size: bins });
  });
}

/**
 * How often each number from 0 on occurs in a vector of whole numbers: int32 [largest + 1], or the sums of weights. The size follows from
 * the contents; so compiled functions throw, and call scatterAdd on zeros of a known size instead.
 */
export function bincount(x: Tensor, options: BincountOptions = {}): Tensor {
  takes("bincount", arguments.length, 2);
  checkTensor("bincount", "x", x);
  checkOptions("bincount", options, bincountNames);
  const { weights, minlength = 0 } = options;
  checkWhole("bincount", "minlength", minlength, { from: 0 });
  if (x.ndim !== 1 || (x.dtype !== "int32" && x.dtype !== "uint8"))
    throw new ChainruleError("dtype", "bincount", `takes a vector of int32 or uint8, not ${describe(x)}`);
  if (weights !== undefined) {
    checkTensor("bincount", "weights", weights);
    if (weights.ndim !== 1 || weights.size !== x.size)
      throw new ChainruleError("shape", "bincount", `the weights are ${describe(weights)}, the numbers ${describe(x)}`);
  }
  if (tracing() !== null)
    throw new ChainruleError(
      "traced",
      "bincount",
      "the largest number decides the size of the result; in a compiled function call zeros([size]).scatterAdd(0, x, weights)",
    );
  return within("bincount", () => {
    const size = Math.max(minlength, x.size === 0 ? 0 : x.max().item() + 1);
    // The sums of weights are float64 in PyTorch, unless the weights are float32.
    const counted =
      weights === undefined ? constant(x, 1, "int32") : weights.to(weights.dtype === "float32" ? "float32" : "float64");
    return x.apply("scatterAdd", [counted, x.to("int32")], { dim: 0, size });
  });
}
