// Measures or decodes some picture files: the job, the answer, and the function, which runs in a worker thread and without one.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { letterbox } from "../data/letterbox.ts";
import { isGrey, planes } from "../data/picture.ts";
import { wordsOf } from "../errors/error.ts";
import { decodePicture } from "./decode.ts";
import { checkOrdinary, explain } from "./files.ts";
import { measurePicture } from "./picture-header.ts";
import { maxFileBytes } from "./pictures.ts";

/** measure: the sizes only. decode: the pixels, fitted into `size`; with null `channels` grey pictures have one plane, others three. */
export type DecodeJob =
  | { readonly kind: "measure"; readonly paths: readonly string[] }
  | {
      readonly kind: "decode";
      readonly paths: readonly string[];
      readonly size: readonly [height: number, width: number];
      readonly channels: 1 | 3 | null;
    };

export interface Decoded {
  /** measure: height and width of each picture, zeros where it cannot be read. decode: the planes of all pictures that can be read, in order. */
  readonly data: Uint8Array | Uint32Array;
  /** The number of planes of each picture, 0 where it cannot be read. */
  readonly planes: readonly number[];
  readonly problems: readonly { readonly index: number; readonly problem: string }[];
}

export async function runJob(job: DecodeJob): Promise<Decoded> {
  return job.kind === "measure" ? measure(job.paths) : await decode(job);
}

/** Bytes that are read to find a picture's header, before the whole file is read. */
const headBytes = 1 << 16;

function measure(paths: readonly string[]): Decoded {
  const sizes = new Uint32Array(2 * paths.length);
  for (const [n, path] of paths.entries()) {
    const { width, height } = measureFile(path) ?? { width: 0, height: 0 };
    sizes.set([height, width], 2 * n);
  }
  return { data: sizes, planes: [], problems: [] };
}

/** The picture's size; null where it cannot be read, which decoding reports. */
function measureFile(path: string): { width: number; height: number } | null {
  for (const maxBytes of [headBytes, maxFileBytes])
    try {
      return measurePicture(readStart(path, maxBytes));
    } catch {}
  return null;
}

/** Open a pipe without waiting for its writer. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The first bytes of the file, `maxBytes` at most. */
function readStart(path: string, maxBytes: number): Uint8Array {
  let handle = -1;
  try {
    handle = openSync(path, openFlags);
    const status = fstatSync(handle);
    checkOrdinary(path, status);
    const bytes = Buffer.allocUnsafe(Math.min(status.size, maxBytes));
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, 0));
  } catch (error) {
    return explain(path, error);
  } finally {
    if (handle >= 0) closeSync(handle);
  }
}

async function decode({ paths, size: [height, width], channels }: DecodeJob & { kind: "decode" }): Promise<Decoded> {
  const plane = height * width;
  const found: Uint8Array[] = [];
  const counts: number[] = [];
  const problems: { index: number; problem: string }[] = [];
  for (const [index, path] of paths.entries()) {
    try {
      const picture = await decodePicture(readStart(path, maxFileBytes));
      const layers = planes(picture, channels ?? (isGrey(picture) ? 1 : 3));
      for (const layer of layers) found.push(letterbox(layer, width, height).data);
      counts.push(layers.length);
    } catch (error) {
      problems.push({ index, problem: wordsOf(error) });
      counts.push(0);
    }
  }
  const data = new Uint8Array(found.length * plane);
  for (const [n, bytes] of found.entries()) data.set(bytes, n * plane);
  return { data, planes: counts, problems };
}
