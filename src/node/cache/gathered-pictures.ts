// The bytes of a folder's pictures, gathered in one array as they are decoded, in any order. A grey picture has one plane, so the array has
// one channel until the first coloured picture comes. Then it gets three channels, and the plane of a grey picture is in each of them.
import { ChainruleError } from "../../errors/error.ts";
import type { DecodeAnswer } from "../form.ts";

/** The length of the longest typed array that every supported engine has. */
const maxBytes = 2 ** 32 - 1;

export class GatheredPictures {
  readonly #count: number;
  readonly #size: readonly [height: number, width: number];
  /** The number of bytes of a plane. */
  readonly #planeBytes: number;
  #channels: 1 | 3;
  #bytes: Uint8Array;
  /** The number of planes that each picture was put in with; 0 where it has not been put in. */
  readonly planes: Uint8Array;

  /** `channels` is the minimum number of channels. Throws where the pictures do not fit into an array. */
  constructor(count: number, size: readonly [height: number, width: number], channels: 1 | 3) {
    this.#count = count;
    this.#size = size;
    this.#planeBytes = size[0] * size[1];
    this.#channels = channels;
    this.#bytes = this.#allocate(channels);
    this.planes = new Uint8Array(count);
  }

  #allocate(channels: 1 | 3): Uint8Array {
    const [total, [height, width]] = [this.#count * channels * this.#planeBytes, this.#size];
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
    const size = this.#channels * this.#planeBytes;
    for (let at = n * size; at < (n + 1) * size; at += picture.length) this.#bytes.set(picture, at);
  }

  /** Puts in the pictures of a decoding thread's answer; `place` is the number of its picture i. */
  putAll({ planes, data }: DecodeAnswer, place: (i: number) => number): void {
    let at = 0;
    for (const [i, count] of planes.entries())
      if (count !== 0) this.put(place(i), count, data.subarray(at, (at += count * this.#planeBytes)));
  }

  /** Picture n with the planes that it was put in with. */
  get(n: number): Uint8Array {
    const start = n * this.#channels * this.#planeBytes;
    return this.#bytes.subarray(start, start + this.planes[n] * this.#planeBytes);
  }

  /** Replaces the array of one channel by one of three. */
  #widen(): void {
    const [grey, planeBytes] = [this.#bytes, this.#planeBytes];
    this.#bytes = this.#allocate(3);
    this.#channels = 3;
    for (let n = 0; n < this.#count; n++)
      if (this.planes[n] > 0) this.put(n, 1, grey.subarray(n * planeBytes, (n + 1) * planeBytes));
  }

  /**
   * The pictures that were put in, in order: uint8 [pictures, channels, height, width]. The array is not copied where no picture is missing,
   * so this is the last call.
   */
  end(): { readonly bytes: Uint8Array; readonly shape: readonly [number, number, number, number] } {
    const size = this.#channels * this.#planeBytes;
    let to = 0;
    for (let n = 0; n < this.#count; n++)
      if (this.planes[n] > 0) this.#bytes.copyWithin(size * to++, n * size, (n + 1) * size);
    const bytes = to === this.#count ? this.#bytes : this.#bytes.slice(0, to * size);
    return { bytes, shape: [to, this.#channels, ...this.#size] };
  }
}
