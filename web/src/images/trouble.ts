// What went wrong by somebody's file or network, in words for the page. Anything else that is thrown is our own bug.
import { ChainruleError } from "chainrule";

export class Trouble extends Error {}

/** Data that could not be fetched, which may be there the next time. */
export class Missing extends Trouble {}

/** What to throw where a file was read: what the library says of its bytes becomes Trouble, everything else stays what it is. */
export function aboutFile(error: unknown, say: (words: string) => string, kind = Trouble): unknown {
  const itsFault = error instanceof ChainruleError && error.code === "file";
  return itsFault ? new kind(say(error.words), { cause: error }) : error;
}
