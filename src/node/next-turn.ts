// Long work in the calling thread pauses from time to time, so that the process reacts to signals such as Ctrl-C.

/** Resolves in the next turn of the event loop, after Node has handled timers and signals. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
