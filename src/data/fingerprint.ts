// Tells data apart: whether a run goes on with those that it began with, whether a model is tested on what it was trained on, whether
// decoded pictures are still those of their folder. This guards against a mistake, not against malice: 32 bits will do, and no
// cryptography, which pages have only over https and only asynchronously.
import type { TypedArray } from "../tensor/dtype.ts";
import { checkDataset, type Dataset } from "./dataset.ts";

/** Eight hexadecimal digits of a data set's shape, pictures and labels. Equal data have the same ones, other data nearly always others. */
export function fingerprint(data: Dataset): string {
  checkDataset("fingerprint", data);
  const { images, labels } = data;
  return digest([Int32Array.from(images.shape), images.data, labels.data]);
}

/** Eight hexadecimal digits of numbers and texts in this order. */
export function digest(parts: readonly (TypedArray | string)[]): string {
  const bytes = parts.map((part) => (typeof part === "string" ? new TextEncoder().encode(part) : part));
  return (bytes.reduce(mix, 0) >>> 0).toString(16).padStart(8, "0");
}

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** MurmurHash3's round (Appleby, public domain) for each four bytes; the last ones are filled up with zeros. */
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
