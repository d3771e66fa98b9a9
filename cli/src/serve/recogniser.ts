// Recognises the pictures of all requests: threads decode them, and what is decoded at the same time goes through the net together.
import { availableParallelism } from "node:os";
import type { Description } from "chainrule/model";
import type { PictureForm } from "chainrule/node";
import type { Decoded } from "./decode-worker.ts";
import { comeAgain, Refusal } from "./refusal.ts";
import { Closed, startThread, Thread, TooSlow } from "./thread.ts";

/** The most pictures that go through the net together. Others wait no longer than these take. */
const maxTogether = 32;

/** Pictures are decoded by so many threads at most: one of fifty megapixels takes 0.2 GB or more while it is decoded. */
const maxDecoders = 4;

/** The time that a picture may take to be decoded. The largest ones take about ten seconds where sharp is not installed. */
const decodeMs = 20_000;

/** A PNG of one pixel. */
const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
  "base64",
);

interface Framed {
  readonly bytes: Uint8Array;
  readonly resolve: (probabilities: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

export class Recogniser {
  readonly #classes: number;
  readonly #pictureBytes: number;
  readonly #net: Thread<Uint8Array, Float32Array>;
  readonly #decoders: readonly Thread<Uint8Array, Decoded>[];
  readonly #free: Thread<Uint8Array, Decoded>[];
  readonly #waiting: ((thread: Thread<Uint8Array, Decoded>) => void)[] = [];
  #framed: Framed[] = [];
  #isRunning = false;

  /** `model` has the bytes of the model file. */
  constructor(model: Uint8Array, { input, classes, framing }: Description) {
    const form: PictureForm = { shape: [...input], framing };
    this.#classes = classes.length;
    this.#pictureBytes = input.reduce((a, b) => a * b);
    this.#net = new Thread(() => startThread("net-worker", model));
    this.#decoders = Array.from(
      { length: Math.min(maxDecoders, availableParallelism()) },
      () => new Thread(() => startThread("decode-worker", form)),
    );
    this.#free = [...this.#decoders];
  }

  /** Starts the threads, loads the decoder and compiles the net, so that the first answers do not wait for it. */
  async prepare(): Promise<void> {
    const { signal } = new AbortController();
    const decode = () =>
      this.#decode(onePixel, signal).catch((error: unknown) => {
        // For a net of drawn digits one pixel is a blank picture.
        if (!(error instanceof Refusal)) throw error;
      });
    await Promise.all([...this.#decoders.map(decode), this.#recognise(new Uint8Array(this.#pictureBytes))]);
  }

  /** The probability of each class. Throws a Refusal where the picture cannot be read, and the signal's reason when it is aborted. */
  async answer(picture: Uint8Array, signal: AbortSignal): Promise<Float32Array> {
    const bytes = await this.#decode(picture, signal);
    signal.throwIfAborted();
    return this.#recognise(bytes);
  }

  async close(): Promise<void> {
    await Promise.all([this.#net, ...this.#decoders].map((thread) => thread.close()));
  }

  async #decode(picture: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const thread = this.#free.pop() ?? (await new Promise<Thread<Uint8Array, Decoded>>((go) => this.#waiting.push(go)));
    try {
      signal.throwIfAborted();
      const decoded = await thread.ask(picture, decodeMs);
      if (decoded instanceof Uint8Array) return decoded;
      throw refusalOf(decoded);
    } catch (error) {
      throw explained(error);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(thread);
      else next(thread);
    }
  }

  #recognise(bytes: Uint8Array): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#framed.push({ bytes, resolve, reject });
      void this.#run();
    });
  }

  /** Takes what has been decoded through the net, until nothing is left. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#framed.length > 0) {
      const batch = this.#framed.splice(0, maxTogether);
      try {
        const scores = await this.#net.ask(Buffer.concat(batch.map(({ bytes }) => bytes)));
        for (const [n, { resolve }] of batch.entries())
          resolve(scores.slice(n * this.#classes, (n + 1) * this.#classes));
      } catch (error) {
        for (const { reject } of batch) reject(explained(error));
      }
    }
    this.#isRunning = false;
  }
}

/** The refusal of a picture that cannot be read; any other code is a bug. */
function refusalOf({ code, words }: Exclude<Decoded, Uint8Array>): Refusal {
  if (code === "package") return new Refusal(501, "package", words);
  return code === "file" || code === "memory" ? new Refusal(422, "file", words) : new Refusal(500, "internal", words);
}

function explained(error: unknown): unknown {
  if (error instanceof TooSlow)
    return new Refusal(
      422,
      "slow",
      `the picture was not decoded within ${decodeMs / 1000} seconds; send a smaller one`,
    );
  return error instanceof Closed ? comeAgain(503, "stopping", "the server is being stopped") : error;
}
