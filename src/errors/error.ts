// One class for all that can go wrong. People read the message: the call, the shapes, the cure. Programs switch on `code`.
import type { ErrorCode } from "./codes.ts";

/** Facts about a failure, by name, for programs: shapes, a file's name, the byte where it goes wrong. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What every call of the library throws. The message is `call: words`, or `place: words` where a file is to blame. */
export class ChainruleError extends Error {
  /** The kind of failure, one of errorCodes. */
  readonly code: ErrorCode;
  /** Facts for programs, by name; empty where there are none. */
  readonly details: ErrorDetails;
  /** The message without the call or the place in front. */
  readonly words: string;
  /** What the message begins with instead of the call: the file to blame; null where there is none. */
  readonly place: string | null;
  #call: string;

  static {
    // On the prototype, so that the stack, which an engine writes when the error is made, begins with it too.
    ChainruleError.prototype.name = "ChainruleError";
  }

  constructor(
    code: ErrorCode,
    call: string,
    words: string,
    details: ErrorDetails = {},
    { place, ...options }: { readonly cause?: unknown; readonly place?: string } = {},
  ) {
    super(`${place ?? call}: ${words}`, options);
    this.code = code;
    this.details = details;
    this.words = words;
    this.#call = call;
    this.place = place ?? null;
  }

  /** What the user wrote: "matmul", "Linear.forward", "fit". */
  get call(): string {
    return this.#call;
  }

  /** @internal The same failure as that of the call which is composed of this one. */
  rename(call: string): void {
    if (this.code === "internal") return;
    const before = this.message;
    this.#call = call;
    this.message = `${this.place ?? call}: ${this.words}`;
    this.stack = this.stack?.replace(before, () => this.message);
  }
}

/** A mistake of our own: what should never happen. */
export function internal(words: string): ChainruleError {
  return new ChainruleError("internal", "internal", words);
}

/** The words of any error, without the call that a ChainruleError names in front. */
export function wordsOf(error: unknown): string {
  if (error instanceof ChainruleError) return error.words;
  return error instanceof Error ? error.message : String(error);
}
