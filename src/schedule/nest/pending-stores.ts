// Stores of four-byte elements with stride 2, as in the gradient of pooling. A store stays pending until the store to the elements in
// between is added: then both are interleaved and stored as neighbours. Stores that are still pending at the end of the iteration are
// added lane by lane.
import type { Block } from "../../loops/block.ts";
import { add, laneOf, shuffle, store, storeLanes } from "../../loops/build.ts";
import type { Expression, Memory } from "../../loops/program.ts";

interface PendingStore {
  readonly memory: Memory;
  /** What the indices of stores have in common that differ by a constant, and the constant. */
  readonly group: string;
  readonly offset: number;
  readonly index: Expression;
  readonly lanes: number;
  readonly value: Expression;
}

export class PendingStores {
  readonly #block: Block;
  readonly #stores = new Map<string, PendingStore>();

  constructor(block: Block) {
    this.#block = block;
  }

  /** Adds a store; if the store to the elements in between is pending, both are added to the block. */
  add(one: PendingStore): void {
    const { group, offset, lanes } = one;
    for (const [first, second] of [[offset - 1, offset] as const, [offset, offset + 1] as const]) {
      const key = `${group} ${offset === first ? second : first}`;
      const other = this.#stores.get(key);
      if (other?.lanes !== lanes) continue;
      this.#stores.delete(key);
      const [even, odd] = offset === first ? [one, other] : [other, one];
      this.#interleave(even, odd.value);
      return;
    }
    this.#stores.set(`${group} ${offset}`, one);
  }

  /** Adds all pending stores to the block. */
  flush(): void {
    for (const { memory, index, lanes, value } of this.#stores.values())
      for (let lane = 0; lane < lanes; lane++)
        this.#block.add(store(memory, add(index, 2 * lane), laneOf(value, lane)));
    this.#stores.clear();
  }

  #interleave({ memory, index, lanes, value }: PendingStore, odd: Expression): void {
    const block = this.#block;
    for (const [first, words] of [
      [0, [0, 4, 1, 5]],
      [2, [2, 6, 3, 7]],
    ] as const) {
      if (lanes <= first) return;
      const both = block.let("both", shuffle(value, odd, words));
      block.add(storeLanes(memory, add(index, 2 * first), both, Math.min(2 * (lanes - first), 4)));
    }
  }
}
