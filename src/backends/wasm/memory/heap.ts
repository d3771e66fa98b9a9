// A best-fit allocator over a growing range of addresses; it only keeps records and touches no memory. An allocation takes the smallest
// free block that is large enough, or addresses after the last block in use. A freed block is merged with its free neighbours, and a free
// block at the end of the range is removed from it.
import { internal } from "../../../errors/error.ts";

/** Addresses and sizes of blocks are multiples of this, in bytes. */
export const alignment = 64;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Allocates addresses from a start on. */
export class Heap {
  readonly #start: number;
  /** Free blocks in the order of their addresses. No two are adjacent, and none is at the end of the range. */
  readonly #free: Block[] = [];
  /** Bytes of the blocks in use, by address. */
  readonly #used = new Map<number, number>();
  #end: number;

  constructor(start: number) {
    this.#start = align(start);
    this.#end = this.#start;
  }

  /** End of the last block in use. */
  get end(): number {
    return this.#end;
  }
  /** Bytes in use. */
  get used(): number {
    return this.#free.reduce((sum, { bytes }) => sum - bytes, this.#end - this.#start);
  }

  /** Allocates a block that ends at `limit` or before and returns its address; null if there is not enough room. */
  allocate(bytes: number, limit: number): number | null {
    const length = Math.max(align(bytes), alignment);
    let best = -1;
    for (const [i, block] of this.#free.entries())
      if (block.bytes >= length && (best < 0 || block.bytes < this.#free[best].bytes)) best = i;
    if (best < 0) {
      if (this.#end + length > limit) return null;
      return this.#use(this.#end, length);
    }
    const { address, bytes: whole } = this.#free[best];
    if (address + length > limit) return null;
    const rest = whole > length ? [{ address: address + length, bytes: whole - length }] : [];
    this.#free.splice(best, 1, ...rest);
    return this.#use(address, length);
  }

  /** Frees the block at an address. */
  free(address: number): void {
    const bytes = this.#used.get(address);
    if (bytes === undefined) throw internal(`no block in use begins at the address ${address} that is freed`);
    this.#used.delete(address);
    let [from, to] = [address, address + bytes];
    const next = this.#firstFrom(address);
    let [first, count] = [next, 0];
    const [before, after] = [this.#free[next - 1], this.#free[next]];
    if (before && before.address + before.bytes === from) [from, first, count] = [before.address, next - 1, 1];
    if (after && after.address === to) [to, count] = [to + after.bytes, count + 1];
    const atEnd = to === this.#end;
    this.#free.splice(first, count, ...(atEnd ? [] : [{ address: from, bytes: to - from }]));
    if (atEnd) this.#end = from;
  }

  #use(address: number, bytes: number): number {
    this.#used.set(address, bytes);
    this.#end = Math.max(this.#end, address + bytes);
    return address;
  }
  /** Index of the first free block at or after an address. */
  #firstFrom(address: number): number {
    let [low, high] = [0, this.#free.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle].address < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
