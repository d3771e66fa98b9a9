// The cache of a folder's decoded pictures: a file that grows while they are read, so that an interrupted reading continues where it ended,
// and only pictures that were added or changed are decoded again. block.ts has the format. A cache only saves time: a fault of the cache is
// reported in `problem`, and the pictures are read without it. A file that is not a cache is not changed.
import { closeSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { resolveTarget } from "../files.ts";
import type { PictureFile } from "../folder/list.ts";
import type { DecodeAnswer, Form } from "../form.ts";
import { nextTurn } from "../next-turn.ts";
import { type Entry, pictureBlock, readFirstBlock, readPictureBlock } from "./block.ts";
import { BlockFile } from "./block-file.ts";
import type { GatheredPictures } from "./gathered-pictures.ts";

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

/** It is raised when the library gives other bytes for the same decoder and form. */
const version = 1;

/** The number of pictures in a block of a file that is written anew. */
const blockPictures = 256;

/** The reading key of a folder, as the first block has it; pictures of a file with another one are not taken. */
export const readingKeyOf = ({ decoder, form }: Pick<CacheOptions, "decoder" | "form">): string =>
  JSON.stringify({ version, decoder, ...form });

/** Picture n of the list of files in a block. */
export function entryOf(
  { directory, files }: Pick<CacheOptions, "directory" | "files">,
  n: number,
  planes: 1 | 3,
): Entry {
  const { path, bytes, changed } = files[n];
  return [relative(directory, path), bytes, changed, planes];
}

/** Opens the cache. Throws where its folder does not exist, or the path is that of a folder or a device. */
export async function openCache(file: string, options: CacheOptions): Promise<PictureCache> {
  return new PictureCache(await resolveTarget(file), options);
}

export class PictureCache {
  readonly #options: CacheOptions;
  readonly #readingKey: string;
  readonly #blocks: BlockFile;
  /** The bytes of all pictures in the file, and of those that are still in the folder. */
  #fileBytes = 0;
  #liveBytes = 0;

  constructor(file: string, options: CacheOptions) {
    this.#options = options;
    this.#readingKey = readingKeyOf(options);
    const { maxBytes } = options;
    const onOverflow = () => rmSync(file, { force: true });
    this.#blocks = new BlockFile(file, { readingKey: this.#readingKey, maxBytes, onOverflow });
  }

  /** The reason why decoded pictures are not saved; null where they are. */
  get problem(): string | null {
    return this.#blocks.problem;
  }

  /** The number of the folder's pictures that the file holds. */
  pictureCount = 0;

  /** Calls `take` with each picture in the file whose own file has not changed since; `n` is its place in the list of files. */
  async read(take: (n: number, planes: 1 | 3, picture: Uint8Array) => void): Promise<void> {
    const handle = this.#blocks.openToRead();
    if (handle < 0) return;
    try {
      const first = readFirstBlock(handle);
      if (first === null || first.readingKey !== this.#readingKey) return;
      this.#blocks.end = first.end;
      const files = new Map(
        this.#options.files.map((file, n) => [relative(this.#options.directory, file.path), { file, n }]),
      );
      for (
        let block = readPictureBlock(handle, first.end);
        block !== null;
        block = readPictureBlock(handle, this.#blocks.end)
      ) {
        this.#blocks.end = block.end;
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

  /** Appends the pictures of a decoding thread's answer; `numbers[i]` is the place of its picture i in the list of files. */
  add({ planes, data }: DecodeAnswer, numbers: readonly number[]): void {
    if (!this.#blocks.isWritable || data.length === 0) return;
    this.#blocks.try(() => {
      this.#blocks.openToAppend();
      const entries = numbers.flatMap((n, i) => {
        const count = planes[i];
        return count === 0 ? [] : [entryOf(this.#options, n, count)];
      });
      this.#blocks.append(pictureBlock(entries, data, this.#options.form.size));
      if (this.problem === null) this.pictureCount += entries.length;
    });
  }

  /** Writes the file anew if more than half of its bytes are of pictures that are no longer in the folder. All pictures must be gathered. */
  tidy(gathered: GatheredPictures): void {
    if (!this.#blocks.isWritable || this.#fileBytes <= 2 * this.#liveBytes) return;
    this.#blocks.try(() => {
      this.#blocks.beginAnew();
      const numbers = [...this.#options.files.keys()].filter((n) => gathered.planes[n] > 0);
      for (let from = 0; from < numbers.length; from += blockPictures) {
        const blockNumbers = numbers.slice(from, from + blockPictures);
        const entries = blockNumbers.map((n) => entryOf(this.#options, n, gathered.planes[n] === 1 ? 1 : 3));
        this.#blocks.append(
          pictureBlock(entries, Buffer.concat(blockNumbers.map((n) => gathered.get(n))), this.#options.form.size),
        );
      }
    });
  }

  close(): void {
    this.#blocks.close();
  }
}
