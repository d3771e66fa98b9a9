// Two kinds of failure: what a person gave us is wrong, which deserves a sentence and exit code 2, or we are, which deserves a stack
// trace. The library's errors say by their code which of the two it is.
import { ChainruleError } from "chainrule";

/** Something the user gave cannot be used. The message names it and says what would help. */
export class BadInput extends Error {}

/** Thrown where somebody asked to stop in the middle of what has no other way to be stopped. */
export class GaveUp extends Error {}

/** What the command line itself did wrong when it called the library. */
const ours: ReadonlySet<string> = new Set(["internal", "type", "order", "traced"]);

/** The error in words for who typed the command: a file's name stays in front, a call of the library's means nothing to them. */
const told = ({ place, message, words }: ChainruleError, file: string | null) =>
  place !== null ? message : file !== null ? `${file}: ${words}` : words;

/**
 * Runs what depends on the user's files; what it says about them becomes BadInput, our own mistakes stay what they are. `file` is where
 * bytes came from that the library was given without a name.
 */
export async function reading<T>(work: () => T | Promise<T>, file: string | null = null): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ChainruleError) || ours.has(error.code)) throw error;
    throw new BadInput(told(error, file), { cause: error });
  }
}
