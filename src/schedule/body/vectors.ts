// How many neighbouring vectors a body processes at a time.
import type { Instruction } from "../../compiler/kernel.ts";
import { mathOf } from "./math.ts";

/** The most vectors that are processed at a time. */
const maxVectors = 4;

/** Whether vectors share what is costly: the constants of functions of loops/math, or blocks of random bits. */
export const sharesConstants = (instructions: readonly Instruction[]): boolean =>
  instructions.some((instruction) => instruction.kind === "randomBits" || mathOf(instruction) !== null);

/** Several vectors for instructions that share constants and for short bodies, whose loop overhead counts. */
export function vectorsAtATime(instructions: readonly Instruction[]): number {
  const { length } = instructions;
  return sharesConstants(instructions) || length <= 12 ? maxVectors : length <= 24 ? 2 : 1;
}
