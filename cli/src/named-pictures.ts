// The pictures that an argument of the command line names: a file, or all pictures in a folder and its subfolders.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "./failure.ts";

export interface Named {
  readonly picture: string;
  /** Whether the picture was found in a folder that was named. */
  readonly folder: boolean;
}

const pictureNames = /\.(png|jpe?g|gif|bmp)$/i;

export function namedPictures(word: string): Named[] {
  const isFolder = statSync(word, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) return [{ picture: word, folder: false }];
  const found = walk(word);
  if (found.length === 0) throw new BadInput(`${word}: no PNG, JPEG, GIF or BMP in this folder; give another`);
  return found.map((picture) => ({ picture, folder: true }));
}

/** The pictures in the order of their names. Links to folders are not followed, to avoid circles; names with a leading dot are left out. */
function walk(folder: string): string[] {
  const entries = entriesOf(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  const shown = entries.filter(({ name }) => !name.startsWith("."));
  return shown.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return pictureNames.test(entry.name) ? [path] : [];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new BadInput(`${folder}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
