// Loads a folder of pictures, with a subfolder for each class, as a data set.

import type { Dataset } from "../../data/dataset.ts";
import { checkFraming, type Framing } from "../../data/framing.ts";
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole, isWhole } from "../../errors/numbers.ts";
import { tensor } from "../../tensor/create.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { ArrayStorage } from "../../tensor/storage.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { withinAsync } from "../../tensor/within.ts";
import { openCache, type PictureCache } from "../cache/cache.ts";
import { GatheredPictures } from "../cache/gathered-pictures.ts";
import { decoderVersions } from "../decoders/versions.ts";
import { fileError } from "../file-error.ts";
import type { Form } from "../form.ts";
import { printable } from "../printable.ts";
import { type DecodeJob, portions } from "./decode-job.ts";
import { openPool } from "./decode-pool.ts";
import { type ImageSurvey, type Skipped, surveyImageFolder } from "./image-survey.ts";
import { commonestSize } from "./picture-size.ts";

/** The options of loadImageFolder: form of the pictures, unreadable pictures, cache, threads and progress. */
export interface ImageFolderOptions {
  /** The size of all pictures in pixels. Without it: the commonest size, with a longer side of at most `maxSide` (see loadImageFolder). */
  size?: readonly [height: number, width: number] | undefined;
  /** The longer side of the default size is at most this, in pixels; default 256. */
  maxSide?: number | undefined;
  /** 3: red, green, blue. 1: grey. Without it: 1 where every picture is grey, else 3. */
  channels?: 1 | 3 | undefined;
  /** How a picture is brought into the frame; default "plain". */
  framing?: Framing | undefined;
  /** Leave out pictures that cannot be read, and list them in `skipped`, rather than throw. */
  skipBroken?: boolean | undefined;
  /**
   * A file for the decoded pictures. It grows while they are read, so that an interrupted reading continues where it ended. A picture that has
   * changed since is decoded again, and so are all pictures if an option has changed. An existing file that is not a cache is not changed.
   */
  cache?: string | undefined;
  /** If the decoded pictures take more bytes than this, the cache is removed. Default: no bound. */
  maxCacheBytes?: number | undefined;
  /** The number of threads that decode, 0 for none. Without it: one for each processor, or none for few pictures. */
  threads?: number | undefined;
  /**
   * Called from time to time with the number of pictures that were read, their total, and the number of those that the cache holds; the last
   * time with all. If it throws, the reading ends with that error.
   */
  onProgress?: ((done: number, total: number, cached: number) => void) | undefined;
}

const names: OptionNames<ImageFolderOptions> = {
  size: true,
  maxSide: true,
  channels: true,
  framing: true,
  skipBroken: true,
  cache: true,
  maxCacheBytes: true,
  threads: true,
  onProgress: true,
};

/** The use of the cache by loadImageFolder. */
export interface CacheUse {
  readonly file: string;
  /** The number of pictures that were taken from it. */
  readonly taken: number;
  /** The reason why decoded pictures are not in the cache; null where they are. */
  readonly problem: string | null;
}

/** A data set of a folder's pictures. */
export interface ImageFolder extends Dataset {
  /** The path of each picture, in the order of the data set. */
  readonly files: readonly string[];
  /** The pictures that skipBroken left out. */
  readonly skipped: readonly Skipped[];
  /** The number of files of each extension (".heic", ".txt", "" for none) that are no pictures or are in a format that is not read. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** The use of the cache; null where there is none. */
  readonly cache: CacheUse | null;
}

/**
 * Loads a folder of pictures as images uint8 [N, C, H, W], labels int32 [N] and classes. Each subfolder is a class, in the order of their
 * names; its pictures are the PNG, JPEG, GIF, BMP, WebP, AVIF and TIFF files in it and in its own subfolders, in the order of their paths.
 * Other files are counted in `passedOver`; files of an operating system or a program, and links that lead in a circle, are left out
 * (listPictures describes them, and the folders that are no classes). A survey of surveyImageFolder can be given instead of the folder's path, so that
 * the headers are not read twice.
 *
 * Pictures are turned upright according to their EXIF data; the background of transparent parts is white, or black where the
 * visible part would hardly be seen on white; grey is 0.299 R + 0.587 G + 0.114 B. Each picture is brought into `size` as `frame` of chainrule/data does: with its
 * proportions kept, and the rest of the frame at the level of the picture's edge. Large pictures are decoded only in the detail that this
 * needs. Without `size` the frame has the commonest size of the pictures, if at least half have it, else their median height and width; a
 * longer side above `maxSide` is reduced to it.
 *
 * Throws an error that names the folder or the file where there are fewer than two classes or a class without pictures. Pictures that
 * cannot be read are all named in one error: before any is decoded, where their headers show it.
 */
export function loadImageFolder(folder: string | ImageSurvey, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  return withinAsync("loadImageFolder", () => load(folder, options));
}

async function load(folder: string | ImageSurvey, options: ImageFolderOptions): Promise<ImageFolder> {
  checkOptions("loadImageFolder", options, names);
  checkReading("loadImageFolder", options);
  const { maxSide, channels, framing = "plain", skipBroken = false } = options;
  const survey = typeof folder === "string" ? await surveyImageFolder(folder, { maxSide }) : folder;
  const { files } = survey;
  if (survey.problems.length > 0 && !skipBroken) throw unreadable(survey.problems, files.length);
  const size = options.size ?? (maxSide === undefined ? survey.size : commonestSize(sizesOf(survey), maxSide));
  const form: Form = { size, framing, channels: channels === 1 || framing === "digit" ? 1 : null };
  const cache =
    options.cache === undefined
      ? null
      : await openCache(options.cache, {
          ...survey,
          form,
          decoder: decoderVersions(),
          maxBytes: options.maxCacheBytes ?? Number.POSITIVE_INFINITY,
        });
  try {
    const { gathered, skipped, taken } = await decode(survey, { ...options, form, cache });
    const data = assemble(survey, gathered, skipped);
    return {
      ...data,
      cache:
        cache === null
          ? null
          : { file: options.cache ?? "", taken, problem: taken === data.files.length ? null : cache.problem },
    };
  } finally {
    cache?.close();
  }
}

const sizesOf = ({ sizes }: ImageSurvey) => sizes.filter((size) => size !== null);

/** The options about pictures and their cache, which loadImageFolder and streamImageFolder take. */
type ReadingOptions = Pick<ImageFolderOptions, "size" | "channels" | "framing" | "threads" | "maxCacheBytes">;

/** Throws an error of the call unless the values are of their kinds. */
export function checkReading(call: string, { size, channels, framing, ...numbers }: ReadingOptions): void {
  const refuse = (words: string) => {
    throw new ChainruleError("option", call, words);
  };
  if (channels !== undefined && channels !== 1 && channels !== 3) refuse(`channels are 1 or 3, not ${channels}`);
  if (
    size !== undefined &&
    !(Array.isArray(size) && size.length === 2 && size.every((side) => isWhole(side, { from: 1 })))
  )
    refuse(`size is [height, width] in pixels, not [${size}]`);
  if (framing !== undefined) checkFraming(call, framing);
  for (const name of ["threads", "maxCacheBytes"] as const)
    if (numbers[name] !== undefined) checkWhole(call, name, numbers[name], { from: 0 });
}

interface DecodeOptions extends Pick<ImageFolderOptions, "channels" | "skipBroken" | "threads" | "onProgress"> {
  readonly form: Form;
  readonly cache: PictureCache | null;
}

/** Takes pictures from the cache and decodes the others, except those whose headers cannot be read. */
async function decode(
  { files, problems: unreadableHeaders }: ImageSurvey,
  { form, cache, channels, skipBroken = false, threads, onProgress }: DecodeOptions,
): Promise<{ readonly gathered: GatheredPictures; readonly skipped: readonly Skipped[]; readonly taken: number }> {
  const gathered = new GatheredPictures(files.length, form.size, channels ?? 1);
  const problems = new Map(unreadableHeaders.map(({ file, problem }) => [file, problem]));
  let taken = 0;
  await cache?.read((n, planes, picture) => {
    gathered.put(n, planes, picture);
    taken++;
    onProgress?.(taken, files.length, taken);
  });
  const uncached = [...files.keys()].filter((n) => gathered.planes[n] === 0 && !problems.has(files[n].path));
  const parts = portions(uncached.map((n) => files[n]));
  const bytes = uncached.reduce((sum, n) => sum + files[n].bytes, 0);
  const pool = await openPool({ call: "loadImageFolder", files: uncached.length, bytes }, threads);
  let done = files.length - uncached.length;
  try {
    const jobs = parts.map(({ paths }): DecodeJob => ({ paths, form }));
    await pool.run(jobs, (answer, job) => {
      const { start, paths } = parts[job];
      gathered.putAll(answer, (i) => uncached[start + i]);
      cache?.add(answer, uncached.slice(start, start + paths.length));
      for (const { index, problem } of answer.problems) problems.set(paths[index], problem);
      done += paths.length;
      onProgress?.(done, files.length, cache?.pictureCount ?? 0);
    });
  } finally {
    await pool.close();
  }
  cache?.tidy(gathered);
  const skipped = files.flatMap(({ path }) => {
    const problem = problems.get(path);
    return problem === undefined ? [] : [{ file: path, problem }];
  });
  if (skipped.length > 0 && !skipBroken) throw unreadable(skipped, files.length);
  return { gathered, skipped, taken };
}

/** The data set of the pictures that were read. */
function assemble(
  { directory, classes, files, passedOver }: ImageSurvey,
  gathered: GatheredPictures,
  skipped: readonly Skipped[],
): Omit<ImageFolder, "cache"> {
  const readFiles = files.filter((_, n) => gathered.planes[n] > 0);
  checkClassesRead("loadImageFolder", { directory, classes }, readFiles);
  const { bytes, shape } = gathered.end();
  return {
    // Nothing else refers to this array, so the copy that tensor() would make is not needed.
    images: new Tensor(new ArrayStorage(bytes), { shape, dtype: "uint8" }),
    labels: tensor(Int32Array.from(readFiles, ({ label }) => label)),
    classes,
    files: readFiles.map(({ path }) => path),
    skipped,
    passedOver,
  };
}

/** Throws where a class has no picture among those that can be read. */
export function checkClassesRead(
  call: string,
  { directory, classes }: Pick<ImageSurvey, "directory" | "classes">,
  files: readonly { readonly label: number }[],
): void {
  const presentLabels = new Set(files.map(({ label }) => label));
  const emptyLabel = classes.findIndex((_, label) => !presentLabels.has(label));
  if (emptyLabel >= 0)
    throw fileError(
      call,
      directory,
      `no picture of class ${JSON.stringify(classes[emptyLabel])} can be read; replace its pictures, or remove its folder`,
    );
}

/** The most pictures that an error names. */
const maxLines = 1000;

/** The error about pictures that cannot be read. */
export function unreadable(problems: readonly Skipped[], total: number, call = "loadImageFolder"): ChainruleError {
  const [{ file, problem }] = problems;
  if (problems.length === 1)
    return fileError(call, file, `${problem} (remove it, or skip it with skipBroken)`, { problems });
  const lines = problems.slice(0, maxLines).map(({ file, problem }) => printable(`${file}: ${problem}`));
  if (problems.length > lines.length) lines.push(`and ${problems.length - lines.length} more`);
  const head = `${problems.length} of ${total} pictures cannot be read; remove them, or skip them with skipBroken:`;
  return new ChainruleError("file", call, [head, ...lines].join("\n"), { problems, total });
}
