// A growing array of bytes, which doubles when it is full. A module has tens of thousands of bytes, and writing them takes a considerable
// part of the time that a function needs to compile.
import { internal } from "../../../errors/error.ts";

export class Bytes {
  #array = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    if (this.#length === this.#array.length) this.#reserve(1);
    this.#array[this.#length++] = value;
    return this;
  }
  /** Appends a byte and an unsigned LEB128 number: what most instructions are. */
  pair(first: number, number: number): this {
    if (number >= 128) return this.byte(first).unsigned(number);
    if (this.#length + 2 > this.#array.length) this.#reserve(2);
    this.#array[this.#length++] = first;
    this.#array[this.#length++] = number;
    return this;
  }
  /** Appends a list of bytes. */
  list(bytes: readonly number[]): this {
    if (this.#length + bytes.length > this.#array.length) this.#reserve(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.#array[this.#length++] = bytes[i];
    return this;
  }
  append(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#array.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }
  /** Appends an unsigned LEB128 number: seven bits in each byte, the lowest first. */
  unsigned(value: number): this {
    for (; value >= 128; value = Math.floor(value / 128)) this.byte((value % 128) | 0x80);
    return this.byte(value);
  }
  /** Appends a signed LEB128 number of 32 bits. */
  signed(value: number): this {
    if (value >= -64 && value < 64) return this.byte(value & 0x7f);
    for (;;) {
      const low = value & 0x7f;
      value >>= 7;
      if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }
  /** Appends a signed LEB128 number of 64 bits. */
  signed64(value: bigint): this {
    for (;;) {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      if ((value === 0n && (low & 0x40) === 0) || (value === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }
  /** Appends the length of some bytes, then the bytes. */
  sized(bytes: Bytes): this {
    return this.unsigned(bytes.length).append(bytes.view());
  }
  /**
   * Appends the length of a text, then its characters. It must be ASCII, as all names in a module are: TextEncoder is missing in some
   * environments (Jest's jsdom).
   */
  text(text: string): this {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) {
      const character = text.charCodeAt(i);
      if (character > 0x7f) throw internal(`the name ${text} is not ASCII`);
      this.byte(character);
    }
    return this;
  }
  /** Appends the number of items, then the items. */
  vector(items: readonly Bytes[]): this {
    this.unsigned(items.length);
    for (const item of items) this.append(item.view());
    return this;
  }

  /** The bytes so far; the view is valid until more bytes are appended. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#array.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#array.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#array.length));
    larger.set(this.view());
    this.#array = larger;
  }
}
