// The cache of a folder's decoded pictures: a file that grows while they are read, so that an interrupted reading continues where it ended,
// and only pictures that were added or changed are decoded again. block.ts has the format. A cache only saves time: a fault of the cache is
// reported in `problem`, and the pictures are read without it. A file that is not a cache is not changed.
import { closeSync, constants, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { relative } from "node:path";
import { wordsOf } from "../../errors/error.ts";
import { explain, resolveTarget } from "../files.ts";
import type { PictureFile } from "../folder/list.ts";
import { nextTurn } from "../next-turn.ts";
import type { DecodeAnswer } from "../reading/decode-job.ts";
import type { Form } from "../reading/framed-file.ts";
import type { GatheredPictures } from "../reading/gathered-pictures.ts";
import { systemCode } from "../system-error.ts";
import { type Entry, firstBlock, formatPrefix, pictureBlock, readFirstBlock, readPictureBlock } from "./block.ts";
import { type Lock, lock } from "./lock.ts";

/** What a cache is made for. */
export interface CacheOptions {
  readonly directory: string;
  readonly files: readonly PictureFile[];
  readonly form: Form;
  /** The installed decoders with their versions. */
  readonly decoder: string;
  /** If the file would become larger, it is removed. */
  readonly maxBytes: number;
}

/** A cache names its format within these first bytes, and a file with fewer than `minBytes` is too short to tell. */
const startBytes = 512;
const minBytes = 64;

/** It is raised when the library gives other bytes for the same decoder and form. */
const version = 1;

/** The number of pictures in a block of a file that is written anew. */
const blockPictures = 256;

/** Opens the cache. Throws where its folder does not exist, or the path is that of a folder or a device. */
export async function openCache(file: string, options: CacheOptions): Promise<PictureCache> {
  return new PictureCache(await resolveTarget(file), options);
}

export class PictureCache {
  readonly #file: string;
  readonly #options: CacheOptions;
  /** The reading key of this folder, as the first block has it; pictures of a file with another one are not taken. */
  readonly #readingKey: string;
  #lock: Lock | null = null;
  #handle = -1;
  /** The offset after the last complete block; 0 where the file has to be written anew. */
  #end = 0;
  /** The bytes of all pictures in the file, and of those that are still in the folder. */
  #fileBytes = 0;
  #liveBytes = 0;
  #problem: string | null = null;

  constructor(file: string, options: CacheOptions) {
    this.#file = file;
    this.#options = options;
    this.#readingKey = JSON.stringify({ version, decoder: options.decoder, ...options.form });
    this.#try(() => {
      this.#lock = lock(file);
      if (this.#lock === null) this.#problem = "another process is writing the cache";
    });
  }

  /** The reason why decoded pictures are not saved; null where they are. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The number of the folder's pictures that the file holds. */
  pictureCount = 0;

  /** Calls `take` with each picture in the file whose own file has not changed since; `n` is its place in the list of files. */
  async read(take: (n: number, planes: 1 | 3, picture: Uint8Array) => void): Promise<void> {
    const handle = this.#open();
    if (handle < 0) return;
    try {
      const first = readFirstBlock(handle);
      if (first === null || first.readingKey !== this.#readingKey) return;
      this.#end = first.end;
      const files = new Map(
        this.#options.files.map((file, n) => [relative(this.#options.directory, file.path), { file, n }]),
      );
      for (
        let block = readPictureBlock(handle, first.end);
        block !== null;
        block = readPictureBlock(handle, this.#end)
      ) {
        this.#end = block.end;
        this.#fileBytes += block.planes.length;
        let at = 0;
        for (const [name, bytes, changedMs, planes] of block.entries) {
          const picture = block.planes.subarray(at, (at += planes * this.#planeBytes));
          const current = files.get(name);
          if (current === undefined || current.file.bytes !== bytes || current.file.changed !== changedMs) continue;
          files.delete(name);
          this.#liveBytes += picture.length;
          this.pictureCount++;
          take(current.n, planes, picture);
        }
        await nextTurn();
      }
    } finally {
      closeSync(handle);
    }
  }

  /** The number of bytes of a plane. */
  get #planeBytes(): number {
    const [height, width] = this.#options.form.size;
    return height * width;
  }

  /** Opens the file for reading; -1 where there is none, or where it is not a cache. */
  #open(): number {
    try {
      const handle = openSync(this.#file, constants.O_RDONLY);
      const start = Buffer.alloc(startBytes);
      const length = readSync(handle, start, 0, start.length, 0);
      // A shorter file is a cache that was cut off within its first block.
      if (length < minBytes || start.includes(formatPrefix)) return handle;
      closeSync(handle);
      this.#giveUp("the file there is not a cache of pictures, so it is not changed");
    } catch (error) {
      if (systemCode(error) !== "ENOENT") this.#fail(error);
    }
    return -1;
  }

  /** Appends the pictures of a decoding thread's answer; `numbers[i]` is the place of its picture i in the list of files. */
  add({ planes, data }: DecodeAnswer, numbers: readonly number[]): void {
    if (this.#lock === null || data.length === 0) return;
    this.#try(() => {
      this.#openToAppend();
      const entries = numbers.flatMap((n, i) => (planes[i] === 0 ? [] : [this.#entry(n, planes[i])]));
      this.#append(pictureBlock(entries, data, this.#options.form.size));
      if (this.#problem === null) this.pictureCount += entries.length;
    });
  }

  #entry(n: number, planes: number): Entry {
    const { path, bytes, changed } = this.#options.files[n];
    return [relative(this.#options.directory, path), bytes, changed, planes === 1 ? 1 : 3];
  }

  /** Opens the file for appending, if it is not open. A damaged end is cut off. */
  #openToAppend(): void {
    if (this.#handle >= 0) return;
    if (this.#end === 0) this.#beginAnew();
    else {
      this.#handle = openSync(this.#file, constants.O_RDWR);
      ftruncateSync(this.#handle, this.#end);
    }
  }

  /** Replaces the file by a new one with the first block alone. Blocks are appended after that, since a cache can be read at any time. */
  #beginAnew(): void {
    const partial = `${this.#file}.new`;
    if (this.#handle >= 0) closeSync(this.#handle);
    this.#handle = openSync(partial, "w");
    this.#end = 0;
    this.#append(firstBlock(this.#readingKey));
    renameSync(partial, this.#file);
  }

  #append(block: Uint8Array): void {
    if (this.#problem !== null) return;
    if (this.#end + block.length > this.#options.maxBytes) {
      this.#giveUp(`the decoded pictures take more than ${this.#options.maxBytes} bytes`);
      rmSync(this.#file, { force: true });
      return;
    }
    let written = 0;
    while (written < block.length)
      written += writeSync(this.#handle, block, written, block.length - written, this.#end + written);
    this.#end += block.length;
    this.#lock?.renew();
  }

  /** Writes the file anew if more than half of its bytes are of pictures that are no longer in the folder. All pictures must be gathered. */
  tidy(gathered: GatheredPictures): void {
    if (this.#lock === null || this.#fileBytes <= 2 * this.#liveBytes) return;
    this.#try(() => {
      this.#beginAnew();
      const numbers = [...this.#options.files.keys()].filter((n) => gathered.planes[n] > 0);
      for (let from = 0; from < numbers.length; from += blockPictures) {
        const blockNumbers = numbers.slice(from, from + blockPictures);
        const entries = blockNumbers.map((n) => this.#entry(n, gathered.planes[n]));
        this.#append(
          pictureBlock(entries, Buffer.concat(blockNumbers.map((n) => gathered.get(n))), this.#options.form.size),
        );
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

  /** Stops writing; complete blocks stay in the file. */
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
