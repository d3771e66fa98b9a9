// The cache of decoded pictures that is read part by part, for a folder that does not fit into memory. The file has the blocks of block.ts,
// one for each part of the folder that was decoded at a time. When it is opened, the heads of the blocks say which pictures it holds; pixels
// are read, and their checksums compared, when they are needed. Pictures of a damaged block are decoded again and appended.
import { closeSync, fstatSync, openSync, read } from "node:fs";
import { relative } from "node:path";
import { promisify } from "node:util";
import { resolveTarget } from "../files.ts";
import type { DecodeAnswer } from "../form.ts";
import { nextTurn } from "../next-turn.ts";
import { type Entry, parsePictureBlock, pictureBlock, readBlockHead, readFirstBlock } from "./block.ts";
import { BlockFile } from "./block-file.ts";
import { type CacheOptions, entryOf, readingKeyOf } from "./cache.ts";

const readAt = promisify(read);

/** A decoded picture: uint8 [planes, height, width]. */
export interface StoredPicture {
  readonly planes: 1 | 3;
  readonly data: Uint8Array;
}

interface Block {
  readonly offset: number;
  readonly end: number;
}

/** The number of blocks between two pauses while heads are read. */
const headsAtOnce = 64;

export class ShardCache {
  readonly #file: string;
  readonly #options: CacheOptions;
  readonly #blocks: BlockFile;
  /** The block that holds each picture of the list; null where none does. */
  readonly #blockOf: (Block | null)[];
  #reader = -1;
  /** The numbers of planes of all pictures in the file, and of those that are still in the folder. */
  #planesInFile = 0;
  #livePlanes = 0;
  /** The number of blocks that were damaged when they were read. */
  damaged = 0;

  /** Opens the cache and reads the heads of its blocks. Throws where its folder does not exist, or the path is that of a folder or a device. */
  static async open(file: string, options: CacheOptions): Promise<ShardCache> {
    const cache = new ShardCache(await resolveTarget(file), options);
    await cache.#readHeads();
    return cache;
  }

  private constructor(file: string, options: CacheOptions) {
    this.#file = file;
    this.#options = options;
    this.#blocks = new BlockFile(file, { readingKey: readingKeyOf(options), maxBytes: options.maxBytes });
    this.#blockOf = options.files.map(() => null);
  }

  /** The reason why decoded pictures are not saved; null where they are. */
  get problem(): string | null {
    return this.#blocks.problem;
  }

  async #readHeads(): Promise<void> {
    const handle = this.#blocks.openToRead();
    if (handle < 0) return;
    try {
      const first = readFirstBlock(handle);
      if (first === null || first.readingKey !== readingKeyOf(this.#options)) return;
      this.#blocks.end = first.end;
      const { size } = fstatSync(handle);
      const numbers = this.#numbers();
      let count = 0;
      for (
        let head = readBlockHead(handle, first.end, size);
        head !== null;
        head = readBlockHead(handle, this.#blocks.end, size)
      ) {
        const block = { offset: this.#blocks.end, end: head.end };
        this.#blocks.end = head.end;
        for (const entry of head.entries) this.#place(entry, block, numbers);
        if (++count % headsAtOnce === 0) await nextTurn();
      }
    } finally {
      closeSync(handle);
    }
    if (this.#planesInFile > 2 * this.#livePlanes) this.#forget();
  }

  #place(entry: Entry, block: Block, numbers: ReadonlyMap<string, number>): void {
    this.#planesInFile += entry[3];
    const n = this.#numberOf(entry, numbers);
    if (n === null) return;
    if (this.#blockOf[n] === null) this.#livePlanes += entry[3];
    this.#blockOf[n] = block;
  }

  /** The place of an entry's picture in the list of files; null where its file is not there or has changed. */
  #numberOf([name, bytes, changedMs]: Entry, numbers: ReadonlyMap<string, number>): number | null {
    const n = numbers.get(name);
    if (n === undefined) return null;
    const file = this.#options.files[n];
    return file.bytes === bytes && file.changed === changedMs ? n : null;
  }

  #numbers(): Map<string, number> {
    const { directory, files } = this.#options;
    return new Map(files.map(({ path }, n) => [relative(directory, path), n]));
  }

  /** More than half of the file is of pictures that are no longer in the folder: it is written anew. */
  #forget(): void {
    this.#blockOf.fill(null);
    this.#blocks.end = 0;
  }

  /** Those of these pictures that the file holds, undamaged. */
  async read(numbers: readonly number[]): Promise<Map<number, StoredPicture>> {
    const found = new Map<number, StoredPicture>();
    const blocks = new Set(numbers.flatMap((n) => this.#blockOf[n] ?? []));
    const wanted = new Map(numbers.map((n) => [this.#name(n), n]));
    for (const block of blocks) {
      const parsed = parsePictureBlock(await this.#bytesOf(block), block.offset);
      if (parsed === null) {
        this.damaged++;
        for (const [n, other] of this.#blockOf.entries()) if (other === block) this.#blockOf[n] = null;
        continue;
      }
      const [height, width] = this.#options.form.size;
      let at = 0;
      for (const entry of parsed.entries) {
        const [, , , planes] = entry;
        const data = parsed.planes.subarray(at, (at += planes * height * width));
        const n = this.#numberOf(entry, wanted);
        if (n !== null && this.#blockOf[n] === block) found.set(n, { planes, data });
      }
    }
    return found;
  }

  #name(n: number): string {
    return relative(this.#options.directory, this.#options.files[n].path);
  }

  /** The bytes of a block; fewer where the file has become shorter or cannot be read. */
  async #bytesOf({ offset, end }: Block): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(end - offset);
    try {
      if (this.#reader < 0) this.#reader = openSync(this.#file, "r");
      const { bytesRead } = await readAt(this.#reader, buffer, 0, buffer.length, offset);
      return buffer.subarray(0, bytesRead);
    } catch {
      return buffer.subarray(0, 0);
    }
  }

  /** Appends the pictures of a decoding thread's answer; `numbers[i]` is the place of its picture i in the list of files. */
  add({ planes, data }: DecodeAnswer, numbers: readonly number[]): void {
    if (!this.#blocks.isWritable || data.length === 0) return;
    this.#blocks.try(() => {
      if (this.#blocks.end === 0) this.#closeReader();
      this.#blocks.openToAppend();
      const entries = numbers.flatMap((n, i) => {
        const count = planes[i];
        return count === 0 ? [] : [entryOf(this.#options, n, count)];
      });
      const offset = this.#blocks.end;
      this.#blocks.append(pictureBlock(entries, data, this.#options.form.size));
      if (this.problem !== null) return;
      const block = { offset, end: this.#blocks.end };
      for (const [i, n] of numbers.entries()) if (planes[i] !== 0) this.#blockOf[n] = block;
    });
  }

  #closeReader(): void {
    if (this.#reader >= 0) closeSync(this.#reader);
    this.#reader = -1;
  }

  close(): void {
    this.#blocks.close();
    this.#closeReader();
  }
}
