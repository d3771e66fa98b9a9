// A tensor that was computed from others and can be differentiated with respect to them is no leaf: as a weight of attention, kept to
// be looked at, is no weight of the model. It has a history, or exists only while compile traces, or was a result of a compiled function
// that kept no history of it.
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

const forgotten = new WeakSet<Tensor>();

/** This tensor had a history when the function that made it was traced; its program keeps none. */
export function forgetHistory(tensor: Tensor): void {
  forgotten.add(tensor);
}

/** Whether it was computed from others, and is no leaf. */
export function isDerived(tensor: Tensor): boolean {
  if (tensor.history !== null) return true;
  if (forgotten.has(tensor)) return !tensor.requiresGrad;
  return tracing()?.made(tensor) ?? tensor.storage.placeholder !== undefined;
}
