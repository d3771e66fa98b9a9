// Pictures from files, one after the other: each is decoded, framed for the net, and answered. A picture that cannot be read is told in its
// place, and the others are still taken.

import { decode } from "../files/decode.ts";
import type { Taken } from "../messages.ts";
import type { Told } from "../told.ts";
import { Trouble } from "../trouble.ts";
import type { Classifier } from "./classifier.ts";

interface Step {
  readonly taken: Taken;
  /** How many files are still to come. */
  readonly rest: number;
  /** What the visitor should know of a picture that was taken; null where there is nothing. */
  readonly told: Told | null;
}

export async function* eachPicture(files: readonly File[], classifier: () => Classifier): AsyncGenerator<Step> {
  for (const [n, file] of files.entries()) {
    const rest = files.length - 1 - n;
    try {
      const { picture, told } = await decode(file);
      const bytes = classifier().frame(picture);
      if (bytes === null) throw new Trouble({ about: "noInk", name: file.name });
      yield { taken: { name: file.name, bytes, answer: classifier().answer(bytes) }, rest, told };
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      yield { taken: { name: file.name, told: error.told }, rest, told: null };
    }
  }
}
