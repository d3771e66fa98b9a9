// How many colours the text may have, by the terminal and by what the user asked for: https://no-color.org, and FORCE_COLOR as Node reads it.
import type { Stream } from "./output.ts";

/** none; the palette of 256 colours; 24 bits. Fewer than 256 colours cannot show a picture. */
export type Colours = "none" | "palette" | "true";

export function coloursOf(
  stream: Pick<Stream, "isTTY" | "getColorDepth">,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Colours {
  const { TERM, NO_COLOR = "", FORCE_COLOR } = env;
  if (TERM === "dumb" || NO_COLOR !== "") return "none";
  switch (FORCE_COLOR) {
    case undefined:
      break;
    case "0":
    case "false":
      return "none";
    case "3":
      return "true";
    default:
      return "palette";
  }
  if (stream.isTTY !== true) return "none";
  const depth = stream.getColorDepth?.({ ...env }) ?? 1;
  return depth >= 24 ? "true" : depth >= 8 ? "palette" : "none";
}
