// Counts the requests of each address. An address has `rate` tokens at most; a request takes one, and `rate` of them come back a second.

interface Bucket {
  tokens: number;
  /** Milliseconds. */
  at: number;
}

/** The number of addresses after which those that have not asked for a second are forgotten. */
const maxAddresses = 10_000;

export class Rate {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether the address may ask at this time, in milliseconds. */
  allows(address: string, now: number): boolean {
    if (this.#buckets.size >= maxAddresses) this.#forget(now);
    const bucket = this.#buckets.get(address) ?? { tokens: this.#perSecond, at: now };
    this.#buckets.set(address, bucket);
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  #forget(now: number): void {
    for (const [address, { at }] of this.#buckets) if (now - at > 1000) this.#buckets.delete(address);
  }
}
