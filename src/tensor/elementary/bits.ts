// Operations on the bits of integers, composed of bitwiseAnd and arithmetic modulo 2³².
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { constant, type Operand, operands } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

function integers(call: string, a: Tensor, b: Operand): [Tensor, Tensor] {
  checkTensor(call, "a", a);
  const [x, y] = operands(call, a, b);
  if (isFloating(x.dtype))
    throw new ChainruleError("dtype", call, `bits are those of integers and bool, not of ${describe(x)}`);
  return [x, y];
}

const and = (a: Tensor, b: Tensor): Tensor => a.apply("bitwiseAnd", [a, b]);

/** a & b, bit by bit, of integers or bool. The shapes broadcast. */
export function bitwiseAnd(a: Tensor, b: Operand): Tensor {
  takes("bitwiseAnd", arguments.length, 2);
  return within("bitwiseAnd", () => {
    const [x, y] = integers("bitwiseAnd", a, b);
    return x.dtype === "bool" ? x.logicalAnd(y) : and(x, y);
  });
}

/** a | b, bit by bit, of integers or bool. The shapes broadcast. */
export function bitwiseOr(a: Tensor, b: Operand): Tensor {
  takes("bitwiseOr", arguments.length, 2);
  return within("bitwiseOr", () => {
    const [x, y] = integers("bitwiseOr", a, b);
    return x.dtype === "bool" ? x.logicalOr(y) : x.add(y).sub(and(x, y));
  });
}

/** a ^ b, bit by bit, of integers or bool. The shapes broadcast. */
export function bitwiseXor(a: Tensor, b: Operand): Tensor {
  takes("bitwiseXor", arguments.length, 2);
  return within("bitwiseXor", () => {
    const [x, y] = integers("bitwiseXor", a, b);
    return x.dtype === "bool" ? x.ne(y) : x.add(y).sub(and(x, y).mul(2));
  });
}

/** ~x, bit by bit, of integers or bool. */
export function bitwiseNot(x: Tensor): Tensor {
  takes("bitwiseNot", arguments.length, 1);
  return within("bitwiseNot", () => {
    const [y] = integers("bitwiseNot", x, x);
    return y.dtype === "bool" ? y.logicalNot() : y.neg().sub(1);
  });
}

function shiftOperands(call: string, a: Tensor, b: Operand): { x: Tensor; count: Tensor; width: number } {
  const [x, count] = integers(call, a, b);
  if (x.dtype === "bool") throw new ChainruleError("dtype", call, 'bool has no bits to shift; use to("int32") first');
  return { x, count: count.to("int32"), width: x.dtype === "uint8" ? 8 : 32 };
}

/** x << count; 0 where count is negative, or at least the number of bits. The shapes broadcast. */
export function bitwiseLeftShift(x: Tensor, count: Operand): Tensor {
  takes("bitwiseLeftShift", arguments.length, 2);
  return within("bitwiseLeftShift", () => {
    const { x: a, count: b, width } = shiftOperands("bitwiseLeftShift", x, count);
    const isInside = b.ge(0).logicalAnd(b.lt(width));
    return a.mul(powerOfTwo(b.where(isInside, 0)).to(a.dtype)).where(isInside, 0);
  });
}

/** x >> count, with the sign of x; all bits are the sign where count is negative, or at least the number of bits. The shapes broadcast. */
export function bitwiseRightShift(x: Tensor, count: Operand): Tensor {
  takes("bitwiseRightShift", arguments.length, 2);
  return within("bitwiseRightShift", () => {
    const { x: a, count: b, width } = shiftOperands("bitwiseRightShift", x, count);
    const isInside = b.ge(0).logicalAnd(b.lt(width));
    // The bits of uint8 are followed by zeros in int32.
    const last = a.dtype === "uint8" ? width : width - 1;
    return shiftedRight(a.to("int32"), b.where(isInside, last)).to(a.dtype);
  });
}

const powerOfTwo = (count: Tensor): Tensor => constant(count, 2).pow(count);

/**
 * x >> count for counts from 0 to 31. x is upper · 2¹⁶ + lower, whose parts of 16 bits float32 divides by powers of 2 exactly. For a count
 * below 16 it is upper · 2¹⁶⁻ᶜᵒᵘⁿᵗ + (lower >> count), and else upper >> (count - 16).
 */
function shiftedRight(x: Tensor, count: Tensor): Tensor {
  const lower = and(x, constant(x, 0xffff));
  // A float32 holds x - lower exactly, since its last 16 bits are 0.
  const upper = x
    .sub(lower)
    .to("float32")
    .div(2 ** 16);
  const isSmall = count.lt(16);
  const small = count.where(isSmall, 0);
  const divided = (part: Tensor, by: Tensor) => part.div(powerOfTwo(by).to("float32")).floor().to("int32");
  const near = upper
    .to("int32")
    .mul(powerOfTwo(small.neg().add(16)))
    .add(divided(lower.to("float32"), small));
  return near.where(isSmall, divided(upper, count.sub(16).where(isSmall.logicalNot(), 0)));
}
