// Random numbers of the command line's own choices, such as folds, which follow from a seed.

/** Draws whole numbers in [0, 2³²), by a linear congruential generator of 32 bits. */
export function drawsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}
