// The cache of decoded pictures: a safetensors file of images and labels, whose metadata are
//
//   format    "chainrule-pictures-1"
//   names     the classes, as JSON
//   of        a fingerprint of the folder and the options
//   skipped   the pictures that could not be read, as JSON
//
// A cache only saves time: one that is stale or damaged is written anew, and a file that is not a cache is left as it is.
import type { Dataset } from "../data/dataset.ts";
import { checkDataset } from "../data/dataset.ts";
import { readSafetensors, writeSafetensors } from "../io/safetensors.ts";
import { checkWritable, readBytes, writeWhole } from "./files.ts";
import type { Skipped } from "./image-survey.ts";

type Kept = Dataset & { readonly skipped: readonly Skipped[] };

const format = "chainrule-pictures-1";

export interface Cache {
  readonly found: Kept | null;
  readonly save: (data: Kept) => Promise<void>;
}

/** Reads the cache. Throws at once where the file could not be written later. */
export async function openCache(file: string, fingerprint: string): Promise<Cache> {
  await checkWritable(file);
  const bytes = await readBytes(file).catch(() => null);
  const found = bytes === null ? null : parse(bytes, fingerprint);
  const mayReplace = bytes === null || bytes.length < 64 || Buffer.from(bytes.subarray(0, 512)).includes(format);
  const save = async (data: Kept) => {
    if (mayReplace) await writeWhole(file, serialise(data, fingerprint));
  };
  return { found, save };
}

function serialise({ images, labels, classes, skipped }: Kept, fingerprint: string): Uint8Array {
  const tensors = new Map(Object.entries({ images, labels }));
  const [names, left] = [JSON.stringify(classes), JSON.stringify(skipped)];
  return writeSafetensors(tensors, { format, names, of: fingerprint, skipped: left });
}

/** The cached data; null unless the file is whole and valid, and has this fingerprint. */
function parse(bytes: Uint8Array, fingerprint: string): Kept | null {
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    const images = tensors.get("images");
    const labels = tensors.get("labels");
    if (metadata.format !== format || metadata.of !== fingerprint || !images || !labels) return null;
    const data: Dataset = { images, labels, classes: JSON.parse(metadata.names) };
    checkDataset("loadImageFolder", data);
    return { ...data, skipped: JSON.parse(metadata.skipped) };
  } catch {
    return null;
  }
}
