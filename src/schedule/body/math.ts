// Which function of loops/math an instruction needs.
import type { Instruction } from "../../compiler/kernel.ts";
import type { MathName } from "../../loops/math/functions.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { type Entry, formulas } from "./elementwise.ts";

/** The function of loops/math that an instruction computes; null if there is none. */
export function mathOf(instruction: Instruction): MathName | null {
  if (instruction.kind !== "op" || !isFloating(instruction.dtype)) return null;
  const { math }: Entry = formulas[instruction.op];
  return math ?? null;
}
