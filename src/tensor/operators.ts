// Arithmetic as functions, so that a number may stand on the left: sub(2, x). Tensor's methods take numbers on the right.
import { ChainruleError } from "../errors/error.ts";
import { shown, takes } from "./arguments.ts";
import { isTensor } from "./copies.ts";
import { promoteNumber } from "./dtype.ts";
import { constant, type Operand } from "./promotion.ts";
import type { Tensor } from "./tensor.ts";

type Name = "add" | "sub" | "mul" | "div" | "pow" | "maximum" | "minimum";

/** The method of the first operand; a number becomes a tensor of the other's shape first. */
function operate(call: Name, given: number, a: Operand, b: Operand): Tensor {
  takes(call, given, 2);
  if (isTensor(a)) return a[call](b);
  if (typeof a === "number" && isTensor(b)) {
    const dtype = promoteNumber(b.dtype, a);
    // In bool, which has no differences, the method throws for b.
    return b.dtype === "bool" && call === "sub" ? b.sub(a) : constant(b, a, dtype)[call](b);
  }
  throw new ChainruleError(
    "type",
    call,
    `takes two tensors, or a tensor and a number, not ${shown(a)} and ${shown(b)}`,
  );
}

/** a + b, of which one may be a number. */
export function add(a: Operand, b: Operand): Tensor {
  return operate("add", arguments.length, a, b);
}

/** a - b, of which one may be a number. Throws if either is bool. */
export function sub(a: Operand, b: Operand): Tensor {
  return operate("sub", arguments.length, a, b);
}

/** a · b, of which one may be a number. */
export function mul(a: Operand, b: Operand): Tensor {
  return operate("mul", arguments.length, a, b);
}

/** a / b, of which one may be a number; integers become float32. */
export function div(a: Operand, b: Operand): Tensor {
  return operate("div", arguments.length, a, b);
}

/** aᵇ, of which one may be a number. */
export function pow(a: Operand, b: Operand): Tensor {
  return operate("pow", arguments.length, a, b);
}

/** The larger of a and b, of which one may be a number. */
export function maximum(a: Operand, b: Operand): Tensor {
  return operate("maximum", arguments.length, a, b);
}

/** The smaller of a and b, of which one may be a number. */
export function minimum(a: Operand, b: Operand): Tensor {
  return operate("minimum", arguments.length, a, b);
}
