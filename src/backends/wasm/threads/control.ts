// The words by which the threads of one memory talk to each other; all are read and written by atomics. There is one such block for
// each pool: only one program runs at a time, since whoever calls it waits for it.

/** Of a word, and of a cache line: what different threads write lies in different ones. */
const line = 64;

/** More threads than this are never used. */
export const mostThreads = 64;
/** Modules that can wait for the slowest worker. */
export const logLength = 64;
/** Bytes in which a worker says what went wrong. */
export const messageBytes = 256;

/**
 * Byte offsets. `open`: 1 + number of the program that may be joined, 0 if none; `table`, `threads`: its table and how many it is cut up
 * for; `entered`: how many workers have joined it, `active`: how many of them are inside. `logged`: entries ever written to the log.
 * `pulse` counts the stages that were completed, `sleepers` those who wait for it to change. `stop`: 0, or why everybody leaves.
 * `spins`: how often a thread looks before it sleeps, `patience`: how many slices it sleeps without any progress.
 */
export const control = {
  ...{ open: 0, table: 4, threads: 8, entered: 12, active: 16, logged: 20, spins: 24, patience: 28 },
  ...{ pulse: line, sleepers: line + 4, stop: 2 * line },
  message: 3 * line,
  log: 3 * line + messageBytes,
  slots: 3 * line + messageBytes + 8 * logLength,
  bytes: 3 * line + messageBytes + 8 * logLength + mostThreads * line,
} as const;

/** A worker's own words: `wake` changes when there is something to do, `asleep` says that it must be called, `loaded` counts log entries. */
export const slot = { bytes: line, wake: 0, asleep: 4, loaded: 8 } as const;

/** An entry of the log: a module's address and length; or the number of a program that nobody needs any more, and 0. */
export const entry = { bytes: 8, address: 0, length: 4 } as const;

/** Values of `stop`. */
export const stopped = { failed: 1, lost: 2 } as const;

/** How long a thread sleeps at most before it looks around, in milliseconds. */
export const slice = 50;

/** Of a stage: units that are done, then for each thread how many units of its share were taken. In bytes, whole cache lines. */
export const marksOf = (threads: number): number => Math.ceil((4 * (1 + threads)) / line) * line;
