// An op of the op table at one point of a loop: its operands, and where its formula stands.
import type { Block } from "../../loops/block.ts";
import type { Expression } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { BodyForm } from "./form.ts";

/** An operand: its value, and the number if it is a constant. */
export interface Operand {
  readonly value: Expression;
  readonly constant: number | undefined;
}

export interface Operation {
  /** Where the formula declares what it uses more than once. */
  readonly block: Block;
  readonly form: BodyForm;
  readonly operands: readonly Operand[];
  /** dtypes of the last operand and of the result. */
  readonly from: DType;
  readonly to: DType;
}
