// Measures how long a run works. The stopwatch stops while the body of the loop runs.

export class Stopwatch {
  #before = 0;
  #since: number | null = null;

  /** The time so far, in seconds. */
  get seconds(): number {
    return (this.#before + (this.#since === null ? 0 : performance.now() - this.#since)) / 1000;
  }

  go(): void {
    this.#since ??= performance.now();
  }

  halt(): void {
    this.#before = 1000 * this.seconds;
    this.#since = null;
  }
}

/** A number of examples, and the seconds that they took. */
export class Pace {
  examples = 0;
  seconds = 0;

  add(examples: number, seconds: number): void {
    this.examples += examples;
    this.seconds += seconds;
  }

  get examplesPerSecond(): number {
    return this.seconds > 0 ? this.examples / this.seconds : 0;
  }
}
