// Ctrl-C asks; the loop answers when its batch is done. Until a loop looks, nothing is stopped halfway.
import { GaveUp } from "./failure.ts";
import { isReaderGone } from "./screen.ts";

export class Interrupt {
  #asked: NodeJS.Signals | null = null;
  readonly #controller = new AbortController();
  readonly #listen = (signal: NodeJS.Signals) => {
    this.#asked = signal;
    this.#controller.abort();
  };

  constructor() {
    process.on("SIGINT", this.#listen);
    process.on("SIGTERM", this.#listen);
  }

  get requested(): boolean {
    return this.#asked !== null;
  }

  /** Aborted when somebody asks. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws GaveUp when somebody asked, or nobody reads any more. */
  check(): void {
    if (this.requested || isReaderGone()) throw new GaveUp();
  }

  /** 128 plus the signal's number, as shells have it. */
  get exitCode(): number {
    return this.#asked === "SIGTERM" ? 143 : 130;
  }
}
