// Metrics of classification: plain functions of answers (predicted classes) and labels (true classes). Both are class indices, as typed arrays,
// lists or tensors. Where a ratio would be 0/0, precision, recall and F1 are 0, as in scikit-learn; the accuracy of no pictures throws.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { Tensor } from "../tensor/tensor.ts";
import { within } from "../tensor/within.ts";

/** A list of numbers; those of a tensor are in row-major order. */
export type Numbers = Tensor | ArrayLike<number>;

export const listOf = (numbers: Numbers): ArrayLike<number> => (numbers instanceof Tensor ? numbers.data : numbers);

function pairsOf(
  call: string,
  answers: Numbers,
  labels: Numbers,
): [answers: ArrayLike<number>, labels: ArrayLike<number>] {
  const [answerList, labelList] = [listOf(answers), listOf(labels)];
  if (answerList.length !== labelList.length)
    throw new ChainruleError(
      "data",
      call,
      `there are ${answerList.length} answers, but ${labelList.length} labels; give one for each picture`,
    );
  return [answerList, labelList];
}

/** The part of the answers that are right, 0 to 1. Throws if there are no answers, or another number of labels. */
export function accuracy(answers: Numbers, labels: Numbers): number {
  const [answerList, labelList] = pairsOf("accuracy", answers, labels);
  if (answerList.length === 0) throw new ChainruleError("data", "accuracy", "there are no answers; give at least one");
  let right = 0;
  for (let i = 0; i < answerList.length; i++) if (answerList[i] === labelList[i]) right++;
  return right / answerList.length;
}

/** confusion[truth][answer], the number of pictures with this label and answer. Throws if an answer or a label is not 0 … classes - 1. */
export function confusionMatrix(answers: Numbers, labels: Numbers, classes: number): number[][] {
  const [answerList, labelList] = pairsOf("confusionMatrix", answers, labels);
  checkWhole("confusionMatrix", "classes", classes, { from: 1 });
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < answerList.length; i++) {
    checkClass("confusionMatrix", "label", { value: labelList[i], at: i, classes });
    checkClass("confusionMatrix", "answer", { value: answerList[i], at: i, classes });
    counts[labelList[i]][answerList[i]]++;
  }
  return counts;
}

/** Throws unless a label or an answer is the index of a class. */
export function checkClass(
  call: string,
  what: string,
  { value, at, classes }: { readonly value: number; readonly at: number; readonly classes: number },
): void {
  if (!isWhole(value, { from: 0, below: classes }))
    throw new ChainruleError(
      "data",
      call,
      `${what} ${value} of picture ${at} is outside the ${classes} classes, 0 to ${classes - 1}`,
    );
}

/** Precision, recall and F1, each 0 to 1, of a class, or their means. */
export interface Scores {
  /** The part of the answers with this class that are right; 0 if there are none. */
  readonly precision: number;
  /** The part of the pictures of this class whose answer is right; 0 if there are none. */
  readonly recall: number;
  /** 2 · precision · recall / (precision + recall), their harmonic mean; 0 if both are 0. */
  readonly f1: number;
  /** The number of pictures of the class. */
  readonly support: number;
}

/** Precision, recall and F1 of each class, and their means. */
export interface ClassReport {
  /** In the order of the classes. */
  readonly classes: readonly (Scores & { readonly name: string })[];
  /** The mean over the classes with equal weights. */
  readonly macro: Scores;
  /** The mean over the classes, each weighted by its number of pictures. */
  readonly weighted: Scores;
  /** The part of the answers that are right; 0 if there are no pictures. */
  readonly accuracy: number;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);

/**
 * Computes the scores of each class from a confusion matrix [truth][answer]. The default names of the classes are "0", "1", ... A score that
 * would be 0/0 is 0. Throws unless the matrix is square and has as many rows as there are names.
 */
export function classReport(confusion: readonly (readonly number[])[], names?: readonly string[]): ClassReport {
  const size = confusion.length;
  if (size === 0 || confusion.some((row) => row.length !== size))
    throw new ChainruleError(
      "shape",
      "classReport",
      "the confusion matrix must have a row and a column for each class, [truth][answer]",
    );
  if (names !== undefined && names.length !== size)
    throw new ChainruleError("shape", "classReport", `${names.length} names for ${size} classes; give one for each`);
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

/**
 * The mean over the classes that have pictures of the part of each class that is recognised, from a confusion matrix [truth][answer], 0 to 1.
 * Throws unless the matrix is square, or if there are no pictures.
 */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): number {
  const { classes } = within("balancedAccuracy", () => classReport(confusion));
  const occurring = classes.filter(({ support }) => support > 0);
  if (occurring.length === 0) throw new ChainruleError("data", "balancedAccuracy", "there are no pictures");
  return sum(occurring.map(({ recall }) => recall)) / occurring.length;
}
