// The one class of errors. People read the message, which has the call, the shapes and the cure; programs switch on `code`.
import type { ErrorCode } from "./codes.ts";

/** Facts about a failure, by name, for programs: shapes, a file's name, the byte of the fault. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The error that every call of the library throws. The message is `call: words`, or `place: words` where a file is at fault. */
export class ChainruleError extends Error {
  /** The kind of failure, one of errorCodes. */
  readonly code: ErrorCode;
  /** Facts for programs, by name; empty where there are none. */
  readonly details: ErrorDetails;
  /** The message without the call or the place in front. */
  readonly words: string;
  /** The file at fault, with which the message begins instead of the call; null where there is none. */
  readonly place: string | null;
  #call: string;

  static {
    // The name is on the prototype because the stack, which engines write in the constructor of Error, begins with it.
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

  /** The call that the user wrote: "matmul", "Linear.forward", "fit". */
  get call(): string {
    return this.#call;
  }

  /** @internal Replaces the call: an operation that is composed of others reports their failures as its own. */
  rename(call: string): void {
    if (this.code === "internal") return;
    const before = this.message;
    this.#call = call;
    this.message = `${this.place ?? call}: ${this.words}`;
    this.stack = this.stack?.replace(before, () => this.message);
  }
}

/** The error about a state that cannot occur unless chainrule has a bug. */
export function internal(words: string): ChainruleError {
  return new ChainruleError("internal", "internal", words);
}

/** The words of any error, without the call that a ChainruleError names in front. */
export function wordsOf(error: unknown): string {
  if (error instanceof ChainruleError) return error.words;
  return error instanceof Error ? error.message : String(error);
}
