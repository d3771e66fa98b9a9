// Observers of a function: checkpoint finds out which tensors the function takes from outside and which it assigns, and gives it others in
// their place when it runs again.
import type { Tensor } from "./tensor.ts";

export interface Observer {
  /** An operation takes a tensor; it gets the returned one. */
  takes(tensor: Tensor): Tensor;
  /** An operation has made a tensor. */
  made(tensor: Tensor): void;
  /** A tensor is about to get other contents. */
  assigns(tensor: Tensor): void;
}

let current: Observer | null = null;

/** The current observer; null if there is none. */
export const observing = (): Observer | null => current;

/** Runs the body with another observer. */
export function withObserver<T>(observer: Observer | null, body: () => T): T {
  const before = current;
  current = observer;
  try {
    return body();
  } finally {
    current = before;
  }
}
