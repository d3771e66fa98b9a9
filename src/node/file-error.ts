// A file that cannot be used is what people look for first: the message begins with its name, and `call` still says who needed it.
import { ChainruleError, type ErrorDetails } from "../errors/error.ts";

/** The message is `file: words`; `details` has the file and whatever else is given, as the byte where it goes wrong. */
export function fileError(
  call: string,
  file: string,
  words: string,
  { cause, ...details }: ErrorDetails & { readonly cause?: unknown } = {},
): ChainruleError {
  return new ChainruleError("file", call, words, { file, ...details }, { cause, place: file });
}
