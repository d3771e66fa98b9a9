// Adapts the pictures of one part of a data set to the classes and channels of another.
import { tensor } from "chainrule";
import { type Dataset, matchClasses } from "chainrule/data";
import type { ImageSurvey } from "chainrule/node";
import { BadInput } from "../failure.ts";
import { shortList } from "../wording.ts";
import type { Part } from "./aside.ts";
import { readPictures } from "./read.ts";

export interface Classes {
  readonly classes: readonly string[];
  /** The name of the data whose classes are compared, and of what has these classes, for the message. */
  readonly name: string;
  readonly than: string;
}

/** Throws BadInput where a class is not among those that are known. Case, spaces at the ends and the form of accents do not count. */
export function checkClasses(own: readonly string[], { classes, name, than }: Classes): void {
  const places = matchClasses(own, classes);
  const unknown = own.filter((_, label) => places[label] < 0);
  if (unknown.length > 0)
    throw new BadInput(
      `${name}: has ${unknown.length === 1 ? "a class" : "classes"} that ${than} does not have: ${shortList(unknown, 8)}; ${than} has ${classes.length} classes, ${shortList(classes, 8)}`,
    );
}

/** The same pictures with labels that count in `classes`. Throws BadInput where the data have a class that is not among them. */
export function withClasses(data: Dataset, known: Classes): Dataset {
  checkClasses(data.classes, known);
  const places = matchClasses(data.classes, known.classes);
  const labels = tensor(Int32Array.from(data.labels.data, (n) => places[n]));
  return { images: data.images, labels, classes: known.classes };
}

export const colours = (channels: number) => (channels === 1 ? "grey" : "coloured");

/** Grey pictures in `channels`, each of which has the same levels. */
export function inChannels(data: Dataset, channels: number): Dataset {
  const [count, , height, width] = data.images.shape;
  const plane = height * width;
  const bytes = new Uint8Array(count * channels * plane);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      bytes.set(data.images.data.subarray(n * plane, (n + 1) * plane), (n * channels + c) * plane);
  return { ...data, images: tensor(bytes, { shape: [count, channels, height, width] }) };
}

/** The pictures of a folder in the number of channels that is wanted, and a note if they had another. */
export async function readInChannels(
  survey: ImageSurvey,
  wanted: Omit<Parameters<typeof readPictures>[1], "channels"> & { readonly channels: number },
): Promise<Part & { readonly files: readonly string[]; readonly note: string | null }> {
  const { channels, ...natural } = wanted;
  const found = await readPictures(survey, natural);
  const own = found.images.shape[1];
  if (own === channels) return { data: found, files: found.files, note: null };
  const note = `the pictures of ${survey.directory} are ${colours(own)}: they are taken as ${colours(channels)} ones`;
  // Grey levels are made before the picture is made smaller, as predict makes them, so coloured pictures are read again.
  if (channels === 1) {
    const grey = await readPictures(survey, { ...natural, channels });
    return { data: grey, files: grey.files, note };
  }
  return { data: inChannels(found, channels), files: found.files, note };
}
