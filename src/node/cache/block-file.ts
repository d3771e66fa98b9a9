// A file of blocks that one process at a time appends to. A fault of the file is reported in `problem`, and nothing is appended after it;
// complete blocks stay. A file that is not a cache is not changed.
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { wordsOf } from "../../errors/error.ts";
import { explain } from "../files.ts";
import { systemCode } from "../system-error.ts";
import { firstBlock, formatPrefix } from "./block.ts";
import { type Lock, lock } from "./lock.ts";

/** A cache names its format within these first bytes, and a file with fewer than `minBytes` is too short to tell. */
const startBytes = 512;
const minBytes = 64;

/** The time between two renewals of the lock, in ms: the lock of a process that appends nothing stays its own. */
const renewalMs = 60_000;

export interface BlockFileOptions {
  /** That of the first block. */
  readonly readingKey: string;
  readonly maxBytes: number;
  /** Called where the next block would make the file larger than that. */
  readonly onOverflow?: () => void;
}

export class BlockFile {
  readonly #file: string;
  readonly #options: BlockFileOptions;
  #lock: Lock | null = null;
  #handle = -1;
  #problem: string | null = null;
  readonly #renewal: ReturnType<typeof setInterval>;
  /** The offset after the last complete block; 0 where the file has to be written anew. */
  end = 0;

  constructor(file: string, options: BlockFileOptions) {
    this.#file = file;
    this.#options = options;
    this.#renewal = setInterval(() => this.#lock?.renew(), renewalMs).unref();
    this.try(() => {
      this.#lock = lock(file);
      if (this.#lock === null) this.#problem = "another process is writing the cache";
    });
  }

  /** The reason why blocks are not appended; null where they are. */
  get problem(): string | null {
    return this.#problem;
  }

  get isWritable(): boolean {
    return this.#lock !== null;
  }

  /** Opens the file for reading; -1 where there is none, or where it is not a cache. */
  openToRead(): number {
    try {
      const handle = openSync(this.#file, constants.O_RDONLY);
      const start = Buffer.alloc(startBytes);
      const length = readSync(handle, start, 0, start.length, 0);
      // A shorter file is a cache that was cut off within its first block.
      if (length < minBytes || start.includes(formatPrefix)) return handle;
      closeSync(handle);
      this.giveUp("the file there is not a cache of pictures, so it is not changed");
    } catch (error) {
      if (systemCode(error) !== "ENOENT") this.#fail(error);
    }
    return -1;
  }

  /** Opens the file for appending, if it is not open. A damaged end is cut off. */
  openToAppend(): void {
    if (this.#handle >= 0) return;
    if (this.end === 0) this.beginAnew();
    else {
      this.#handle = openSync(this.#file, constants.O_RDWR);
      if (fstatSync(this.#handle).size !== this.end) ftruncateSync(this.#handle, this.end);
    }
  }

  /** Replaces the file by a new one with the first block alone. Blocks are appended after that, since a cache can be read at any time. */
  beginAnew(): void {
    const partial = `${this.#file}.new`;
    if (this.#handle >= 0) closeSync(this.#handle);
    this.#handle = openSync(partial, "w");
    this.end = 0;
    this.append(firstBlock(this.#options.readingKey));
    renameSync(partial, this.#file);
  }

  /** Appends a block to the open file, if nothing prevents it. */
  append(block: Uint8Array): void {
    if (this.#problem !== null) return;
    const { maxBytes, onOverflow } = this.#options;
    if (this.end + block.length > maxBytes) {
      this.giveUp(`the decoded pictures take more than ${maxBytes} bytes`);
      onOverflow?.();
      return;
    }
    let written = 0;
    while (written < block.length)
      written += writeSync(this.#handle, block, written, block.length - written, this.end + written);
    this.end += block.length;
    this.#lock?.renew();
  }

  /** Runs work on the file; an error of the system ends the writing. */
  try(work: () => void): void {
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
      this.giveUp(wordsOf(explained));
    }
  }

  /** Stops writing; complete blocks stay in the file. */
  giveUp(problem: string): void {
    this.#problem = problem;
    this.close();
  }

  close(): void {
    clearInterval(this.#renewal);
    if (this.#handle >= 0) {
      try {
        ftruncateSync(this.#handle, this.end);
      } catch {}
      closeSync(this.#handle);
      this.#handle = -1;
    }
    this.#lock?.release();
    this.#lock = null;
  }
}
