// Bytes that are written one after the other, into an array that doubles when it is full. A module is some tens of thousands of
// them, and how fast they are written is a good part of how fast a function compiles.
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
  append(bytes: ArrayLike<number>): this {
    this.#reserve(bytes.length);
    this.#array.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }
  /** LEB128, unsigned: seven bits a byte, the lowest first. */
  unsigned(value: number): this {
    for (; value >= 128; value = Math.floor(value / 128)) this.byte((value % 128) | 0x80);
    return this.byte(value);
  }
  /** LEB128, signed, for values of 32 bits. */
  signed(value: number): this {
    for (;;) {
      const low = value & 0x7f;
      value >>= 7;
      if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }
  /** The same for values of 64 bits. */
  signed64(value: bigint): this {
    for (;;) {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      if ((value === 0n && (low & 0x40) === 0) || (value === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }
  /** Its length, then itself. */
  sized(bytes: Bytes): this {
    return this.unsigned(bytes.length).append(bytes.view());
  }
  /** ASCII, as all names are that we give; without TextEncoder, which some surroundings lack (Jest's jsdom). */
  text(text: string): this {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) {
      const letter = text.charCodeAt(i);
      if (letter > 0x7f) throw internal(`the name ${text} is not ASCII`);
      this.byte(letter);
    }
    return this;
  }
  /** How many there are, then all of them. */
  vector(items: readonly Bytes[]): this {
    this.unsigned(items.length);
    for (const item of items) this.append(item.view());
    return this;
  }

  /** What was written, valid until more is. */
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
