// Errors of the visitor's files and network, whose messages the page shows. Any other error is a bug of the page.
import { ChainruleError } from "chainrule";

export class Trouble extends Error {}

/** Data could not be fetched; another attempt may succeed. */
export class Missing extends Trouble {}

/** The error to throw where reading a file failed: the library's error about its bytes becomes Trouble, any other error stays as it is. */
export function aboutFile(error: unknown, say: (words: string) => string, kind = Trouble): unknown {
  const isFileError = error instanceof ChainruleError && error.code === "file";
  return isFileError ? new kind(say(error.words), { cause: error }) : error;
}
