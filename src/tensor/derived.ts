// Derived tensors: tensors that were computed from others, and so are no leaves. A module that stores its attention weights for inspection,
// for example, holds a derived tensor, which is no parameter of the model. A derived tensor has a history, or exists only while compile
// traces, or is a result of a compiled function that records no history.
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

const withoutHistory = new WeakSet<Tensor>();

/** Declares that this tensor had a history when the function that made it was traced, and that the program records none. */
export function forgetHistory(tensor: Tensor): void {
  withoutHistory.add(tensor);
}

/** Whether a tensor was computed from others, and is no leaf. */
export function isDerived(tensor: Tensor): boolean {
  if (tensor.history !== null) return true;
  if (withoutHistory.has(tensor)) return !tensor.requiresGrad;
  return tracing()?.made(tensor) ?? tensor.storage.placeholder !== undefined;
}
