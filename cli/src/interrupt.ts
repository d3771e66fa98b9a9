// Ctrl-C asks; the loop answers when its batch is done. Until a loop looks, nothing is stopped halfway.

export class Interrupt {
  #signal: NodeJS.Signals | null = null;
  readonly #listen = (signal: NodeJS.Signals) => {
    this.#signal = signal;
  };

  constructor() {
    process.on("SIGINT", this.#listen);
    process.on("SIGTERM", this.#listen);
  }

  get requested(): boolean {
    return this.#signal !== null;
  }

  /** 128 plus the signal's number, as shells have it. */
  get exitCode(): number {
    return this.#signal === "SIGTERM" ? 143 : 130;
  }
}
