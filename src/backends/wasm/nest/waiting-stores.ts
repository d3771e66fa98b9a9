// Stores of four-byte numbers to every other place, as the gradient of pooling makes them. Each waits for those in between, until the end
// of the round: then both are interleaved and stored as neighbours, or, if they never come, lane by lane.
import type { Code, Local } from "../assembler/assembler.ts";
import { storeLanes, storeStrided } from "../products/tile.ts";

interface WaitingStore {
  readonly pointer: Local;
  /** In bytes, not negative. */
  readonly offset: number;
  readonly lanes: number;
  readonly value: Local;
}

const byteLanes = (...lanes: number[]) => lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));

export class WaitingStores {
  readonly #code: Code;
  readonly #stores = new Map<string, WaitingStore>();

  constructor(code: Code) {
    this.#code = code;
  }

  add(store: WaitingStore): void {
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

  /** Writes what still waits. */
  flush(): void {
    for (const { pointer, offset, lanes, value } of this.#stores.values())
      storeStrided(this.#code, pointer, value, lanes, offset, 2);
    this.#stores.clear();
  }

  #interleave({ pointer, offset, lanes, value }: WaitingStore, odd: Local): void {
    const code = this.#code;
    for (const [first, order] of [
      [0, byteLanes(0, 4, 1, 5)],
      [2, byteLanes(2, 6, 3, 7)],
    ] as const) {
      if (lanes <= first) return;
      const both = code.local("v128");
      code.get(value).get(odd).shuffle(order).set(both);
      storeLanes(code, pointer, both, Math.min(2 * (lanes - first), 4), offset + 8 * first);
    }
  }
}
