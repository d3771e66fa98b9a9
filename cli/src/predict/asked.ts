// What the words of predict ask for: pictures, in the order of the words, with what is to be said between them.
import { BadInput } from "../failure.ts";
import { type Named, namedPictures } from "../pictures/named.ts";

/** What a word asks for: a picture to recognise, a sentence to say, or an error to report, in the order of the words. */
export type Asked =
  | { readonly kind: "picture"; readonly path: string; readonly inFolder: boolean }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "problem"; readonly image: string; readonly message: string };

export async function askedBy(words: readonly string[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const word of words) {
    try {
      const { pictures, inFolder, notes }: Named = await namedPictures(word);
      for (const text of notes) asked.push({ kind: "note", text });
      for (const path of pictures) asked.push({ kind: "picture", path, inFolder });
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      asked.push({ kind: "problem", image: word, message: error.message });
    }
  }
  return asked;
}
