// How good a model is: the answers to pictures that it had not learned from.
import type { Judged, Mistake } from "../messages.ts";

/** The examples that are learned from: the id of each picture, with the class of each. */
export interface Labelled {
  readonly pictures: readonly string[];
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/** `answers`: the class that each picture was taken for when it was left out, -1 where it never was. null where none was left out. */
export function judgedOf({ pictures, labels }: Labelled, answers: Int32Array, folds: number | null): Judged | null {
  if (folds === null) return null;
  const mistakes: Mistake[] = [];
  let count = 0;
  for (const [n, picture] of pictures.entries()) {
    const [truth, answer] = [labels[n], answers[n]];
    if (answer < 0) continue;
    count++;
    if (answer !== truth) mistakes.push({ picture, truth, answer });
  }
  return { count, right: count - mistakes.length, folds, mistakes };
}
