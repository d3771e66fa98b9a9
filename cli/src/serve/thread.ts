// A thread that answers one message after the other. One that fails, or takes too long, is ended, and the next message starts a new one.
import { Worker } from "node:worker_threads";

/** The thread did not answer in time. */
export class TooSlow extends Error {}

/** The thread was closed before it answered. */
export class Closed extends Error {}

interface Asked<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export class Thread<Message, Answer> {
  readonly #start: () => Worker;
  #worker: Worker | null = null;
  #asked: Asked<Answer> | null = null;
  #isClosed = false;

  constructor(start: () => Worker) {
    this.#start = start;
  }

  /** The answer to a message, within `ms` milliseconds where a time is given. Not called before the last message was answered. */
  async ask(message: Message, ms: number | null = null): Promise<Answer> {
    if (this.#isClosed) throw new Closed();
    const worker = (this.#worker ??= this.#open());
    let timer: NodeJS.Timeout | null = null;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#asked = { resolve, reject };
        if (ms !== null) timer = setTimeout(() => this.#fail(worker, new TooSlow()), ms);
        worker.postMessage(message);
      });
    } finally {
      this.#asked = null;
      if (timer !== null) clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === null) return;
    this.#fail(worker, new Closed());
    await worker.terminate();
  }

  #open(): Worker {
    const worker = this.#start();
    worker.on("message", (answer: Answer) => this.#asked?.resolve(answer));
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, new Error("internal: a thread of the server ended")));
    return worker;
  }

  /** Ends a thread, and fails the message that it had. */
  #fail(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#asked?.reject(error);
    void worker.terminate();
  }
}

/** Starts a thread of a file of this folder, with these data. */
export const startThread = (name: string, workerData: unknown): Worker => {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./${name}.${extension}`, import.meta.url), { workerData });
};
