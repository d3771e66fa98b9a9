// Promotion and broadcasting: before an elementwise op, both operands get one dtype, then one shape.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "./arguments.ts";
import { isTensor, strangeness } from "./copies.ts";
import { type DType, describe, isFloating, promote, promoteNumber, type Type, toFloating } from "./dtype.ts";
import { broadcastShapes, sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** @inline */
export type Operand = Tensor | number;

const category = (dtype: DType): number => (isFloating(dtype) ? 2 : dtype === "bool" ? 0 : 1);

/** PyTorch's rule: a 0-d tensor promotes a tensor with dims only to a higher category (bool, integer, floating), as a number does. */
function commonDType(a: Type, b: Type): DType {
  if ((a.shape.length === 0) === (b.shape.length === 0)) return promote(a.dtype, b.dtype);
  const [array, single] = a.shape.length === 0 ? [b, a] : [a, b];
  return category(single.dtype) > category(array.dtype) ? promote(a.dtype, b.dtype) : array.dtype;
}

function noOperand(call: string, x: Tensor, o: unknown): ChainruleError {
  const strange = strangeness(o);
  if (strange !== null) return new ChainruleError("package", call, strange);
  const cure = Array.isArray(o) || ArrayBuffer.isView(o) ? "; tensor(...) makes one of it" : "";
  return new ChainruleError("type", call, `${describe(x)} goes with a tensor or a number, not with ${shown(o)}${cure}`);
}

/** Both operands in their common dtype; a number becomes a constant tensor of the other's shape. */
export function promoted(call: string, x: Tensor, o: Operand): [Tensor, Tensor] {
  if (typeof o === "number") {
    const dtype = promoteNumber(x.dtype, o);
    return [x.to(dtype), constant(x, o, dtype)];
  }
  if (!isTensor(o)) throw noOperand(call, x, o);
  const dtype = commonDType(x, o);
  return [x.to(dtype), o.to(dtype)];
}

/** Both tensors expanded to the shape that they broadcast to. */
export function arrange(call: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (sameShape(a.shape, b.shape)) return [a, b];
  const shape = broadcastShapes(call, a.shape, b.shape);
  return [a.expand(shape), b.expand(shape)];
}

/** Both operands in one dtype and one shape, as elementwise ops take them. */
export function operands(call: string, x: Tensor, o: Operand): [Tensor, Tensor] {
  return arrange(call, ...promoted(call, x, o));
}

/** A tensor as a floating one: integers become float32. */
export const floating = (x: Tensor): Tensor => x.to(toFloating(x.dtype));

/** A tensor with one value in all elements, with the shape of another tensor, and its dtype if no other is given. */
export function constant(like: Tensor, value: number, dtype: DType = like.dtype): Tensor {
  return like.apply("full", [], { shape: like.shape, dtype, value });
}

/** Throws for bool, which has no negatives, differences or powers. */
export function checkNumeric<T extends readonly Tensor[]>(call: string, inputs: T): T {
  if (inputs.some(({ dtype }) => dtype === "bool")) {
    throw new ChainruleError(
      "dtype",
      call,
      `bool has no arithmetic of this kind; use logicalNot(), logicalAnd() or logicalOr(), or to("int32") first`,
    );
  }
  return inputs;
}
