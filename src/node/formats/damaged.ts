// The error about a picture that a decoder refuses.
import { ChainruleError, wordsOf } from "../../errors/error.ts";
import type { FormatName } from "./format.ts";

/** Throws the error; one of the library's own, which says more, stays as it is. */
export function damaged(format: FormatName, error: unknown): never {
  if (error instanceof ChainruleError) throw error;
  // Decoders repeat themselves over several lines, at times with other numbers.
  const lines = new Map<string, string>();
  for (const line of wordsOf(error)
    .split("\n")
    .map((part) => part.trim())) {
    const pattern = line.replaceAll(/\d+/g, "0");
    if (line !== "" && !lines.has(pattern)) lines.set(pattern, line);
  }
  const words = [...lines.values()].join(", ").slice(0, 200);
  throw new ChainruleError("file", "decodePicture", `the ${format} is damaged (${words})`, {}, { cause: error });
}
