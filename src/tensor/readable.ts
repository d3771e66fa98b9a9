// Whether contents can be read at once. Functions that check contents, as a loss checks that probabilities are from 0 to 1, ask before.
import { wrappedIn } from "./levels.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

/** false while compile traces, and for a tensor that stands for a whole batch inside vmap. */
export function isReadable(tensor: Tensor): boolean {
  const wrapped = wrappedIn(tensor);
  return wrapped === null ? tracing() === null : wrapped.isReadable && isReadable(wrapped.inside[0]);
}
