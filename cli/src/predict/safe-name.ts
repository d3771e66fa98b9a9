// Names of files and folders that every system accepts. A class may have any name: a model file can come from anywhere, and its classes may
// be called "../x", "CON" or "a/b".
import { parse } from "node:path";
import { pictureKind } from "chainrule/node";

/** Path separators, what Windows forbids, control characters, and marks of the text's direction. */
const forbidden = /[/\\<>:"|?*\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Names of devices on Windows, with any ending. */
const device = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i;

/** Bytes in UTF-8. Systems take up to 255; a number may follow. */
const maxBytes = 200;
const maxEndingBytes = 40;

/**
 * The name with "_" for each character that a file system may refuse, cut to a length in bytes. "_" stands in front of a name that belongs
 * to a system, such as "CON" or "__MACOSX", and instead of a leading dot, which hides files.
 */
export function safeName(name: string, bytes = maxBytes): string {
  const plain = cut(name.replace(forbidden, "_"), bytes)
    .replace(/^[. ]+/, "_")
    .replace(/[. ]+$/, "_");
  if (plain === "") return "_";
  return device.test(plain) || pictureKind(plain) === "system" ? `_${plain}` : plain;
}

/** The last part of a path as a safe name. Of a long one the ending stays. */
export function safeFileName(path: string): string {
  const { name, ext } = parse(path);
  return safeName(`${safeName(name, maxBytes - maxEndingBytes)}${ext}`);
}

function cut(name: string, bytes: number): string {
  let text = "";
  for (const character of name) {
    if (Buffer.byteLength(text + character) > bytes) break;
    text += character;
  }
  return text;
}

/** A folder name for each class. No two are the same, also on systems that do not tell cases or forms of accents apart. */
export function folderNames(classes: readonly string[]): string[] {
  const key = (name: string) => name.normalize("NFC").toLowerCase();
  const taken = new Set<string>();
  // A class whose own name is safe gets it, also where a class before it would become the same.
  const reserved = new Set(classes.filter((name) => safeName(name) === name).map(key));
  return classes.map((name) => {
    const safe = safeName(name);
    let free = safe;
    const isTaken = () => taken.has(key(free)) || (free !== name && reserved.has(key(free)));
    for (let k = 2; isTaken(); k++) free = `${safe}-${k}`;
    taken.add(key(free));
    return free;
  });
}
