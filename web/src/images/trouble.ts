// Errors of the visitor's files and network, which the page tells in its language. Any other error is a bug of the page.
import { ChainruleError } from "chainrule";
import type { Told } from "./told.ts";

export class Trouble extends Error {
  readonly told: Told;

  constructor(told: Told, options?: ErrorOptions) {
    super(told.about, options);
    this.told = told;
  }
}

/** Data could not be fetched; another attempt may succeed. */
export class Missing extends Trouble {}

/** The error to throw where reading a file failed: the library's error about its bytes becomes Trouble, any other error stays as it is. */
export function aboutFile(error: unknown, say: (words: string) => Told, kind = Trouble): unknown {
  const isFileError = error instanceof ChainruleError && error.code === "file";
  return isFileError ? new kind(say(error.words), { cause: error }) : error;
}
