// Collects a report's pictures from a trained net and its evaluation: the worst mistakes, and the filters of the first layer.
import type { Dataset } from "chainrule/data";
import { type Excerpt, excerptOf } from "../pictures/excerpt.ts";
import { type Answers, mistakeOrder } from "./mistake-order.ts";
import type { Filters, Mistake } from "./report-data.ts";

const maxMistakes = 24;
const maxRecognised = 6;
const maxFilters = 64;

/** The wrong answers with the highest probability, at most 24. `files`: the path of each picture; null where pictures have none. */
export function worstMistakes(
  data: Dataset | Excerpt,
  evaluation: Answers,
  files: readonly string[] | null = null,
): Mistake[] {
  return mistakeOrder(data.labels.data, evaluation)
    .slice(0, maxMistakes)
    .map(answered(data, evaluation, files));
}

/** The first right answer of each class, at most 6. */
export function firstRecognised(
  data: Dataset | Excerpt,
  evaluation: Answers,
  files: readonly string[] | null = null,
): Mistake[] {
  const truth = Array.from(data.labels.data);
  const firsts = data.classes.map((_, label) =>
    truth.findIndex((own, index) => own === label && evaluation.answers[index] === label),
  );
  return firsts
    .filter((index) => index >= 0)
    .slice(0, maxRecognised)
    .map(answered(data, evaluation, files));
}

const answered =
  (data: Dataset | Excerpt, { answers, probabilities }: Answers, files: readonly string[] | null) =>
  (index: number): Mistake => {
    const { pictureShape, picture, labels } = excerptOf(data);
    const [channels, height, width] = pictureShape;
    return {
      picture: { channels, height, width, bytes: Uint8Array.from(picture(index)) },
      truth: labels.data[index],
      answer: answers[index],
      probability: probabilities[index],
      index,
      ...(files === null ? {} : { file: files[index] }),
    };
  };

interface Weight {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * The first tensor of a net's stateDict() that takes a whole picture [channels, height, width], as pictures: a Conv2d's kernels, or
 * the rows of a Linear, reshaped to the picture. At most 64 of them; null where the first tensor is neither.
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
    const count = Math.min(shape[0], maxFilters);
    const weights = Float64Array.from({ length: count * size }, (_, at) => data[at]);
    return { name, total: shape[0], shape: [count, channels, rows, columns], weights };
  };
  if (shape.length === 4 && shape[1] === channels) return filters(shape[2], shape[3]);
  if (shape.length === 2 && shape[1] === channels * height * width) return filters(height, width);
  return null;
}
