// A thread that decodes pictures. It keeps the process alive only while it has work.
import { Worker } from "node:worker_threads";
import { ChainruleError } from "../../errors/error.ts";
import type { DecodeAnswer } from "../form.ts";
import { printable } from "../printable.ts";
import type { DecodeJob } from "./decode-job.ts";

/** A thread that does not answer within this time has failed. A job takes a fraction of a second, the largest picture about ten seconds. */
const timeoutMs = 120_000;

interface Pending {
  readonly job: DecodeJob;
  readonly resolve: (answer: DecodeAnswer) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class DecodeThread {
  readonly #worker: Worker;
  /** The function that the user called, for errors. */
  readonly #call: string;
  readonly #pending = new Map<number, Pending>();
  #count = 0;
  /** Why the thread takes no more jobs; null while it does. */
  #failure: string | null = null;

  /** Starts a thread; null where it does not start. */
  static start(call: string): Promise<DecodeThread | null> {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    return new Promise((resolve) => {
      const worker = new Worker(new URL(`./decode-worker.${extension}`, import.meta.url), { stderr: true });
      const end = (isReady: boolean) => {
        forget(worker);
        resolve(isReady ? new DecodeThread(worker, call) : null);
      };
      worker.once("message", () => end(true));
      worker.once("error", () => end(false));
      worker.once("exit", () => end(false));
    });
  }

  private constructor(worker: Worker, call: string) {
    this.#worker = worker;
    this.#call = call;
    worker.on("message", ({ number, answer }: { readonly number: number; readonly answer: DecodeAnswer }) =>
      this.#take(number)?.resolve(answer),
    );
    worker.on("error", (error) => this.#fail(error.message));
    worker.on("exit", () => this.#fail("its thread ended, perhaps for lack of memory"));
    worker.unref();
  }

  /** Runs a job after those that the thread has got before. */
  run(job: DecodeJob): Promise<DecodeAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#errorFor(job, this.#failure));
        return;
      }
      const number = this.#count++;
      // An answer may have come while the calling thread computed: it is handled before the timer's verdict counts.
      const late = () => this.#pending.has(number) && this.#fail(`no answer within ${timeoutMs / 1000} seconds`);
      const timer = setTimeout(() => setImmediate(late), timeoutMs);
      this.#pending.set(number, { job, resolve, reject, timer });
      this.#worker.ref();
      this.#worker.postMessage({ number, job });
    });
  }

  async end(): Promise<void> {
    forget(this.#worker);
    for (const number of [...this.#pending.keys()]) this.#take(number);
    this.#failure = "its thread was ended";
    await this.#worker.terminate();
  }

  #take(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    clearTimeout(pending?.timer);
    this.#pending.delete(number);
    if (this.#pending.size === 0) this.#worker.unref();
    return pending;
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const number of [...this.#pending.keys()]) {
      const pending = this.#take(number);
      pending?.reject(this.#errorFor(pending.job, reason));
    }
  }

  #errorFor({ paths }: DecodeJob, reason: string): ChainruleError {
    const place = printable(`between ${paths[0]} and ${paths[paths.length - 1]}`);
    return new ChainruleError("device", this.#call, `decoding failed ${place}: ${reason}`);
  }
}

/** Removes the listeners event by event: without an event's name Node's own listener would be removed too, and no message would arrive. */
function forget(worker: Worker): void {
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
}
