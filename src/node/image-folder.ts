// A data set as people keep one: a folder for each class, pictures in it.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { planes } from "../data/picture.ts";
import { resize } from "../data/resize.ts";
import { tensor } from "../tensor/create.ts";
import { explain } from "./files.ts";
import { loadPicture } from "./pictures.ts";

/**
 * One class a subfolder, both classes and files in the order of their names; every PNG and JPEG in it (.png, .jpg, .jpeg), other
 * files and names with a leading dot left out. Pictures are turned upright, what is transparent shows white, and all are stretched
 * to `size`; without one they have to be of one size. channels: 3 (red, green, blue; the default) or 1 (grey).
 * Gives images uint8 [N, C, H, W]. Throws, naming the folder or file, where there is nothing to read or something cannot be read.
 */
export async function loadImageFolder(
  directory: string,
  options: { size?: [height: number, width: number]; channels?: 1 | 3 } = {},
): Promise<Dataset> {
  const { channels = 3 } = options;
  if (channels !== 1 && channels !== 3) throw new RangeError(`loadImageFolder: channels are 1 or 3, not ${channels}`);
  if (
    options.size !== undefined &&
    !(options.size.length === 2 && options.size.every((n) => Number.isSafeInteger(n) && n > 0))
  )
    throw new RangeError(`loadImageFolder: size is [height, width] in pixels, not [${options.size}]`);
  const classes = await list(directory, (entry) => entry.isDirectory());
  if (classes.length === 0) throw new Error(`${directory}: no folders in it; each class needs one, with its pictures`);
  const files: { file: string; label: number }[] = [];
  for (const [label, name] of classes.entries()) {
    const pictures = await list(
      join(directory, name),
      (entry) => !entry.isDirectory() && /\.(png|jpe?g)$/i.test(entry.name),
    );
    if (pictures.length === 0) throw new Error(`${join(directory, name)}: no PNG or JPEG in it`);
    for (const picture of pictures) files.push({ file: join(directory, name, picture), label });
  }

  let size = options.size;
  let images = new Uint8Array(0);
  for (const [n, { file }] of files.entries()) {
    const picture = await loadPicture(file);
    if (size === undefined) size = [picture.height, picture.width];
    const [height, width] = size;
    if (options.size === undefined && (picture.height !== height || picture.width !== width))
      throw new Error(
        `${file}: is ${picture.width}×${picture.height}, ${files[0].file} ${width}×${height}; give loadImageFolder a size`,
      );
    if (n === 0) images = new Uint8Array(files.length * channels * height * width);
    for (const [c, plane] of planes(picture, channels).entries())
      images.set(resize(plane, width, height).data.map(Math.round), (n * channels + c) * height * width);
  }
  const [height, width] = size ?? [0, 0];
  return {
    images: tensor(images, { shape: [files.length, channels, height, width] }),
    labels: tensor(Int32Array.from(files, ({ label }) => label)),
    classes,
  };
}

interface Entry {
  readonly name: string;
  isDirectory(): boolean;
}

async function list(directory: string, wanted: (entry: Entry) => boolean): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error) => explain(directory, error));
  const names = entries.filter((entry) => !entry.name.startsWith(".") && wanted(entry)).map(({ name }) => name);
  return names.sort((a, b) => (a < b ? -1 : 1));
}
