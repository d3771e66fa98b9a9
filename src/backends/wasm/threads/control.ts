// The layout of the control block through which the threads of a pool communicate; all its words are read and written by atomic operations.
// A pool has one block, because only one program runs at a time: its caller waits for it.

import { maxThreads } from "../surroundings.ts";

/** Bytes of a cache line; words that different threads write are in different lines. */
const line = 64;

/** Entries of the log: number of modules that may be waiting for the slowest worker. */
export const logLength = 64;
/** Bytes of the message in which a worker reports an error. */
const messageBytes = 256;

/**
 * Byte offsets in the block. `open`: 1 + the id of the program that workers may join, or 0; `table`, `threads`: its table, and its number
 * of threads; `entered`: number of workers that have joined it; `active`: number of workers that are in it now. `logged`: number of
 * entries ever written to the log. `pulse`: number of completed stages; `sleepers`: number of threads that wait for it to change. `stop`:
 * 0, or the reason why all threads leave (stopped). `spins`: number of polls before a thread sleeps; `patience`: number of slices that a
 * thread sleeps without progress before it gives up. `message`: length and bytes of an error's text. `log`, `slots`: the log, and the
 * words of each worker.
 */
export const control = {
  open: 0,
  table: 4,
  threads: 8,
  entered: 12,
  active: 16,
  logged: 20,
  spins: 24,
  patience: 28,
  pulse: line,
  sleepers: line + 4,
  stop: 2 * line,
  message: 3 * line,
  log: 3 * line + messageBytes,
  slots: 3 * line + messageBytes + 8 * logLength,
  bytes: 3 * line + messageBytes + 8 * logLength + maxThreads * line,
} as const;

/**
 * A worker's words: `wake` changes when there is work, `asleep` is 1 if it has to be notified, `loaded` is the number of log entries it
 * has read.
 */
export const slot = { bytes: line, wake: 0, asleep: 4, loaded: 8 } as const;

/** An entry of the log: the address and length of a module to load; or, with length 0, the id of a program to drop. */
export const entry = { bytes: 8, address: 0, length: 4 } as const;

/** Values of `stop`: a thread threw an error, or a thread made no progress for too long. */
export const stopped = { failed: 1, lost: 2 } as const;

/** Longest sleep of a thread before it checks for progress, in milliseconds. */
export const sliceMs = 50;

/**
 * Bytes of a stage's marks, a multiple of a cache line. The marks are the number of complete units, then, for each thread, the number of
 * units of its share that were taken.
 */
export const marksOf = (threads: number): number => Math.ceil((4 * (1 + threads)) / line) * line;
