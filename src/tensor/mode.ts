// The mode that operations depend on beside their inputs: whether results record them for backward.
import { ChainruleError } from "../errors/error.ts";
import { takes } from "./arguments.ts";
import { newestLevelId } from "./levels.ts";

let recording = true;
/** Derivatives flow at levels (levels.ts) from this id on: a noGrad stops those of the transformations around it, not of those inside. */
let firstLevel = 0;

/** Whether a value is a promise, of any realm. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  Object.prototype.toString.call(value) === "[object Promise]";

/** Whether operations are recorded for backward, at a level or, without one, for tensors that belong to none. */
export const isRecording = (level = 0): boolean => recording && level >= firstLevel;

/** Whether a noGrad inside the transformation of this level runs. */
export const isStopped = (level: number): boolean => level < firstLevel;

/** Runs the body with recording switched on or off, and restores the mode, also after an exception. */
export const withRecording = <T>(on: boolean, body: () => T): T => inMode(on, on ? 0 : firstLevel, body);

export interface Mode {
  readonly recording: boolean;
  readonly firstLevel: number;
}

export const modeNow = (): Mode => ({ recording, firstLevel });

/** Runs the body in a mode from before. */
export const withMode = <T>(mode: Mode, body: () => T): T => inMode(mode.recording, mode.firstLevel, body);

/** Runs the body with recording switched on for the levels that no noGrad stops. */
export const withRecordingAtLevels = <T>(body: () => T): T => inMode(true, firstLevel, body);

function inMode<T>(on: boolean, first: number, body: () => T): T {
  const before = [recording, firstLevel] as const;
  recording = on;
  firstLevel = first;
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
    [recording, firstLevel] = before;
  }
}

/**
 * Runs the body without recording how results are computed: they cannot be differentiated, and need less memory. Throws if the body is
 * not synchronous.
 */
export function noGrad<T>(body: () => T): T {
  takes("noGrad", arguments.length, 1);
  return inMode(false, newestLevelId() + 1, body);
}
