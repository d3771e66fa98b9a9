// The parts of streamed data. Which pictures are set aside follows from their labels alone, so that they are those that the same seed sets
// aside of pictures in memory.
import { tensor } from "chainrule";
import type { ImageFolderStream, ImageSurvey } from "chainrule/node";
import type { Part } from "../pictures/aside.ts";
import { HashedPictures } from "./copies.ts";

/** The pictures of a folder whose headers can be read, with one byte for each: enough to divide them. */
export function labelsOf({ files, sizes, classes }: ImageSurvey): Part {
  const readable = files.filter((_, n) => sizes[n] !== null);
  const count = readable.length;
  const data = {
    images: tensor(new Uint8Array(count), { shape: [count, 1, 1, 1] }),
    labels: tensor(Int32Array.from(readable, ({ label }) => label)),
    classes,
  };
  return { data, files: readable.map(({ path }) => path) };
}

/** Streamed pictures of a part, and the path of each. */
export interface StreamedPart {
  readonly hashed: HashedPictures;
  readonly files: readonly string[];
}

/** The pictures of a part, in the order of the stream, with the labels and classes of the part. */
export function streamedPart(stream: ImageFolderStream, { data, files }: Part): StreamedPart {
  const indexOf = new Map(stream.files.map((path, index) => [path, index]));
  const chosen = (files ?? [])
    .map((path, n) => ({ path, index: indexOf.get(path) ?? -1, label: data.labels.data[n] }))
    .sort((a, b) => a.index - b.index);
  const labels = tensor(Int32Array.from(chosen, ({ label }) => label));
  const selected = stream.select(Int32Array.from(chosen, ({ index }) => index));
  return {
    hashed: new HashedPictures(selected, { labels, classes: data.classes }),
    files: chosen.map(({ path }) => path),
  };
}
