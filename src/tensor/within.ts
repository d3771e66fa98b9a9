// Errors name the call that the user wrote. A function that is composed of other calls runs within its own name, so that errors of those
// calls name it.
import { ChainruleError } from "../errors/error.ts";

function rename(error: unknown, call: string): void {
  if (error instanceof ChainruleError) error.rename(call);
}

/** Runs the body; an error of a call inside it, "sum: dim 2 ...", is renamed to this call, "mean: dim 2 ...". */
export function within<T>(call: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    rename(error, call);
    throw error;
  }
}

/** Does the same for a body that returns a promise. */
export async function withinAsync<T>(call: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    rename(error, call);
    throw error;
  }
}
