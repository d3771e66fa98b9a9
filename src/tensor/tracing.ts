// Tracing: while a function is traced, operations are recorded and not computed. The tracer gives each result its storage, and is notified
// of everything else that the function does with tensors: what it reads, assigns and depends on.
import { ChainruleError } from "../errors/error.ts";
import type { Operation } from "./eager.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** A loop as the public `scan` describes it, with lists of tensors in place of nested ones. */
export interface LoopCall {
  readonly init: readonly Tensor[];
  /** Each step gets one element along dim 0. */
  readonly xs: readonly Tensor[];
  readonly length: number;
  /** Whether the steps go from the last element to the first. */
  readonly reverse: boolean;
  /** One step. It throws if the new carry does not have the types of the old one. */
  step(carry: readonly Tensor[], x: readonly Tensor[]): LoopStep;
}

export interface LoopStep {
  readonly carry: readonly Tensor[];
  readonly y: readonly Tensor[];
}

/** The carry after the last step, and the results of all steps, stacked along dim 0. */
export interface LoopResult {
  readonly carry: readonly Tensor[];
  readonly ys: readonly Tensor[];
}

export interface Tracer {
  /** Records an operation, and returns the storage of its result. */
  run(operation: Operation): Storage;
  /** Records a loop, whose step is traced once. */
  loop(call: LoopCall): LoopResult;
  /** The storage for another tensor with the contents of this one. */
  share(tensor: Tensor): Storage;
  /** Throws, since contents are read that are not computed yet. `call` is the user's call, such as "item". */
  reveal(tensor: Tensor, call: string): never;
  /** Called before a tensor gets other contents; the methods below likewise for its grad and requiresGrad. */
  assigns(tensor: Tensor): void;
  readsGrad(tensor: Tensor): void;
  writesGrad(tensor: Tensor, grad: Tensor | null): void;
  writesRequiresGrad(tensor: Tensor): void;
  /** The function reads a mode, such as a module's training; `read` returns the mode, now and at each later call. */
  readsMode(owner: object, name: string, read: () => boolean): void;
  /** The function sets a mode; `write` sets it again at each later call. */
  writesMode(owner: object, name: string, write: () => void): void;
  /** Whether a tensor exists only in this trace, or in one that has ended. */
  made(tensor: Tensor): boolean;
  /** The operations that follow compute the gradient of the operation that made this tensor; with null, they are the user's again. */
  differentiates(tensor: Tensor | null): void;
}

let current: Tracer | null = null;

/** The current tracer; null while operations are computed at once. */
export const tracing = (): Tracer | null => current;

/** Runs the body with another tracer, or none, and restores the former one, also after an exception. */
export function withTracer<T>(tracer: Tracer | null, body: () => T): T {
  const before = current;
  current = tracer;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Throws while a function is traced, for calls that cannot be part of a program. */
export function refuseTracing(call: string, cure: string): void {
  if (current) throw new ChainruleError("traced", call, `not while compile traces a function; ${cure}`);
}
