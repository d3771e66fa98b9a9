// Brings picture files into the form that a net takes, for prediction, in the way in which its training pictures were read.

import { statSync } from "node:fs";
import { checkWhole } from "../../errors/numbers.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { withinAsync } from "../../tensor/within.ts";
import { GatheredPictures } from "../cache/gathered-pictures.ts";
import type { Form } from "../form.ts";
import { type DecodeJob, portions } from "./decode-job.ts";
import { openPool, type Pool } from "./decode-pool.ts";
import { formOf, type PictureForm } from "./frame-picture.ts";
import type { Skipped } from "./image-survey.ts";

/** The form that a net takes, and threads and progress. */
export interface FramePicturesOptions extends PictureForm {
  /** The number of threads that decode, 0 for none. Without it: one for each processor, or none for few pictures. */
  threads?: number | undefined;
  /** Called from time to time with the number of pictures that were read and their total; the last time with all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

const names: OptionNames<FramePicturesOptions> = { shape: true, framing: true, threads: true, onProgress: true };

/** Pictures in the form that a net takes, and the problems of those that cannot be read. */
export interface FramedPictures {
  /** uint8 [N, C, H, W] of the pictures that can be read, in order. */
  readonly bytes: Uint8Array;
  /** Their places in the list of files, in rising order. */
  readonly indices: readonly number[];
  readonly problems: readonly (Skipped & { readonly index: number })[];
}

/**
 * Reads picture files and brings each picture into the form that a net takes, exactly as loadImageFolder does for training. Pictures that
 * cannot be read, or have no ink where the framing is "digit", are listed in `problems`.
 */
export function framePictures(files: readonly string[], options: FramePicturesOptions): Promise<FramedPictures> {
  return withinAsync("framePictures", async () => {
    const { form, channels, threads, onProgress } = check("framePictures", options, names);
    const sized = withSizes(files);
    const pool = await openPool({ call: "framePictures", files: files.length, bytes: sum(sized) }, threads);
    try {
      const progress = (done: number) => onProgress?.(done, files.length);
      return await frameAll(pool, sized, { form, channels, start: 0, progress });
    } finally {
      await pool.close();
    }
  });
}

/** The options of frameBatches: those of framePictures, and the size of a batch. */
export interface FrameBatchesOptions extends FramePicturesOptions {
  /** The maximum number of pictures in a batch. */
  batchSize: number;
}

const batchNames: OptionNames<FrameBatchesOptions> = { ...names, batchSize: true };

/**
 * The files of a batch have at most this number of bytes together, unless the batch is one file: large photographs, which take a tenth of a
 * second each, come in small batches.
 */
const maxBatchBytes = 2 ** 25;

/**
 * As framePictures, batch by batch, in order; the next batch is read while the caller works with the current one. `indices` are places in the
 * whole list.
 */
export async function* frameBatches(
  files: readonly string[],
  options: FrameBatchesOptions,
): AsyncGenerator<FramedPictures, void, undefined> {
  const { form, channels, threads, onProgress } = check("frameBatches", options, batchNames);
  checkWhole("frameBatches", "batchSize", options.batchSize, { from: 1 });
  const sized = withSizes(files);
  const pool = await openPool({ call: "frameBatches", files: files.length, bytes: sum(sized) }, threads);
  let done = 0;
  const progress = (doneInBatch: number, start: number) => onProgress?.(start + doneInBatch, files.length);
  const begin = (start: number) => {
    const batch = batchFrom(sized, start, options.batchSize);
    const framed = frameAll(pool, batch, { form, channels, start, progress: (n) => progress(n, start) });
    // The await below reports a rejection. If the caller has left the loop, nothing awaits it, and Node would end the process.
    framed.catch(() => {});
    return { framed, end: start + batch.length };
  };
  try {
    for (let next = begin(0); done < files.length; ) {
      const [framed, end] = [await next.framed, next.end];
      done = end;
      if (end < files.length) next = begin(end);
      yield framed;
    }
  } finally {
    await pool.close();
  }
}

interface SizedFile {
  readonly path: string;
  readonly bytes: number;
}

const withSizes = (files: readonly string[]): SizedFile[] => files.map((path) => ({ path, bytes: sizeOf(path) }));

const sum = (files: readonly SizedFile[]) => files.reduce((total, { bytes }) => total + bytes, 0);

/** The files of the batch that begins with file `start`. */
function batchFrom(files: readonly SizedFile[], start: number, maxPictures: number): readonly SizedFile[] {
  let [end, bytes] = [start, 0];
  while (
    end < files.length &&
    end - start < maxPictures &&
    (end === start || bytes + files[end].bytes <= maxBatchBytes)
  )
    bytes += files[end++].bytes;
  return files.slice(start, end);
}

/** The size of a file in bytes; 0 where it cannot be measured, since the later attempt to read it reports the reason. */
const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

interface CheckedOptions extends Pick<FramePicturesOptions, "threads" | "onProgress"> {
  readonly form: Form;
  readonly channels: 1 | 3;
}

function check<O extends FramePicturesOptions>(call: string, options: O, optionNames: OptionNames<O>): CheckedOptions {
  checkOptions(call, options, optionNames);
  const { threads, onProgress } = options;
  const checked = formOf(call, options);
  if (threads !== undefined) checkWhole(call, "threads", threads, { from: 0 });
  return { ...checked, threads, onProgress };
}

interface FrameTask {
  readonly form: Form;
  readonly channels: 1 | 3;
  /** The place of the first file in the whole list. */
  readonly start: number;
  readonly progress: (done: number) => void;
}

/** Frames the files of a list, or of a batch. */
async function frameAll(
  pool: Pool,
  files: readonly SizedFile[],
  { form, channels, start: first, progress }: FrameTask,
): Promise<FramedPictures> {
  const gathered = new GatheredPictures(files.length, form.size, channels);
  const parts = portions(files);
  const problems: (FramedPictures["problems"][number] | null)[] = files.map(() => null);
  let done = 0;
  await pool.run(
    parts.map(({ paths }): DecodeJob => ({ paths, form })),
    (answer, job) => {
      const { start, paths } = parts[job];
      gathered.putAll(answer, (i) => start + i);
      for (const { index, problem } of answer.problems) {
        const n = start + index;
        problems[n] = { file: paths[index], problem, index: first + n };
      }
      done += paths.length;
      progress(done);
    },
  );
  return {
    bytes: gathered.end().bytes,
    indices: [...files.keys()].filter((n) => gathered.planes[n] > 0).map((n) => first + n),
    problems: problems.filter((problem) => problem !== null),
  };
}
