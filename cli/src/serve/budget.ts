// Counts what all clients take together, such as bytes in memory or requests that are worked on. Beyond the bound a client is asked to come
// again.
import { comeAgain } from "./refusal.ts";

export class Budget {
  readonly #max: number;
  readonly #words: string;
  #taken = 0;

  /** `words` say in a refusal what there is too much of. */
  constructor(max: number, words: string) {
    this.#max = max;
    this.#words = words;
  }

  /** Throws a Refusal where so much more does not fit. */
  take(amount: number): void {
    if (this.#taken + amount > this.#max) throw comeAgain(503, "busy", `${this.#words}; come again`);
    this.#taken += amount;
  }

  give(amount: number): void {
    this.#taken -= amount;
  }

  /** Does work that counts as one. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.take(1);
    try {
      return await work();
    } finally {
      this.give(1);
    }
  }
}
