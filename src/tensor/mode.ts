// The mode that operations depend on beside their inputs: whether results record them for backward.
import { ChainruleError } from "../errors/error.ts";
import { takes } from "./arguments.ts";

let recording = true;

/** Whether a value is a promise, of any realm. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  Object.prototype.toString.call(value) === "[object Promise]";

export const isRecording = (): boolean => recording;

/** Runs the body with recording switched on or off, and restores the mode, also after an exception. */
export function withRecording<T>(on: boolean, body: () => T): T {
  const before = recording;
  recording = on;
  try {
    const result = body();
    if (isPromise(result)) {
      throw new ChainruleError(
        "type",
        "noGrad",
        "the body returned a promise, and noGrad would end at its first await; make it synchronous, and await outside of it",
      );
    }
    return result;
  } finally {
    recording = before;
  }
}

/**
 * Runs the body without recording how results are computed: they cannot be differentiated, and need less memory. Throws if the body is
 * not synchronous.
 */
export function noGrad<T>(body: () => T): T {
  takes("noGrad", arguments.length, 1);
  return withRecording(false, body);
}
