// Errors about files: the message begins with the file's name, which users look for first, and `call` names the function that needed it.
import { ChainruleError, type ErrorDetails } from "../errors/error.ts";

/** An error with the message `file: words`. Its `details` hold the file and the given facts, such as the byte of the fault. */
export function fileError(
  call: string,
  file: string,
  words: string,
  { cause, ...details }: ErrorDetails & { readonly cause?: unknown } = {},
): ChainruleError {
  return new ChainruleError("file", call, words, { file, ...details }, { cause, place: file });
}
