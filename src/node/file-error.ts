// Errors about files: the message begins with the file's name, which users look for first, and `call` names the function that needed it.
import { ChainruleError, type ErrorDetails } from "../errors/error.ts";
import { printable } from "./printable.ts";

/**
 * An error with the message `file: words`, in one line that a terminal can print. Its `details` hold the file, as it is called, and the
 * given facts, such as the byte of the fault.
 */
export function fileError(
  call: string,
  file: string,
  words: string,
  { cause, ...details }: ErrorDetails & { readonly cause?: unknown } = {},
): ChainruleError {
  return new ChainruleError("file", call, printable(words), { file, ...details }, { cause, place: printable(file) });
}

/** Throws an error about the bytes of a file again, with the file's name; any other error is thrown as it is. */
export function throwWithFile(call: string, file: string, error: unknown): never {
  if (!(error instanceof ChainruleError) || error.code !== "file") throw error;
  throw fileError(call, file, error.words, { ...error.details, cause: error });
}
