// Which bytes of a growing range of addresses are in use: pure bookkeeping, no memory. A request takes the smallest free block
// that is long enough, else what follows the last block in use. Freed blocks join their free neighbours, and those at the end go
// back to the end, so that the range never ends in a gap.
import { internal } from "../../../errors/error.ts";

/** All blocks begin at its multiples, as long as they are. */
export const alignment = 64;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

export class Heap {
  readonly #start: number;
  /** In the order of their addresses; no two of them touch, and none ends where the range does. */
  readonly #free: Block[] = [];
  /** Address → bytes. */
  readonly #used = new Map<number, number>();
  #end: number;

  constructor(start: number) {
    this.#start = align(start);
    this.#end = this.#start;
  }

  /** Where the last block in use ends. */
  get end(): number {
    return this.#end;
  }
  /** Bytes in use. */
  get used(): number {
    return this.#free.reduce((sum, { bytes }) => sum - bytes, this.#end - this.#start);
  }

  /** The address of a new block that ends at `limit` or before; null if there is no room. */
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

  free(address: number): void {
    const bytes = this.#used.get(address);
    if (bytes === undefined) throw internal(`address ${address} is freed, but no block in use begins there`);
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
  /** The place of the first free block from an address on. */
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
