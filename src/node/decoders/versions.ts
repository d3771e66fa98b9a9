// Finds the installed decoders and their versions without loading them, since that takes a tenth of a second. A cache of decoded pictures is
// used only with the decoders that made it: others may give other pixels.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { DecoderName } from "./installed.ts";

/** The installed decoders, as "sharp 0.35.5, jimp 1.6.0". */
export function decoderVersions(): string {
  const names: readonly DecoderName[] = ["sharp", "jimp"];
  return names.flatMap((name) => versionOf(name) ?? []).join(", ");
}

/** The name and version of a package; null where it is not installed. */
export function versionOf(name: DecoderName): string | null {
  try {
    let folder = dirname(createRequire(import.meta.url).resolve(name));
    // The folders between may have a package.json of another name.
    for (;;) {
      const file = join(folder, "package.json");
      const found = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
      if (found.name === name) return `${name} ${found.version}`;
      if (folder === dirname(folder)) return null;
      folder = dirname(folder);
    }
  } catch {
    return null;
  }
}
