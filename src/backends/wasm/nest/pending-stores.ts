// Stores of four-byte elements with stride 2, as in the gradient of pooling. A store stays pending until the store to the elements in
// between is added: then both are interleaved and stored as neighbours. Stores that are still pending at the end of the iteration are
// written lane by lane.
import type { Code, Local } from "../assembler/assembler.ts";
import { storeLanes, storeStrided } from "../products/tile.ts";

interface PendingStore {
  readonly pointer: Local;
  /** Offset from the pointer in bytes, not negative. */
  readonly offset: number;
  readonly lanes: number;
  readonly value: Local;
}

export class PendingStores {
  readonly #code: Code;
  readonly #stores = new Map<string, PendingStore>();

  constructor(code: Code) {
    this.#code = code;
  }

  /** Adds a store; if the store to the elements in between is pending, writes both. */
  add(store: PendingStore): void {
    const { pointer, offset, lanes } = store;
    for (const [first, second] of [[offset - 4, offset] as const, [offset, offset + 4] as const]) {
      const key = `${pointer.index} ${offset === first ? second : first}`;
      const other = this.#stores.get(key);
      if (other?.lanes !== lanes) continue;
      this.#stores.delete(key);
      const [even, odd] = offset === first ? [store, other] : [other, store];
      this.#interleave(even, odd.value);
      return;
    }
    this.#stores.set(`${pointer.index} ${offset}`, store);
  }

  /** Writes all pending stores. */
  flush(): void {
    for (const { pointer, offset, lanes, value } of this.#stores.values())
      storeStrided(this.#code, pointer, value, lanes, offset, 2);
    this.#stores.clear();
  }

  #interleave({ pointer, offset, lanes, value }: PendingStore, odd: Local): void {
    const code = this.#code;
    for (const [first, order] of [
      [0, [0, 4, 1, 5]],
      [2, [2, 6, 3, 7]],
    ] as const) {
      if (lanes <= first) return;
      const both = code.local("v128");
      code.get(value).get(odd).shuffleWords(order).set(both);
      storeLanes(code, pointer, both, Math.min(2 * (lanes - first), 4), offset + 8 * first);
    }
  }
}
