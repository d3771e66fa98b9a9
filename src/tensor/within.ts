// Errors name the call that the user wrote. What is composed of other calls says so by running within its own name.
import { ChainruleError } from "../errors/error.ts";

function rename(error: unknown, call: string): void {
  if (error instanceof ChainruleError) error.rename(call);
}

/** Runs the body; an error from a call inside it, "sum: dim 2 ...", goes on as this call's own, "mean: dim 2 ...". */
export function within<T>(call: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    rename(error, call);
    throw error;
  }
}

/** The same for a body that returns a promise. */
export async function withinAsync<T>(call: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    rename(error, call);
    throw error;
  }
}
