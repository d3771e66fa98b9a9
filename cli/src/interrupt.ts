// Ctrl-C sets a request to stop; the training loop looks at it after each batch, so that nothing is stopped halfway.
import { GaveUp } from "./failure.ts";
import { isReaderGone } from "./terminal/output.ts";

const listening = new Set<(signal: NodeJS.Signals) => void>();

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
    listening.add(this.#listen);
  }

  get requested(): boolean {
    return this.#asked !== null;
  }

  /** The signal that is aborted by the request to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws GaveUp after a request to stop, or when the reader of the output has gone. */
  check(): void {
    if (this.requested || isReaderGone()) throw new GaveUp();
  }

  /** 128 plus the signal's number, as shells report it. */
  get exitCode(): number {
    return this.#asked === "SIGTERM" ? 143 : 130;
  }
}

/** Signals do again what they do by default. For a process that goes on after a command. */
export function stopListening(): void {
  for (const listener of listening) for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, listener);
  listening.clear();
}
