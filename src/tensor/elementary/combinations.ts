// Sums and products of three tensors.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { Operand } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of addcmul and addcdiv. */
export interface ScaleOptions {
  /** The factor of the product or quotient; 1 if left out. */
  readonly value?: number | undefined;
}

const names: OptionNames<ScaleOptions> = { value: true };

function scaleOf(call: string, options: ScaleOptions): number {
  checkOptions(call, options, names);
  const { value = 1 } = options;
  checkNumber(call, "value", value);
  return value;
}

/** x + value · a · b. The shapes broadcast. */
export function addcmul(x: Tensor, a: Tensor, b: Tensor, options: ScaleOptions = {}): Tensor {
  takes("addcmul", arguments.length, 4);
  for (const [name, given] of Object.entries({ x, a, b })) checkTensor("addcmul", name, given);
  const value = scaleOf("addcmul", options);
  return within("addcmul", () => x.add(value === 1 ? a.mul(b) : a.mul(value).mul(b)));
}

/** x + value · a / b. The shapes broadcast. Throws if a and b are integers. */
export function addcdiv(x: Tensor, a: Tensor, b: Tensor, options: ScaleOptions = {}): Tensor {
  takes("addcdiv", arguments.length, 4);
  for (const [name, given] of Object.entries({ x, a, b })) checkTensor("addcdiv", name, given);
  const value = scaleOf("addcdiv", options);
  if (!isFloating(a.dtype) && !isFloating(b.dtype))
    throw new ChainruleError(
      "dtype",
      "addcdiv",
      `divides ${describe(a)} by ${describe(b)}, both whole numbers; use to("float32") first`,
    );
  return within("addcdiv", () => x.add(value === 1 ? a.div(b) : a.mul(value).div(b)));
}

/**
 * a + weight · (b - a), from a where the weight is 0 to b where it is 1. Weights from 1/2 on compute b - (1 - weight) · (b - a), so that the
 * ends are exact. The shapes broadcast.
 */
export function lerp(a: Tensor, b: Tensor, weight: Operand): Tensor {
  takes("lerp", arguments.length, 3);
  checkTensor("lerp", "a", a);
  checkTensor("lerp", "b", b);
  return within("lerp", () => {
    if (a.dtype !== b.dtype || !isFloating(a.dtype))
      throw new ChainruleError("dtype", "lerp", `takes floats of one dtype, not ${describe(a)} and ${describe(b)}`);
    const difference = b.sub(a);
    if (typeof weight === "number")
      return Math.abs(weight) < 0.5 ? a.add(difference.mul(weight)) : b.sub(difference.mul(1 - weight));
    const fromStart = a.add(difference.mul(weight));
    return fromStart.where(weight.abs().lt(0.5), b.sub(difference.mul(weight.neg().add(1))));
  });
}
