// The pictures that an argument of the command line names: a file, or all pictures in a folder and its subfolders.
import { statSync } from "node:fs";
import { findPictures } from "chainrule/node";
import { BadInput, reading } from "../failure.ts";
import { linkNotes, passedOverNotes } from "./notes.ts";

export interface Named {
  readonly pictures: readonly string[];
  /** Whether the pictures were found in a folder that was named. */
  readonly inFolder: boolean;
  /** Sentences about what was passed over in the folder. */
  readonly notes: readonly string[];
}

/** Throws BadInput about a folder that holds no pictures. */
export async function namedPictures(word: string): Promise<Named> {
  const isFolder = statSync(word, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) return { pictures: [word], inFolder: false, notes: [] };
  const { pictures, passedOver, links } = await reading(() => findPictures(word));
  const notes = passedOverNotes(passedOver);
  if (pictures.length === 0)
    throw new BadInput(
      `${word}: no PNG, JPEG, GIF or BMP in this folder, nor a WebP, AVIF or TIFF${notes.length > 0 ? ` (${notes.join("; ")})` : ""}; give another`,
    );
  return { pictures, inFolder: true, notes: [...linkNotes(links), ...notes] };
}
