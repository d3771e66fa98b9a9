// Arithmetic on addresses and counts, shared by the loops of all convolutions.
import type { Code, Local } from "../assembler/assembler.ts";

/** Adds index · bytes to the address on the stack. */
export const addSteps = (code: Code, index: Local, bytes: number): Code =>
  bytes === 0 ? code : code.get(index).i32(bytes).op("i32.mul", "i32.add");

/** to = min(limit − from, size): the length of a block of at most `size` items that begins at `from` of `limit`. */
export function setCount(code: Code, to: Local, from: Local, size: number, limit: number): void {
  code.i32(limit).get(from).op("i32.sub").tee(to).i32(size).get(to).i32(size).op("i32.lt_s", "select").set(to);
}
