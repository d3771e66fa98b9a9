// The error about a picture that every decoder refuses.
import { ChainruleError, wordsOf } from "../../errors/error.ts";
import { printable } from "../printable.ts";
import type { FormatName } from "./format.ts";

/** Of the decoder's words. */
const maxLetters = 200;

/** Throws an error with a decoder's words. An error of the library says more, so it is thrown as it is. */
export function throwDamaged(format: FormatName, error: unknown): never {
  if (error instanceof ChainruleError) throw error;
  // A decoder may report the same fault on several lines, with different numbers: the first of them is enough.
  const lines = new Map<string, string>();
  for (const line of wordsOf(error)
    .split("\n")
    .map((part) => part.trim())) {
    const pattern = line.replaceAll(/\d+/g, "0");
    if (line !== "" && !lines.has(pattern)) lines.set(pattern, line);
  }
  const words = printable([...lines.values()].join(", ").slice(0, maxLetters));
  throw new ChainruleError("file", "decodePicture", `the ${format} is damaged (${words})`, {}, { cause: error });
}
