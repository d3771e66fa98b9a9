// Loads a folder of pictures, with a subfolder for each class, as a data set.

import type { Dataset } from "../data/dataset.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { tensor } from "../tensor/create.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { withinAsync } from "../tensor/within.ts";
import type { Decoded, DecodeJob } from "./decode-job.ts";
import { openPool, type Pool } from "./decode-pool.ts";
import { fileError } from "./file-error.ts";
import { openCache } from "./picture-cache.ts";
import { digestOf, listPictures, type PictureFile, type PictureFiles } from "./picture-files.ts";
import { commonestSize } from "./picture-size.ts";

/** The options of loadImageFolder: size and channels of the pictures, unreadable pictures, cache, threads and progress. */
export interface ImageFolderOptions {
  /** The size of all pictures in pixels. Without it: the commonest size, with a longer side of at most 256 (see loadImageFolder). */
  size?: [height: number, width: number] | undefined;
  /** 3: red, green, blue. 1: grey. Without it: 1 where every picture is grey, else 3. */
  channels?: 1 | 3 | undefined;
  /** Leave out pictures that cannot be read, and list them in `skipped`, rather than throw. */
  skipBroken?: boolean | undefined;
  /** A file for the decoded pictures. It is written whole or not at all, and not used once a picture or an option has changed. */
  cache?: string | undefined;
  /** The number of threads that decode, 0 for none. Without it: one for each processor, or none for few pictures. */
  threads?: number | undefined;
  /** Called from time to time with the number of pictures that were read and their total; the last time with all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

const names: OptionNames<ImageFolderOptions> = {
  size: true,
  channels: true,
  skipBroken: true,
  cache: true,
  threads: true,
  onProgress: true,
};

/** A picture that cannot be read, and the reason. */
export interface Skipped {
  readonly file: string;
  readonly problem: string;
}

/** A data set of a folder's pictures, and the list of those that skipBroken left out. */
export interface ImageFolder extends Dataset {
  readonly skipped: readonly Skipped[];
}

/**
 * Loads a folder of pictures as images uint8 [N, C, H, W], labels int32 [N] and classes. Each subfolder is a class, in the order of their
 * names; its pictures are the PNG, JPEG, GIF (the first frame) and BMP files in it and in its own subfolders, in the order of their paths.
 * Other files and names with a leading dot are left out.
 *
 * Pictures are turned upright according to their EXIF data; transparent parts become white; grey is 0.299 R + 0.587 G + 0.114 B. Each
 * picture is fitted into `size` with its proportions kept, and the rest of the frame gets the level of the picture's edge. Without `size`
 * the frame has the commonest size of the pictures (of a thousand of them), if at least half have it, else their median height and width;
 * a longer side above 256 is reduced to 256.
 *
 * Throws an error that names the folder or the file where there are fewer than two classes or a class without pictures. Pictures that
 * cannot be read are all named in one error.
 */
export function loadImageFolder(directory: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  return withinAsync("loadImageFolder", () => load(directory, options));
}

async function load(directory: string, options: ImageFolderOptions): Promise<ImageFolder> {
  checkOptions("loadImageFolder", options, names);
  checkValues(options);
  const { size, channels, skipBroken = false, threads, onProgress } = options;
  const folder = await listPictures(directory);
  const { files } = folder;
  const print = () => digestOf(directory, folder, [size, channels, skipBroken]);
  const cache = options.cache === undefined ? null : await openCache(options.cache, print());
  if (cache?.found) {
    onProgress?.(files.length, files.length);
    return cache.found;
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const pool = await openPool({ files: files.length, bytes }, threads);
  try {
    const frame = size ?? (await measure(pool, files));
    const data = await decode(pool, folder, { directory, size: frame, channels, skipBroken, onProgress });
    await cache?.save(data);
    return data;
  } finally {
    await pool.close();
  }
}

function checkValues({ size, channels, threads }: ImageFolderOptions): void {
  if (channels !== undefined && channels !== 1 && channels !== 3)
    throw new ChainruleError("option", "loadImageFolder", `channels are 1 or 3, not ${channels}`);
  if (
    size !== undefined &&
    !(Array.isArray(size) && size.length === 2 && size.every((side) => isWhole(side, { from: 1 })))
  )
    throw new ChainruleError("option", "loadImageFolder", `size is [height, width] in pixels, not [${size}]`);
  if (threads !== undefined) checkWhole("loadImageFolder", "threads", threads, { from: 0 });
}

/** The number of pictures, evenly spread, that are measured to find the commonest size. */
const measuredPictures = 1000;

async function measure(pool: Pool, files: readonly PictureFile[]): Promise<[height: number, width: number]> {
  const sizes: [number, number][] = [];
  const step = Math.ceil(files.length / measuredPictures);
  const some = files.filter((_, n) => n % step === 0);
  const jobs = portions(some).map(({ paths }): DecodeJob => ({ kind: "measure", paths }));
  await pool.run(jobs, ({ data }) => {
    for (let n = 0; n < data.length; n += 2) if (data[n] > 0) sizes.push([data[n], data[n + 1]]);
  });
  // Decoding reports pictures that cannot be read.
  return sizes.length > 0 ? commonestSize(sizes) : [1, 1];
}

interface Wanted extends Pick<ImageFolderOptions, "channels" | "onProgress"> {
  readonly directory: string;
  readonly size: readonly [height: number, width: number];
  readonly skipBroken: boolean;
}

/** The largest typed array that every supported engine has. */
const maxBytes = 2 ** 32 - 1;

async function decode(pool: Pool, { classes, files }: PictureFiles, wanted: Wanted): Promise<ImageFolder> {
  const { size, skipBroken, onProgress, channels: given = null } = wanted;
  const plane = size[0] * size[1];
  const total = files.length * plane * (given ?? 1);
  if (total > maxBytes)
    throw new ChainruleError(
      "option",
      "loadImageFolder",
      `${files.length} pictures of ${size[0]}×${size[1]} take ${(total / 1e9).toFixed(1)} GB, more than an array of 4.29 GB holds; give a smaller size`,
    );
  const all = portions(files);
  const answers: Decoded[] = [];
  let done = 0;
  const jobs = all.map(({ paths }): DecodeJob => ({ kind: "decode", paths, size, channels: given }));
  await pool.run(jobs, (answer, n) => {
    answers[n] = answer;
    done += all[n].paths.length;
    onProgress?.(done, files.length);
  });
  const skipped = answers.flatMap(({ problems }, n) =>
    problems.map(({ index, problem }) => ({ file: files[all[n].start + index].path, problem })),
  );
  if (skipped.length > 0 && !skipBroken) throw unreadable(skipped, files.length);
  const counts = answers.flatMap(({ planes }) => planes);
  const decoded = files.filter((_, n) => counts[n] > 0);
  const empty = classes.findIndex((_, label) => !decoded.some((file) => file.label === label));
  if (empty >= 0)
    throw fileError(
      "loadImageFolder",
      wanted.directory,
      `no picture of class ${JSON.stringify(classes[empty])} can be read; replace them, or remove the folder`,
    );
  const channels = given ?? (counts.includes(3) ? 3 : 1);
  if (decoded.length * channels * plane > maxBytes)
    throw new ChainruleError(
      "option",
      "loadImageFolder",
      `${decoded.length} colour pictures of ${size[0]}×${size[1]} are more than 4 GB; give a smaller size`,
    );
  return {
    images: tensor(gather(answers, { count: decoded.length, channels, plane }), {
      shape: [decoded.length, channels, size[0], size[1]],
    }),
    labels: tensor(Int32Array.from(decoded, ({ label }) => label)),
    classes,
    skipped,
  };
}

/** The bytes of all pictures [count, channels, plane]; the plane of a grey picture among coloured ones is repeated for each channel. */
function gather(
  answers: readonly Decoded[],
  { count, channels, plane }: { count: number; channels: number; plane: number },
): Uint8Array {
  const images = new Uint8Array(count * channels * plane);
  let to = 0;
  for (const { data, planes } of answers) {
    let from = 0;
    for (const own of planes) {
      const picture = data.subarray(from, (from += own * plane));
      for (let copies = own === 0 ? 0 : channels / own; copies > 0; copies--, to += picture.length)
        images.set(picture, to);
    }
  }
  return images;
}

function unreadable(problems: readonly Skipped[], total: number): ChainruleError {
  const [{ file, problem }] = problems;
  if (problems.length === 1)
    return fileError("loadImageFolder", file, `${problem} (remove it, or skip it with skipBroken)`, { problems });
  const lines = problems.slice(0, 1000).map(({ file, problem }) => `${file}: ${problem}`);
  if (problems.length > lines.length) lines.push(`and ${problems.length - lines.length} more`);
  const head = `${problems.length} of ${total} pictures cannot be read; remove them, or skip them with skipBroken:`;
  return new ChainruleError("file", "loadImageFolder", [head, ...lines].join("\n"), { problems, total });
}

/** Divides the files into portions whose decoding takes a fraction of a second each. */
function portions(files: readonly PictureFile[]): { start: number; paths: string[] }[] {
  const parts: { start: number; paths: string[]; bytes: number }[] = [];
  for (const [n, { path, bytes }] of files.entries()) {
    const last = parts[parts.length - 1];
    if (last !== undefined && last.paths.length < 128 && last.bytes + bytes < 2 ** 22) {
      last.paths.push(path);
      last.bytes += bytes;
    } else parts.push({ start: n, paths: [path], bytes });
  }
  return parts;
}
