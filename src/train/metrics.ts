// How good answers are, in numbers that people compare: plain functions of what was said and what is true. Answers and labels are class
// numbers, as typed arrays, lists or tensors. Where nothing could be counted a ratio is 0/0: precision, recall and F1 are then 0,
// as in scikit-learn; an accuracy of no pictures at all is refused.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Numbers in a row; a tensor's in row-major order. */
export type Numbers = Tensor | ArrayLike<number>;

const listOf = (numbers: Numbers): ArrayLike<number> => (numbers instanceof Tensor ? numbers.data : numbers);

function pairsOf(
  call: string,
  answers: Numbers,
  labels: Numbers,
): [answers: ArrayLike<number>, labels: ArrayLike<number>] {
  const [said, truths] = [listOf(answers), listOf(labels)];
  if (said.length !== truths.length)
    throw new ChainruleError(
      "data",
      call,
      `there are ${said.length} answers, but ${truths.length} labels; give one for each picture`,
    );
  return [said, truths];
}

/** The part of the answers that are right, 0 to 1. Throws where there are none, or another number of labels. */
export function accuracy(answers: Numbers, labels: Numbers): number {
  const [said, truths] = pairsOf("accuracy", answers, labels);
  if (said.length === 0) throw new ChainruleError("data", "accuracy", "there are no answers");
  let right = 0;
  for (let i = 0; i < said.length; i++) if (said[i] === truths[i]) right++;
  return right / said.length;
}

/**
 * The part of the pictures whose label is among the k classes with the highest scores, 0 to 1. scores are [N, C], logits or
 * probabilities alike, labels [N]; of equal scores the first class counts as higher, as in topk and argmax, and NaN as lowest.
 * Throws where sizes or a label do not fit.
 */
export function topKAccuracy(scores: Numbers, labels: Numbers, k: number): number {
  const [values, truths] = [listOf(scores), listOf(labels)];
  const classes = values.length / truths.length;
  if (truths.length === 0 || !isWhole(classes) || (scores instanceof Tensor && scores.shape[0] !== truths.length))
    throw new ChainruleError(
      "data",
      "topKAccuracy",
      `${values.length} scores are no rows [N, C] for ${truths.length} labels; give a score for each picture and class`,
    );
  checkWhole("topKAccuracy", "k", k, { from: 1, to: classes });
  let right = 0;
  for (let n = 0; n < truths.length; n++) {
    const label = truths[n];
    checkClass("topKAccuracy", "label", { value: label, at: n, classes });
    const own = values[n * classes + label];
    let higher = 0;
    for (let c = 0; c < classes; c++) {
      const other = values[n * classes + c];
      if (other > own || (other === own && c < label)) higher++;
    }
    if (higher < k && !Number.isNaN(own)) right++;
  }
  return right / truths.length;
}

/** confusion[truth][answer]: how many pictures, for `classes` classes. Throws where an answer or a label is no class from 0 on. */
export function confusionMatrix(answers: Numbers, labels: Numbers, classes: number): number[][] {
  const [said, truths] = pairsOf("confusionMatrix", answers, labels);
  checkWhole("confusionMatrix", "classes", classes, { from: 1 });
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < said.length; i++) {
    checkClass("confusionMatrix", "label", { value: truths[i], at: i, classes });
    checkClass("confusionMatrix", "answer", { value: said[i], at: i, classes });
    counts[truths[i]][said[i]]++;
  }
  return counts;
}

function checkClass(
  call: string,
  what: string,
  { value, at, classes }: { readonly value: number; readonly at: number; readonly classes: number },
): void {
  if (!isWhole(value, { from: 0, below: classes }))
    throw new ChainruleError(
      "data",
      call,
      `${what} ${value} of picture ${at} is none of the ${classes} classes, 0 to ${classes - 1}`,
    );
}

/** Precision, recall and F1, each 0 to 1, of a class, or their means. */
export interface Scores {
  /** Of the pictures that are said to be of the class, the part that are: 0 where none is said to be. */
  readonly precision: number;
  /** Of the pictures that are of the class, the part that are said to be: 0 where there are none. */
  readonly recall: number;
  /** 2 · precision · recall / (precision + recall), their harmonic mean: 0 where both are 0. */
  readonly f1: number;
  /** How many pictures are of the class. */
  readonly support: number;
}

/** How good the answers are, class by class and on the whole. */
export interface ClassReport {
  /** In the order of the classes. */
  readonly classes: readonly (Scores & { readonly name: string })[];
  /** The mean over the classes, each counting the same. */
  readonly macro: Scores;
  /** The mean over the classes, each counting as often as it has pictures. */
  readonly weighted: Scores;
  /** 0 where there are no pictures. */
  readonly accuracy: number;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);

/**
 * Class by class, from a confusion matrix [truth][answer]. The classes are called "0", "1", ... unless names are given. Where nothing
 * could be counted (0/0) a score is 0. Throws unless the matrix is square and has as many rows as there are names.
 */
export function classReport(confusion: readonly (readonly number[])[], names?: readonly string[]): ClassReport {
  const size = confusion.length;
  if (size === 0 || confusion.some((row) => row.length !== size))
    throw new ChainruleError(
      "shape",
      "classReport",
      "the confusion matrix has a row and a column for each class, [truth][answer]",
    );
  if (names !== undefined && names.length !== size)
    throw new ChainruleError("shape", "classReport", `${names.length} names for ${size} classes`);
  const classes = confusion.map((row, c) => {
    const [right, support] = [row[c], sum(row)];
    const [precision, recall] = [ratio(right, sum(confusion.map((other) => other[c]))), ratio(right, support)];
    const f1 = ratio(2 * precision * recall, precision + recall);
    return { name: names?.[c] ?? String(c), precision, recall, f1, support };
  });
  const total = sum(classes.map(({ support }) => support));
  const mean = (weight: (scores: Scores) => number): Scores => {
    const over = (of: (scores: Scores) => number) =>
      ratio(sum(classes.map((scores) => of(scores) * weight(scores))), sum(classes.map(weight)));
    const [precision, recall, f1] = [over((s) => s.precision), over((s) => s.recall), over((s) => s.f1)];
    return { precision, recall, f1, support: total };
  };
  return {
    classes,
    macro: mean(() => 1),
    weighted: mean(({ support }) => support),
    accuracy: ratio(sum(confusion.map((row, c) => row[c])), total),
  };
}
