// The bytes of a folder's pictures, gathered in one array as they are decoded, in any order. A grey picture has one plane, so the array has
// one channel until the first coloured picture comes; then it gets three, and grey pictures have their plane in each of them.
import { ChainruleError } from "../../errors/error.ts";
import type { Decoded } from "./decode-job.ts";

/** The largest typed array that every supported engine has. */
const maxBytes = 2 ** 32 - 1;

export class GatheredPictures {
  readonly #count: number;
  readonly #size: readonly [height: number, width: number];
  readonly #plane: number;
  #channels: 1 | 3;
  #bytes: Uint8Array;
  /** The number of planes that each picture came with; 0 where it has not come. */
  readonly planes: Uint8Array;

  /** `channels` are those that the array has at least. Throws where the pictures do not fit into an array. */
  constructor(count: number, size: readonly [height: number, width: number], channels: 1 | 3) {
    this.#count = count;
    this.#size = size;
    this.#plane = size[0] * size[1];
    this.#channels = channels;
    this.#bytes = this.#allocate(channels);
    this.planes = new Uint8Array(count);
  }

  #allocate(channels: 1 | 3): Uint8Array {
    const [total, [height, width]] = [this.#count * channels * this.#plane, this.#size];
    if (total > maxBytes)
      throw new ChainruleError(
        "option",
        "loadImageFolder",
        `${this.#count} ${channels === 1 ? "" : "coloured "}pictures of ${height}×${width} take ${(total / 1e9).toFixed(1)} GB, more than an array of 4.29 GB holds; give a smaller size`,
      );
    return new Uint8Array(total);
  }

  /** Puts in picture n: uint8 [planes, height, width]. */
  put(n: number, planes: 1 | 3, picture: Uint8Array): void {
    if (planes > this.#channels) this.#widen();
    this.planes[n] = planes;
    const size = this.#channels * this.#plane;
    for (let at = n * size; at < (n + 1) * size; at += picture.length) this.#bytes.set(picture, at);
  }

  /** Puts in the pictures of a decoding thread's answer; `place` is the number of its picture i. */
  putAll({ planes, data }: Decoded, place: (i: number) => number): void {
    let at = 0;
    for (const [i, count] of planes.entries())
      if (count !== 0) this.put(place(i), count, data.subarray(at, (at += count * this.#plane)));
  }

  /** Picture n as it was put in. */
  get(n: number): Uint8Array {
    const start = n * this.#channels * this.#plane;
    return this.#bytes.subarray(start, start + this.planes[n] * this.#plane);
  }

  /** Makes three channels of one. */
  #widen(): void {
    const [grey, plane] = [this.#bytes, this.#plane];
    this.#bytes = this.#allocate(3);
    this.#channels = 3;
    for (let n = 0; n < this.#count; n++)
      if (this.planes[n] > 0) this.put(n, 1, grey.subarray(n * plane, (n + 1) * plane));
  }

  /** The pictures that came, in order: uint8 [pictures, channels, height, width]. The array is the gathering's own. */
  end(): { readonly bytes: Uint8Array; readonly shape: readonly [number, number, number, number] } {
    const size = this.#channels * this.#plane;
    let to = 0;
    for (let n = 0; n < this.#count; n++)
      if (this.planes[n] > 0) this.#bytes.copyWithin(size * to++, n * size, (n + 1) * size);
    const bytes = to === this.#count ? this.#bytes : this.#bytes.slice(0, to * size);
    return { bytes, shape: [to, this.#channels, ...this.#size] };
  }
}
