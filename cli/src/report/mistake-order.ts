// The order in which mistakes are shown: the wrong answers that the net was surest of come first.

export interface Answers {
  /** For each picture, in the data set's order: the class that the net answers, and its probability. */
  readonly answers: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

/** The indices of all pictures that got a wrong answer, the surest first; of equal ones, the first in the data set. */
export function mistakeOrder(truth: ArrayLike<number>, { answers, probabilities }: Answers): number[] {
  return Array.from(truth, (_, index) => index)
    .filter((index) => answers[index] !== truth[index])
    .sort((a, b) => probabilities[b] - probabilities[a] || a - b);
}
