// Brings picture files into the form that a net takes, for prediction, in the way in which its training pictures were read.

import { statSync } from "node:fs";
import type { Framing } from "../data/framing.ts";
import { framings } from "../data/framing.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { withinAsync } from "../tensor/within.ts";
import { type DecodeJob, portions } from "./decode-job.ts";
import { openPool, type Pool } from "./decode-pool.ts";
import type { Form } from "./framed-file.ts";
import { GatheredPictures } from "./gathered-pictures.ts";
import type { Skipped } from "./image-survey.ts";

/** The form that a net takes, and threads and progress. */
export interface FramePicturesOptions {
  /** Of one picture. */
  shape: readonly [channels: number, height: number, width: number];
  /** As the net's training pictures were framed. */
  framing: Framing;
  /** The number of threads that decode, 0 for none. Without it: one for each processor, or none for few pictures. */
  threads?: number | undefined;
  /** Called from time to time with the number of pictures that were read and their total; the last time with all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

const names: OptionNames<FramePicturesOptions> = { shape: true, framing: true, threads: true, onProgress: true };

/** Pictures in the form that a net takes, and those that cannot be read. */
export interface FramedPictures {
  /** uint8 [N, C, H, W] of the pictures that can be read, in order. */
  readonly bytes: Uint8Array;
  /** Their places in the list of files, in rising order. */
  readonly indices: readonly number[];
  readonly problems: readonly Skipped[];
}

/**
 * Reads picture files and brings each picture into the form that a net takes, exactly as loadImageFolder does for training. Pictures that
 * cannot be read, or have no ink where the framing is "digit", are listed in `problems`.
 */
export function framePictures(files: readonly string[], options: FramePicturesOptions): Promise<FramedPictures> {
  return withinAsync("framePictures", () => read(files, options));
}

async function read(files: readonly string[], options: FramePicturesOptions): Promise<FramedPictures> {
  const form = formOf(options);
  const { threads, onProgress } = options;
  const sized = files.map((path) => ({ path, bytes: sizeOf(path) }));
  const bytes = sized.reduce((sum, file) => sum + file.bytes, 0);
  const pool = await openPool({ call: "framePictures", files: files.length, bytes }, threads);
  try {
    return await frameAll(pool, sized, { form, channels: options.shape[0] === 3 ? 3 : 1, onProgress });
  } finally {
    await pool.close();
  }
}

/** 0 where the file cannot be measured: reading it reports the reason. */
const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function formOf(options: FramePicturesOptions): Form {
  checkOptions("framePictures", options, names);
  const { shape, framing, threads } = options;
  const isShape = Array.isArray(shape) && shape.length === 3 && shape.every((size) => isWhole(size, { from: 1 }));
  if (!isShape || (shape[0] !== 1 && shape[0] !== 3))
    throw new ChainruleError(
      "option",
      "framePictures",
      `shape is [channels, height, width] with 1 or 3 channels, not [${shape}]`,
    );
  if (!framings.includes(framing))
    throw new ChainruleError("option", "framePictures", `framing is one of ${framings.join(", ")}, not ${framing}`);
  if (threads !== undefined) checkWhole("framePictures", "threads", threads, { from: 0 });
  return { size: [shape[1], shape[2]], framing, channels: shape[0] === 1 ? 1 : null };
}

async function frameAll(
  pool: Pool,
  files: readonly { readonly path: string; readonly bytes: number }[],
  { form, channels, onProgress }: { form: Form; channels: 1 | 3 } & Pick<FramePicturesOptions, "onProgress">,
): Promise<FramedPictures> {
  const gathered = new GatheredPictures(files.length, form.size, channels);
  const parts = portions(files);
  const problems: (Skipped | null)[] = files.map(() => null);
  let done = 0;
  await pool.run(
    parts.map(({ paths }): DecodeJob => ({ paths, form })),
    (answer, job) => {
      const { start, paths } = parts[job];
      gathered.putAll(answer, (i) => start + i);
      for (const { index, problem } of answer.problems) problems[start + index] = { file: paths[index], problem };
      done += paths.length;
      onProgress?.(done, files.length);
    },
  );
  return {
    bytes: gathered.end().bytes,
    indices: [...files.keys()].filter((n) => gathered.planes[n] > 0),
    problems: problems.filter((problem) => problem !== null),
  };
}
