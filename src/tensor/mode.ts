// What the next operation depends on beside its inputs: whether it remembers them for backward, and who carries it out.
import { type Executor, eager } from "./eager.ts";

let recording = true;
let executor: Executor = eager;

export const isRecording = (): boolean => recording;
export const currentExecutor = (): Executor => executor;

function checkSynchronous<T>(call: string, result: T): T {
  if (result instanceof Promise) {
    throw new Error(`${call}: the body returned a promise, what it does after its first await would escape ${call}`);
  }
  return result;
}

/** Runs the body with recording switched on or off, and puts it back, also after an exception. */
export function withRecording<T>(on: boolean, body: () => T): T {
  const before = recording;
  recording = on;
  try {
    return checkSynchronous("noGrad", body());
  } finally {
    recording = before;
  }
}

/** Runs the body with another executor. */
export function withExecutor<T>(other: Executor, body: () => T): T {
  const before = executor;
  executor = other;
  try {
    return checkSynchronous("compile", body());
  } finally {
    executor = before;
  }
}

/**
 * Runs the body without remembering how results came about: nothing in it can be differentiated, and it needs less memory.
 * The body must be synchronous.
 */
export function noGrad<T>(body: () => T): T {
  return withRecording(false, body);
}
