// The error about a picture that a decoder refuses.
import { ChainruleError, wordsOf } from "../../errors/error.ts";
import type { FormatName } from "./format.ts";

/** Throws the error; one of the library's own, which says more, stays as it is. */
export function damaged(format: FormatName, error: unknown): never {
  if (error instanceof ChainruleError) throw error;
  // Decoders repeat themselves over several lines.
  const lines = new Set(
    wordsOf(error)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  );
  const words = [...lines].join(", ").slice(0, 200);
  throw new ChainruleError("file", "decodePicture", `the ${format} is damaged (${words})`, {}, { cause: error });
}
