// Loads some pictures of a folder at a time: from the cache where it holds them, else from their files, in threads. What was decoded is added
// to the cache as one block.
import { ChainruleError } from "../../errors/error.ts";
import type { ShardCache, StoredPicture } from "../cache/shard-cache.ts";
import { fileError } from "../file-error.ts";
import type { PictureFile } from "../folder/list.ts";
import type { DecodeAnswer, Form } from "../form.ts";
import { portions } from "./decode-job.ts";
import { openPool, type Pool } from "./decode-pool.ts";
import { framedFile } from "./framed-file.ts";
import type { Skipped } from "./image-survey.ts";

export interface ShardLoading {
  readonly files: readonly PictureFile[];
  readonly form: Form;
  readonly cache: ShardCache | null;
  readonly threads: number | undefined;
  /** Whether the place of a picture that cannot be read is taken by another one of its class. */
  readonly skipBroken: boolean;
}

/** The calling thread computes for long between two answers, so that a thread gets work for the meantime. */
const jobsAtOnce = 8;

export class ShardLoader {
  readonly #loading: ShardLoading;
  #pool: Promise<Pool> | null = null;
  #running = 0;
  #runningSince = 0;
  #decodeSeconds = 0;
  /** The numbers of pictures that were decoded, and that were taken from the cache. */
  decoded = 0;
  cached = 0;
  /** The pictures that could not be read. */
  readonly skipped: Skipped[] = [];

  constructor(loading: ShardLoading) {
    this.#loading = loading;
  }

  /** The seconds in which pictures were being decoded. */
  get decodeSeconds(): number {
    return this.#decodeSeconds + (this.#running > 0 ? (performance.now() - this.#runningSince) / 1000 : 0);
  }

  /** The pictures with these numbers in the list of files. */
  async load(numbers: readonly number[]): Promise<ReadonlyMap<number, StoredPicture>> {
    const { cache } = this.#loading;
    const found = (await cache?.read(numbers)) ?? new Map<number, StoredPicture>();
    this.cached += found.size;
    const missing = numbers.filter((n) => !found.has(n));
    if (missing.length === 0) return found;
    const pictures = await this.#timed(() => this.#decode(missing));
    this.decoded += missing.length;
    cache?.add(answerOf(pictures), missing);
    for (const [i, n] of missing.entries()) found.set(n, pictures[i]);
    return found;
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running++ === 0) this.#runningSince = performance.now();
    try {
      return await work();
    } finally {
      if (--this.#running === 0) this.#decodeSeconds += (performance.now() - this.#runningSince) / 1000;
    }
  }

  async #decode(numbers: readonly number[]): Promise<StoredPicture[]> {
    const { files, form } = this.#loading;
    const pool = await this.#openedPool();
    const parts = portions(numbers.map((n) => files[n]));
    const answers = await Promise.all(parts.map(({ paths }) => pool.submit({ paths, form })));
    const pictures: StoredPicture[] = [];
    for (const [part, answer] of answers.entries()) {
      const own = numbers.slice(parts[part].start, parts[part].start + parts[part].paths.length);
      for (const [i, picture] of picturesOf(answer, form).entries())
        pictures.push(picture ?? (await this.#instead(own[i], answer)));
    }
    return pictures;
  }

  #openedPool(): Promise<Pool> {
    const { files, threads } = this.#loading;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    this.#pool ??= openPool({ call: "streamImageFolder", files: files.length, bytes, jobsAtOnce }, threads);
    return this.#pool;
  }

  /** The picture that takes the place of picture n, which cannot be read: the next one of its class in the list that can. */
  async #instead(n: number, { problems }: DecodeAnswer): Promise<StoredPicture> {
    const { files, form, skipBroken } = this.#loading;
    const { path, label } = files[n];
    const problem = problems[0]?.problem ?? "cannot be read";
    if (!skipBroken)
      throw fileError("streamImageFolder", path, `${problem} (remove it, or skip it with skipBroken)`, {
        problems: [{ file: path, problem }],
      });
    this.skipped.push({ file: path, problem });
    const others = [...files.slice(n + 1), ...files.slice(0, n)].filter((file) => file.label === label);
    for (const other of others)
      try {
        return await framedFile(other.path, form);
      } catch (error) {
        if (!(error instanceof ChainruleError)) throw error;
      }
    throw fileError("streamImageFolder", path, `${problem}; no other picture of its class can be read either`);
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = null;
    await pool?.close();
    this.#loading.cache?.close();
  }
}

/** The pictures of an answer; null where one cannot be read. */
function picturesOf({ planes, data }: DecodeAnswer, { size: [height, width] }: Form): (StoredPicture | null)[] {
  let at = 0;
  return planes.map((count) =>
    count === 0 ? null : { planes: count, data: data.subarray(at, (at += count * height * width)) },
  );
}

/** The pictures as a decoding thread would answer with them. */
function answerOf(pictures: readonly StoredPicture[]): DecodeAnswer {
  const data = new Uint8Array(pictures.reduce((sum, picture) => sum + picture.data.length, 0));
  let at = 0;
  for (const picture of pictures) {
    data.set(picture.data, at);
    at += picture.data.length;
  }
  return { data, planes: pictures.map(({ planes }) => planes), problems: [] };
}
