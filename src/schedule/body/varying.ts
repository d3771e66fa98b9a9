// Which values differ from lane to lane.
import { type Instruction, type Value, wordsOf } from "../../compiler/kernel.ts";

/**
 * Whether an instruction's value differs from lane to lane: `along` says whether an access with such strides does, `varying` holds the
 * earlier values that do.
 */
export function variesAlong(
  instruction: Instruction,
  along: (strides: readonly number[]) => boolean,
  varying: ReadonlySet<Value>,
): boolean {
  switch (instruction.kind) {
    case "load": {
      const { access, indirection } = instruction;
      return along(access.strides) || (indirection !== undefined && varying.has(indirection.value));
    }
    case "constant":
      return false;
    case "position":
      return along(instruction.strides);
    case "randomBits": {
      return wordsOf(instruction).some(({ strides }) => along(strides)) || varying.has(instruction.position);
    }
    case "op":
      return instruction.operands.some((operand) => varying.has(operand));
    default:
      return instruction satisfies never;
  }
}
