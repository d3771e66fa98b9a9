// The two kinds of failure: the user's input is wrong, which is reported in a sentence with exit code 2, or chainrule has a bug, which is
// reported with a stack trace. The code of a library error says which of the two it is.
import { ChainruleError } from "chainrule";
import { systemReason } from "chainrule/node";

/** The user's input cannot be used. The message names it and says what would help. */
export class BadInput extends Error {}

/** Thrown to end work that has no other way to be stopped, after the user asked to stop or the reader of the output has gone. */
export class GaveUp extends Error {
  /** Whether the next run goes on where this one ended. */
  readonly isResumable: boolean;

  constructor({ isResumable = false }: { readonly isResumable?: boolean } = {}) {
    super();
    this.isResumable = isResumable;
  }
}

/** For a promise that may be ended early: the request to stop as a result, any other error as it is. */
export function gaveUp(error: unknown): GaveUp {
  if (error instanceof GaveUp) return error;
  throw error;
}

/** The codes of errors that the command line causes by a wrong call of the library. */
const bugCodes: ReadonlySet<string> = new Set(["internal", "type", "order", "traced"]);

/** The error's words for the user: with the file's name in front, if there is one, and without the name of the library's function. */
const wordsFor = ({ place, message, words }: ChainruleError, file: string | null) =>
  place !== null ? message : file !== null ? `${file}: ${words}` : words;

/**
 * Runs work that depends on the user's files: a library error about them becomes BadInput, any other error is thrown as it is. `file` is
 * the name for the message where the library got bytes without a name.
 */
export async function reading<T>(work: () => T | Promise<T>, file: string | null = null): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ChainruleError) || bugCodes.has(error.code)) throw error;
    throw new BadInput(wordsFor(error, file), { cause: error });
  }
}

/** The reason why the operating system refused to read or write a file, in words; of any other error its message. */
export const reasonOf = (error: unknown): string =>
  systemReason(error) ?? (error instanceof Error ? error.message : String(error));
