// Writes elementwise ops from their formulas (schedule/body/elementwise.ts): operands and results are in locals.
import type { ElementwiseName } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { variable } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { typeOf as loopTypeOf, narrow as narrowed, valueOfOp } from "../../../schedule/body/elementwise.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import type { Form, KernelContext } from "../kernel-writer.ts";
import { localType, pushAfter } from "../loops/write.ts";
import type { Place, ValueLocal } from "./place.ts";

/** Computes an op and returns its result in a local. */
export function writeOperation(place: Place, op: ElementwiseName, operands: readonly ValueLocal[], to: DType): Local {
  const { code, context, form } = place;
  const locals = new Map<Variable, Local>();
  const values = operands.map(({ local, dtype, constant }) => {
    const value = variable("operand", loopTypeOf(form, dtype));
    locals.set(value, local);
    return { value, constant };
  });
  const block = new Block();
  const from = operands[operands.length - 1].dtype;
  const result = valueOfOp(op, { block, form, operands: values, from, to });
  return inLocal(code, context, block, result, locals);
}

/** Writes the statements of a block and the value after them into a new local. */
export function inLocal(
  code: Code,
  { callees }: KernelContext,
  block: Block,
  value: Expression,
  variables: Map<Variable, Local>,
): Local {
  pushAfter(code, block.statements, value, variables, (name) => callees.functions.get(name));
  const local = code.local(localType(value.type));
  code.set(local);
  return local;
}

/** Rounds or wraps the value on the stack to its dtype. */
export function narrow(code: Code, form: Form, dtype: DType): void {
  const value = variable("value", loopTypeOf(form, dtype));
  const result = narrowed(value, form, dtype);
  if (result === value) return;
  const local = code.local(typeOf(form, dtype));
  code.set(local);
  pushAfter(code, [], result, new Map([[value, local]]));
}

/** The WebAssembly type of a dtype's values. */
export const typeOf = (form: Form, dtype: DType) => localType(loopTypeOf(form, dtype));
