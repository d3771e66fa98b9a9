// The other way to run an operation: to write it down. While a function is traced, whoever traces it is asked here for each
// result's storage, and is told of all else that the function does to tensors: what it reads, assigns and depends on.
import { ChainruleError } from "../errors/error.ts";
import type { Operation } from "./eager.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

export interface Tracer {
  /** The storage of an operation's result. */
  run(operation: Operation): Storage;
  /** What another tensor with the contents of this one holds. */
  share(tensor: Tensor): Storage;
  /** Somebody wants to see contents, which there are none of: throws. `call` is the user's, as "item". */
  reveal(tensor: Tensor, call: string): never;
  /** Before a tensor gets other contents, another grad or another requiresGrad. */
  assigns(tensor: Tensor): void;
  readsGrad(tensor: Tensor): void;
  writesGrad(tensor: Tensor, grad: Tensor | null): void;
  writesRequiresGrad(tensor: Tensor): void;
  /** What is traced depends on a mode, such as a module's training: `read` tells it, now and at each later call. */
  readsMode(owner: object, name: string, read: () => boolean): void;
  /** A mode is set; `write` sets it again. */
  writesMode(owner: object, name: string, write: () => void): void;
  /** Whether a tensor exists only in this trace, or in one that is over. */
  made(tensor: Tensor): boolean;
  /** The operations that follow are the gradient of the one that made this tensor; null: they are the user's own again. */
  differentiates(tensor: Tensor | null): void;
}

let current: Tracer | null = null;

/** Who traces now; null while operations are carried out at once. */
export const tracing = (): Tracer | null => current;

/** Runs the body with another tracer, or none, and puts the former back, also after an exception. */
export function withTracer<T>(tracer: Tracer | null, body: () => T): T {
  const before = current;
  current = tracer;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** For calls that make no sense while a function is traced. */
export function refuseTracing(call: string, cure: string): void {
  if (current) throw new ChainruleError("traced", call, `not while compile traces a function; ${cure}`);
}
