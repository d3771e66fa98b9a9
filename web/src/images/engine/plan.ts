// How the nets are trained: batches, epochs and the learning rate, which falls linearly to zero over a run.

export const batchSize = 64;
export const defaultEpochs = 4;
/** The learning rate at the beginning of the first run, and of a run that goes on after the last epoch. */
export const firstRate = 0.003;
export const laterRate = firstRate / 2;
