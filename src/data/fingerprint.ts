// Fingerprints of data. They tell whether a resumed run has the data that it began with, whether a model is tested on the data that it was
// trained on, and whether cached pictures are still those of their folder. They protect against mistakes, not against attacks, so 32 bits
// are enough. A cryptographic hash would exist in pages only over https, and only asynchronously.
import type { TypedArray } from "../tensor/dtype.ts";
import { checkDataset, type Dataset } from "./dataset.ts";

/** Eight hexadecimal digits that depend on a data set's shape, pictures and labels. Equal data have equal digits; different data almost never. */
export function fingerprint(data: Dataset): string {
  checkDataset("fingerprint", data);
  const { images, labels } = data;
  return digest([Int32Array.from(images.shape), images.data, labels.data]);
}

/** Eight hexadecimal digits that depend on numbers and texts in this order. */
export function digest(parts: readonly (TypedArray | string)[]): string {
  const bytes = parts.map((part) => (typeof part === "string" ? new TextEncoder().encode(part) : part));
  return (bytes.reduce(mix, 0) >>> 0).toString(16).padStart(8, "0");
}

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** Mixes bytes into a hash: MurmurHash3's round (Appleby, public domain) for each four bytes; the last ones are padded with zeros. */
function mix(hash: number, { buffer, byteOffset, byteLength }: TypedArray): number {
  const aligned = byteOffset % 4 === 0;
  const whole = byteLength >> 2;
  const start = aligned ? byteOffset : 0;
  const words = new Int32Array(aligned ? buffer : buffer.slice(byteOffset, byteOffset + 4 * whole), start, whole);
  const rest = new Uint8Array(4);
  rest.set(new Uint8Array(buffer, byteOffset + 4 * whole, byteLength - 4 * whole));
  for (const part of [words, new Int32Array(rest.buffer)])
    for (let i = 0; i < part.length; i++) {
      const k = Math.imul(rotated(Math.imul(part[i], 0xcc9e2d51), 15), 0x1b873593);
      hash = (Math.imul(rotated(hash ^ k, 13), 5) + 0xe6546b64) | 0;
    }
  return hash;
}
