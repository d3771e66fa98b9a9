// The mistakes of a test with their files, as lines for people and as records for programs. The surest ones come first.
import type { Dataset } from "chainrule/data";
import type { Evaluation } from "chainrule/train";
import { mistakeOrder } from "../report/mistake-order.ts";
import { brief, percent, thousands } from "../wording.ts";

export interface Mistake {
  /** The picture's index among the test pictures, from 0. */
  readonly index: number;
  /** The path of its file; null for the pictures of IDX files. */
  readonly file: string | null;
  /** The name of its class, and of the class that the net answers. */
  readonly class: string;
  readonly answer: string;
  /** Of the answer, 0 … 1. */
  readonly probability: number;
}

export function mistakesOf(
  { labels, classes }: Pick<Dataset, "labels" | "classes">,
  evaluation: Pick<Evaluation, "answers" | "probabilities">,
  files: readonly string[] | null,
): Mistake[] {
  const { answers, probabilities } = evaluation;
  return mistakeOrder(labels.data, evaluation).map((index) => ({
    index,
    file: files?.[index] ?? null,
    class: classes[labels.data[index]],
    answer: classes[answers[index]],
    probability: probabilities[index],
  }));
}

/** A line for each of the first `count` mistakes, with a heading; none without mistakes. */
export function mistakeLines(mistakes: readonly Mistake[], count: number): string[] {
  if (mistakes.length === 0 || count === 0) return [];
  const shown = mistakes.slice(0, count);
  const rest = mistakes.length - shown.length;
  const lines = shown.map(
    ({ index, file, answer, probability, class: truth }) =>
      `  ${file ?? `picture ${index}`}: says ${brief(answer)} (${percent(probability)}), is ${brief(truth)}`,
  );
  const head = rest > 0 ? `the worst of ${thousands(mistakes.length)} mistakes:` : "its mistakes, the worst first:";
  return [head, ...lines];
}
