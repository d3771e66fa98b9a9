// What the next operation depends on beside its inputs: whether it remembers them for backward.
import { ChainruleError } from "../errors/error.ts";
import { takes } from "./arguments.ts";

let recording = true;

/** A promise of any realm. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  Object.prototype.toString.call(value) === "[object Promise]";

export const isRecording = (): boolean => recording;

/** Runs the body with recording switched on or off, and puts it back, also after an exception. */
export function withRecording<T>(on: boolean, body: () => T): T {
  const before = recording;
  recording = on;
  try {
    const result = body();
    if (isPromise(result)) {
      throw new ChainruleError(
        "type",
        "noGrad",
        "the body returned a promise, what it does after its first await would escape noGrad",
      );
    }
    return result;
  } finally {
    recording = before;
  }
}

/**
 * Runs the body without remembering how results came about: nothing in it can be differentiated, and it needs less memory.
 * The body must be synchronous.
 */
export function noGrad<T>(body: () => T): T {
  takes("noGrad", arguments.length, 1);
  return withRecording(false, body);
}
