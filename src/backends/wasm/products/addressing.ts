// Arithmetic on addresses and counts that the loops of all convolutions share.
import type { Code, Local } from "../assembler/assembler.ts";

/** The address on the stack += index · bytes. */
export const addSteps = (code: Code, index: Local, bytes: number): Code =>
  bytes === 0 ? code : code.get(index).i32(bytes).op("i32.mul", "i32.add");

/** to = min(limit − from, size): how many there are in a block that begins at `from`. */
export function setCount(code: Code, to: Local, from: Local, size: number, limit: number): void {
  code.i32(limit).get(from).op("i32.sub").tee(to).i32(size).get(to).i32(size).op("i32.lt_s", "select").set(to);
}
