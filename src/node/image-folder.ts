// A data set as people keep one: a folder for each class, pictures in it.

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
import { usualSize } from "./picture-size.ts";

/** How pictures of a folder are brought to one size, and what is done about those that cannot be read. */
export interface ImageFolderOptions {
  /** In pixels. Left out: what most pictures have, its longer side at most 256 (see loadImageFolder). */
  size?: [height: number, width: number] | undefined;
  /** 3: red, green, blue. 1: grey. Left out: 1 where every picture is grey, else 3. */
  channels?: 1 | 3 | undefined;
  /** Leave out pictures that cannot be read, and list them in `skipped`, rather than throw. */
  skipBroken?: boolean | undefined;
  /** A file to keep the decoded pictures in. Written whole or not at all; not used once a picture or an option has changed. */
  cache?: string | undefined;
  /** Threads to decode with, 0 for none. Left out: as many as there are cores, or none for few pictures. */
  threads?: number | undefined;
  /** Called now and then with how many pictures were read of how many; the last time with all. */
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

/** A picture that cannot be read, and why. */
export interface Skipped {
  readonly file: string;
  readonly problem: string;
}

/** A data set of a folder's pictures, and those that were left out under skipBroken. */
export interface ImageFolder extends Dataset {
  readonly skipped: readonly Skipped[];
}

/**
 * One class a subfolder, in the order of their names; in it and in its own subfolders every PNG, JPEG, GIF (its first frame) and
 * BMP by its name, in the order of their paths. Other files and names with a leading dot are left out. Gives images uint8
 * [N, C, H, W].
 *
 * Pictures are turned upright as their EXIF data say; what is transparent shows white; grey is 0.299 R + 0.587 G + 0.114 B. Each is
 * fitted into the size, its proportions kept, and what remains of the frame gets the level of its edge. Without `size` that is the
 * size which most of them have (a thousand are looked at), if at least half do, else their median height and width; shrunk until its
 * longer side is 256.
 *
 * Throws, naming folder or file, where there are fewer than two classes, a class without pictures, or pictures that cannot be read:
 * all of them in one error.
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

/** So many pictures, evenly spread, say how large pictures usually are. */
const sample = 1000;

async function measure(pool: Pool, files: readonly PictureFile[]): Promise<[height: number, width: number]> {
  const sizes: [number, number][] = [];
  const step = Math.ceil(files.length / sample);
  const some = files.filter((_, n) => n % step === 0);
  const jobs = portions(some).map(({ paths }): DecodeJob => ({ kind: "measure", paths }));
  await pool.run(jobs, ({ data }) => {
    for (let n = 0; n < data.length; n += 2) if (data[n] > 0) sizes.push([data[n], data[n + 1]]);
  });
  // Where no picture can be read, decoding says so.
  return sizes.length > 0 ? usualSize(sizes) : [1, 1];
}

interface Wanted extends Pick<ImageFolderOptions, "channels" | "onProgress"> {
  readonly directory: string;
  readonly size: readonly [height: number, width: number];
  readonly skipBroken: boolean;
}

/** Not more than a typed array holds everywhere. */
const mostBytes = 2 ** 32 - 1;

async function decode(pool: Pool, { classes, files }: PictureFiles, wanted: Wanted): Promise<ImageFolder> {
  const { size, skipBroken, onProgress, channels: given = null } = wanted;
  const plane = size[0] * size[1];
  const total = files.length * plane * (given ?? 1);
  if (total > mostBytes)
    throw new ChainruleError(
      "option",
      "loadImageFolder",
      `${files.length} pictures of ${size[0]}×${size[1]} take ${(total / 1e9).toFixed(1)} GB; give a smaller size`,
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
  const kept = files.filter((_, n) => counts[n] > 0);
  const empty = classes.findIndex((_, label) => !kept.some((file) => file.label === label));
  if (empty >= 0)
    throw fileError(
      "loadImageFolder",
      wanted.directory,
      `no picture of class ${JSON.stringify(classes[empty])} can be read`,
    );
  const channels = given ?? (counts.includes(3) ? 3 : 1);
  if (kept.length * channels * plane > mostBytes)
    throw new ChainruleError(
      "option",
      "loadImageFolder",
      `${kept.length} colour pictures of ${size[0]}×${size[1]} are more than 4 GB; give a smaller size`,
    );
  return {
    images: tensor(gather(answers, { count: kept.length, channels, plane }), {
      shape: [kept.length, channels, size[0], size[1]],
    }),
    labels: tensor(Int32Array.from(kept, ({ label }) => label)),
    classes,
    skipped,
  };
}

/** A grey picture among coloured ones has its plane three times. */
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

/** Files in portions that take a fraction of a second each. */
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
