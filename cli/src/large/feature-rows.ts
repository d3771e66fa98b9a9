// The file that keeps the features of streamed pictures, row by row, while they are computed: a process that is killed goes on where it was.
//
//   head     a line of JSON: format, the backbone's fingerprint, the number of features of a picture
//   rows     16 bytes: the key of a picture; features, float32 LE; uint32 LE: the CRC-32 of both
//
// A row that is damaged, or was not written to its end, ends the file: it and the rows after it are computed again.
import { createHash } from "node:crypto";
import { closeSync, existsSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

const format = "chainrule-feature-rows-1";
const keyBytes = 16;
const crcBytes = 4;
/** The number of rows that are read at once. */
const rowsAtOnce = 256;
const maxHeadBytes = 1024;

/** The key of a picture: its file's path, size and time. */
export const rowKey = (file: { readonly path: string; readonly bytes: number; readonly changed: number }): string =>
  createHash("sha256")
    .update(JSON.stringify([file.path, file.bytes, file.changed]))
    .digest("hex")
    .slice(0, 2 * keyBytes);

export interface RowsWanted {
  /** The backbone's fingerprint: features of another one are not taken. */
  readonly backbone: string;
  /** The number of features of a picture. */
  readonly size: number;
}

export class FeatureRows {
  readonly #handle: number;
  readonly #size: number;
  #end: number;
  /** Why no more rows are kept, in words; null while they are. */
  problem: string | null = null;

  /** Opens the file, and calls `take` with each row. A file of another kind is written anew. Throws a system error where it cannot be opened. */
  static open(file: string, wanted: RowsWanted, take: (key: string, features: Float32Array) => void): FeatureRows {
    const handle = openSync(file, existsSync(file) ? "r+" : "w+");
    try {
      return new FeatureRows(handle, wanted, take);
    } catch (error) {
      closeSync(handle);
      throw error;
    }
  }

  private constructor(handle: number, { backbone, size }: RowsWanted, take: (key: string, row: Float32Array) => void) {
    this.#handle = handle;
    this.#size = size;
    const head = Buffer.from(`${JSON.stringify({ format, backbone, size })}\n`);
    const found = Buffer.alloc(Math.min(maxHeadBytes, head.length));
    const isOwn = readSync(handle, found, 0, found.length, 0) === head.length && found.equals(head);
    this.#end = head.length;
    if (isOwn) this.#read(take);
    else writeSync(handle, head, 0, head.length, 0);
    ftruncateSync(handle, this.#end);
  }

  get #rowBytes(): number {
    return keyBytes + 4 * this.#size + crcBytes;
  }

  #read(take: (key: string, features: Float32Array) => void): void {
    const length = this.#rowBytes;
    const buffer = Buffer.alloc(rowsAtOnce * length);
    for (;;) {
      const rows = Math.floor(readSync(this.#handle, buffer, 0, buffer.length, this.#end) / length);
      for (let n = 0; n < rows; n++) {
        const row = buffer.subarray(n * length, (n + 1) * length);
        const content = row.subarray(0, length - crcBytes);
        if (crc32(content) !== row.readUInt32LE(length - crcBytes)) return;
        const features = new Float32Array(this.#size);
        new Uint8Array(features.buffer).set(content.subarray(keyBytes));
        take(content.toString("hex", 0, keyBytes), features);
        this.#end += length;
      }
      if (rows < rowsAtOnce) return;
    }
  }

  /** Appends the rows of some pictures: features [keys.length, size]. A failure ends the writing. */
  append(keys: readonly string[], features: Float32Array): void {
    if (this.problem !== null) return;
    const length = this.#rowBytes;
    const rows = Buffer.alloc(keys.length * length);
    for (const [n, key] of keys.entries()) {
      const row = rows.subarray(n * length, (n + 1) * length);
      row.write(key, 0, "hex");
      const own = features.subarray(n * this.#size, (n + 1) * this.#size);
      row.set(new Uint8Array(own.buffer, own.byteOffset, own.byteLength), keyBytes);
      row.writeUInt32LE(crc32(row.subarray(0, length - crcBytes)), length - crcBytes);
    }
    try {
      let written = 0;
      while (written < rows.length)
        written += writeSync(this.#handle, rows, written, rows.length - written, this.#end + written);
      this.#end += rows.length;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  close(): void {
    ftruncateSync(this.#handle, this.#end);
    closeSync(this.#handle);
  }
}
