// Whether a run goes on with the data that it began with. This guards against a mistake, not against malice: 32 bits will do, and
// no cryptography, which pages have only over https and only asynchronously.
import type { Dataset } from "../data/dataset.ts";
import type { TypedArray } from "../tensor/dtype.ts";

/** Eight hexadecimal digits of shapes, pictures and labels. */
export function fingerprint({ images, labels }: Dataset): string {
  const whole = [images.data, labels.data].reduce(mix, mix(0, Int32Array.from(images.shape)));
  return (whole >>> 0).toString(16).padStart(8, "0");
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
