// Errors name the call that the user wrote. What is composed of other calls says so by running within its own name.

/** Runs the body; an error from a call inside it, "sum: dim 2 ...", goes on as this call's own, "mean: dim 2 ...". */
export function within<T>(call: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith("internal:"))
      error.message = error.message.replace(/^\w+: /, `${call}: `);
    throw error;
  }
}
