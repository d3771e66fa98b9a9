// A job of reading: some picture files are decoded and brought into a net's form, by a function that runs in a worker thread or without one.
import { ChainruleError } from "../../errors/error.ts";
import type { DecodeAnswer, Form } from "../form.ts";
import { framedFile } from "./framed-file.ts";

export interface DecodeJob {
  readonly paths: readonly string[];
  readonly form: Form;
}

/** Reads the pictures of a job. */
export async function runJob({ paths, form }: DecodeJob): Promise<DecodeAnswer> {
  const pictures: Uint8Array[] = [];
  const counts: (0 | 1 | 3)[] = [];
  const problems: { index: number; problem: string }[] = [];
  for (const [index, path] of paths.entries()) {
    try {
      const { planes, data } = await framedFile(path, form);
      pictures.push(data);
      counts.push(planes);
    } catch (error) {
      // Any other error is a bug of the library, not a fault of the picture.
      if (!(error instanceof ChainruleError)) throw error;
      problems.push({ index, problem: error.words });
      counts.push(0);
    }
  }
  const data = new Uint8Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const bytes of pictures) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return { data, planes: counts, problems };
}

/** The bounds of a job, in pictures and in bytes of their files; one larger file is a job too. A job takes a fraction of a second. */
const maxJobPictures = 32;
const maxJobBytes = 2 ** 21;

/** Divides files into jobs; `start` is the number of a job's first file. */
export function portions(files: readonly { readonly path: string; readonly bytes: number }[]): {
  readonly start: number;
  readonly paths: readonly string[];
}[] {
  const parts: { start: number; paths: string[]; bytes: number }[] = [];
  for (const [n, { path, bytes }] of files.entries()) {
    const last = parts[parts.length - 1];
    if (last !== undefined && last.paths.length < maxJobPictures && last.bytes + bytes < maxJobBytes) {
      last.paths.push(path);
      last.bytes += bytes;
    } else parts.push({ start: n, paths: [path], bytes });
  }
  return parts;
}
