// The cache of a folder's decoded pictures: a file that grows while they are read, so that a reading that is broken off goes on where it
// ended, and a picture that is changed, added or removed costs only itself. block.ts has the format. A cache only saves time: whatever
// is wrong with it becomes `problem`, and the pictures are read without it. A file that is not a cache is left as it is.
import { closeSync, constants, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { relative } from "node:path";
import { wordsOf } from "../../errors/error.ts";
import { explain, resolveTarget } from "../files.ts";
import type { PictureFile } from "../folder/list.ts";
import type { Decoded } from "../reading/decode-job.ts";
import type { Form } from "../reading/framed-file.ts";
import type { GatheredPictures } from "../reading/gathered-pictures.ts";
import { type Entry, firstBlock, formatPrefix, pictureBlock, readFirstBlock, readPictureBlock } from "./block.ts";
import { type Lock, lock } from "./lock.ts";

export interface CacheOf {
  readonly directory: string;
  readonly files: readonly PictureFile[];
  readonly form: Form;
  /** What decodes the pictures, in which version. */
  readonly decoder: string;
  /** The file does not grow beyond this number of bytes. */
  readonly maxBytes: number;
}

/** Is raised when the same decoder and form give other bytes. */
const version = 1;

/** Pictures in a block of a file that is written anew. */
const blockPictures = 256;

/** Opens the cache. Throws where its folder does not exist, or its place is taken by something that is no file. */
export async function openCache(file: string, of: CacheOf): Promise<PictureCache> {
  return new PictureCache(await resolveTarget(file), of);
}

export class PictureCache {
  readonly #file: string;
  readonly #of: CacheOf;
  readonly #way: string;
  #lock: Lock | null = null;
  #handle = -1;
  /** The offset behind the last whole block; 0 where the file has to be written anew. */
  #end = 0;
  /** The number of bytes of all pictures in the file, and of those that are still in the folder. */
  #held = 0;
  #live = 0;
  #problem: string | null = null;

  constructor(file: string, of: CacheOf) {
    this.#file = file;
    this.#of = of;
    this.#way = JSON.stringify({ version, decoder: of.decoder, ...of.form });
    this.#try(() => {
      this.#lock = lock(file);
      if (this.#lock === null) this.#problem = "another process is writing it";
    });
  }

  /** The reason why pictures are not kept; null where they are. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The number of the folder's pictures that the file holds. */
  kept = 0;

  /** Gives each picture of the folder that the file holds, unchanged, to `take`. */
  async read(take: (n: number, planes: 1 | 3, picture: Uint8Array) => void): Promise<void> {
    const handle = this.#open();
    if (handle < 0) return;
    try {
      const first = readFirstBlock(handle);
      if (first === null || first.way !== this.#way) return;
      this.#end = first.end;
      const wanted = new Map(this.#of.files.map((file, n) => [relative(this.#of.directory, file.path), { file, n }]));
      for (
        let block = readPictureBlock(handle, first.end);
        block !== null;
        block = readPictureBlock(handle, this.#end)
      ) {
        this.#end = block.end;
        this.#held += block.planes.length;
        let at = 0;
        for (const [name, bytes, changed, planes] of block.entries) {
          const picture = block.planes.subarray(at, (at += planes * this.#plane));
          const found = wanted.get(name);
          if (found === undefined || found.file.bytes !== bytes || found.file.changed !== changed) continue;
          wanted.delete(name);
          this.#live += picture.length;
          this.kept++;
          take(found.n, planes, picture);
        }
        // Lets Node handle timers and signals.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      closeSync(handle);
    }
  }

  get #plane(): number {
    const [height, width] = this.#of.form.size;
    return height * width;
  }

  /** Opens the file to read it; -1 where there is none, or where it is not a cache. */
  #open(): number {
    try {
      const handle = openSync(this.#file, constants.O_RDONLY);
      const start = Buffer.alloc(512);
      const length = readSync(handle, start, 0, start.length, 0);
      if (length < 64 || start.includes(formatPrefix)) return handle;
      closeSync(handle);
      this.#giveUp("the file there is not a cache of pictures, so it is left as it is");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) this.#fail(error);
    }
    return -1;
  }

  /** Appends the pictures of a decoding thread's answer; `numbers` are those of its pictures in the list of files. */
  add({ planes, data }: Decoded, numbers: readonly number[]): void {
    if (this.#lock === null || data.length === 0) return;
    this.#try(() => {
      this.#begin();
      const entries = numbers.flatMap((n, i) => (planes[i] === 0 ? [] : [this.#entry(n, planes[i])]));
      this.#append(pictureBlock(entries, data, this.#of.form.size));
      if (this.#problem === null) this.kept += entries.length;
    });
  }

  #entry(n: number, planes: number): Entry {
    const { path, bytes, changed } = this.#of.files[n];
    return [relative(this.#of.directory, path), bytes, changed, planes === 1 ? 1 : 3];
  }

  /** Opens the file to append to it, once. A damaged end is cut off. */
  #begin(): void {
    if (this.#handle >= 0) return;
    if (this.#end === 0) this.#beginAnew();
    else {
      this.#handle = openSync(this.#file, constants.O_RDWR);
      ftruncateSync(this.#handle, this.#end);
    }
  }

  /** The new file takes the old one's place at once, since it may be read while it grows. */
  #beginAnew(): void {
    const partial = `${this.#file}.new`;
    if (this.#handle >= 0) closeSync(this.#handle);
    this.#handle = openSync(partial, "w");
    this.#end = 0;
    this.#append(firstBlock(this.#way));
    renameSync(partial, this.#file);
  }

  #append(block: Uint8Array): void {
    if (this.#problem !== null) return;
    if (this.#end + block.length > this.#of.maxBytes) {
      this.#giveUp(`they take more than ${this.#of.maxBytes} bytes`);
      rmSync(this.#file, { force: true });
      return;
    }
    let written = 0;
    while (written < block.length)
      written += writeSync(this.#handle, block, written, block.length - written, this.#end + written);
    this.#end += block.length;
    this.#lock?.renew();
  }

  /** Writes the file anew if most of what it holds is no longer in the folder. Called when all pictures are gathered. */
  tidy(gathered: GatheredPictures): void {
    if (this.#lock === null || this.#held <= 2 * this.#live) return;
    this.#try(() => {
      this.#beginAnew();
      const numbers = [...this.#of.files.keys()].filter((n) => gathered.planes[n] > 0);
      for (let from = 0; from < numbers.length; from += blockPictures) {
        const some = numbers.slice(from, from + blockPictures);
        const entries = some.map((n) => this.#entry(n, gathered.planes[n]));
        this.#append(pictureBlock(entries, Buffer.concat(some.map((n) => gathered.get(n))), this.#of.form.size));
      }
    });
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    try {
      explain(this.#file, error);
    } catch (explained) {
      this.#giveUp(wordsOf(explained));
    }
  }

  /** Ends the writing; the blocks that are whole stay. */
  #giveUp(problem: string): void {
    this.#problem = problem;
    this.close();
  }

  close(): void {
    if (this.#handle >= 0) {
      try {
        ftruncateSync(this.#handle, this.#end);
      } catch {}
      closeSync(this.#handle);
      this.#handle = -1;
    }
    this.#lock?.release();
    this.#lock = null;
  }
}
