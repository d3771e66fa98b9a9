// Two kinds of failure: what a person gave us is wrong, which deserves a sentence and exit code 2, or we are, which deserves a stack
// trace. The library throws plain Errors about bytes and files, and TypeError or RangeError about wrong calls: those are ours.

/** Something the user gave cannot be used. The message names it and says what would help. */
export class BadInput extends Error {}

/** Thrown where somebody asked to stop in the middle of what has no other way to be stopped. */
export class GaveUp extends Error {}

/** Runs what depends on the user's files; what it says about them becomes BadInput, our own mistakes stay what they are. */
export async function reading<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const ours =
      !(error instanceof Error) ||
      error instanceof TypeError ||
      error instanceof RangeError ||
      error instanceof ReferenceError ||
      error.message.startsWith("internal:");
    if (ours || error instanceof BadInput || error instanceof GaveUp) throw error;
    throw new BadInput(error.message, { cause: error });
  }
}
