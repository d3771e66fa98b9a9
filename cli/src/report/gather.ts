// From what training has in its hands to what a report shows: the pictures that went worst, and the weights that look at pictures.
import type { Dataset } from "chainrule/data";
import type { Filters, Mistake } from "./report-data.ts";

/** More would be scrolled past. */
const mostMistakes = 24;
const mostFilters = 64;

interface Answers {
  /** For each picture, in the data set's order: the class that the net says, and how sure it is of it. */
  readonly answers: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

/** The pictures where the net was wrong and most sure, at most 24. */
export function worstMistakes({ images, labels }: Dataset, { answers, probabilities }: Answers): Mistake[] {
  const [, channels, height, width] = images.shape;
  const size = channels * height * width;
  const [bytes, truth] = [images.data, labels.data];
  return Array.from(truth, (_, index) => index)
    .filter((index) => answers[index] !== truth[index])
    .sort((a, b) => probabilities[b] - probabilities[a] || a - b)
    .slice(0, mostMistakes)
    .map((index) => ({
      picture: { channels, height, width, bytes: Uint8Array.from(bytes.subarray(index * size, (index + 1) * size)) },
      truth: truth[index],
      answer: answers[index],
      probability: probabilities[index],
      index,
    }));
}

interface Weight {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * The first tensor of a net's stateDict() that takes a whole picture [channels, height, width], as pictures: a Conv2d's kernels, or
 * the rows of a Linear, folded back into the picture they look at. At most 64 of them; null where it is neither.
 */
export function firstFilters(
  state: ReadonlyMap<string, Weight>,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
): Filters | null {
  const [first] = state;
  if (first === undefined) return null;
  const [name, { shape, data }] = first;
  const filters = (rows: number, columns: number): Filters => {
    const size = channels * rows * columns;
    const kept = Math.min(shape[0], mostFilters);
    const weights = Float64Array.from({ length: kept * size }, (_, at) => data[at]);
    return { name, total: shape[0], shape: [kept, channels, rows, columns], weights };
  };
  if (shape.length === 4 && shape[1] === channels) return filters(shape[2], shape[3]);
  if (shape.length === 2 && shape[1] === channels * height * width) return filters(height, width);
  return null;
}
