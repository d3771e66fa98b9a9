// Questions about numbers, and replacing those that are not finite.
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../arguments.ts";
import { isFloating } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { constant, operands } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of isclose. */
export interface IsCloseOptions {
  /** The relative tolerance; 1e-5 if left out. */
  readonly rtol?: number | undefined;
  /** The absolute tolerance; 1e-8 if left out. */
  readonly atol?: number | undefined;
  /** Whether two NaN are close; false if left out. */
  readonly equalNan?: boolean | undefined;
}

/** The options of nanToNum: what takes the place of NaN (0 if left out), ∞ and -∞ (the largest and the smallest number of the dtype). */
export interface NanToNumOptions {
  readonly nan?: number | undefined;
  readonly posinf?: number | null | undefined;
  readonly neginf?: number | null | undefined;
}

const closeNames: OptionNames<IsCloseOptions> = { rtol: true, atol: true, equalNan: true };
const replaceNames: OptionNames<NanToNumOptions> = { nan: true, posinf: true, neginf: true };

/** Whether x is ∞ or -∞, as bool. */
export function isinf(x: Tensor): Tensor {
  takes("isinf", arguments.length, 1);
  checkTensor("isinf", "x", x);
  return isFloating(x.dtype) ? x.abs().eq(Infinity) : x.ne(x);
}

/** Whether |a - b| ≤ atol + rtol · |b|, or a = b, as bool. The shapes broadcast. */
export function isclose(a: Tensor, b: Tensor, options: IsCloseOptions = {}): Tensor {
  takes("isclose", arguments.length, 3);
  checkTensor("isclose", "a", a);
  checkTensor("isclose", "b", b);
  checkOptions("isclose", options, closeNames);
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  checkNumber("isclose", "rtol", rtol);
  checkNumber("isclose", "atol", atol);
  return within("isclose", () => {
    const [given, wanted] = operands("isclose", a, b);
    const isEqual = given.eq(wanted);
    const bothNan = given.isnan().logicalAnd(wanted.isnan());
    const equal = equalNan ? isEqual.logicalOr(bothNan) : isEqual;
    const [x, y] = [given, wanted].map((t) => (isFloating(t.dtype) ? t : t.to("float64")));
    const distance = x.sub(y).abs();
    return equal.logicalOr(distance.isfinite().logicalAnd(distance.le(y.abs().mul(rtol).add(atol))));
  });
}

const largest = { float32: 2 ** 127 * (2 - 2 ** -23), float64: Number.MAX_VALUE } as const;

/** x with other numbers in the place of NaN, ∞ and -∞, with the gradient 0 there. */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  takes("nanToNum", arguments.length, 2);
  checkTensor("nanToNum", "x", x);
  checkOptions("nanToNum", options, replaceNames);
  return within("nanToNum", () => {
    if (!isFloating(x.dtype)) return x;
    const { nan = 0, posinf, neginf } = options;
    const upper = constant(x, posinf ?? largest[x.dtype]).where(x.eq(Infinity), x);
    const lower = constant(x, neginf ?? -largest[x.dtype]).where(x.eq(-Infinity), upper);
    return constant(x, nan).where(x.isnan(), lower);
  });
}

/** Whether exactly one of a and b is other than 0, as bool. The shapes broadcast. */
export function logicalXor(a: Tensor, b: Tensor): Tensor {
  takes("logicalXor", arguments.length, 2);
  checkTensor("logicalXor", "a", a);
  checkTensor("logicalXor", "b", b);
  return within("logicalXor", () => a.to("bool").ne(b.to("bool")));
}
