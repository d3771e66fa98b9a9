// What is said of pictures that are exact copies of each other: before the training of those that mislead it, after the test of those
// that flatter its figure.
import type { Evaluation } from "chainrule/train";
import type { Data, Pictures } from "../data-set.ts";
import type { TestRecord } from "../evaluate/test-record.ts";
import { counted, pathBehind, percent, thousands } from "../wording.ts";
import { type Copy, TrainingPictures } from "./copies.ts";

export interface Copies {
  /** The test pictures that are copies of training pictures. */
  readonly test: readonly Copy[];
  /** Sentences about the training and validation pictures. */
  readonly notes: readonly string[];
}

export function findCopies(data: Data): Copies {
  const { train, validation, test } = data;
  const known = new TrainingPictures(train);
  const unseen = validation === null ? [] : known.copiesIn(validation);
  return { test: known.copiesIn(test), notes: notesOnCopies(data, known.contradictions, unseen) };
}

/** The sentences about training pictures that lie in two classes, and about validation pictures that are copies. */
export function notesOnCopies(
  { train, validation, files }: Data<Pictures>,
  contradictions: readonly Copy[],
  unseen: readonly Copy[],
): string[] {
  const notes: string[] = [];
  if (contradictions.length > 0) {
    const { index, original } = contradictions[0];
    const nameOf = (n: number) => files?.train[n] ?? train.classes[train.labels.data[n]];
    const names = `${nameOf(original)} and ${pathBehind(nameOf(original), nameOf(index))}`;
    const [verb, such] = contradictions.length === 1 ? ["lies", ""] : ["lie", "such as "];
    notes.push(
      `${counted(contradictions.length, "training picture")} ${verb} in two classes (${such}${names}): the net cannot be right about both`,
    );
  }
  if (unseen.length > 0 && validation !== null)
    notes.push(
      `${thousands(unseen.length)} of the ${counted(validation.labels.size, "validation picture")} ${areCopies(unseen.length)}${examples(unseen, files === null ? null : [files.validation ?? [], files.train])}, so the best epoch may be the one that remembers them`,
    );
  return notes;
}

/** The accuracy on the test pictures that are not copies; null where there are no others. */
export function accuracyWithout(
  copies: readonly Copy[],
  { answers }: Pick<Evaluation, "answers">,
  truth: ArrayLike<number>,
): number | null {
  const left = answers.length - copies.length;
  if (left === 0) return null;
  const isCopy = new Set(copies.map(({ index }) => index));
  let right = 0;
  for (let n = 0; n < answers.length; n++) if (!isCopy.has(n) && answers[n] === truth[n]) right++;
  return right / left;
}

/** The sentence about test pictures that the net learned from; null where there are none. */
export function copiesWords(
  { copies, pictures, accuracy, withoutCopies }: Omit<TestRecord, "fingerprint">,
  example = "",
): string | null {
  if (copies === 0) return null;
  const of = `${areCopies(copies)}${example}`;
  if (withoutCopies === null)
    return `${pictures === 1 ? "the one test picture" : "all test pictures"} ${of}, so the figure says nothing about new ones`;
  const flatters = withoutCopies < accuracy ? ", so the figure flatters" : "";
  return `${thousands(copies)} of the ${counted(pictures, "test picture")} ${of}${flatters}; without ${copies === 1 ? "it" : "them"} ${percent(withoutCopies)}`;
}

const areCopies = (count: number): string =>
  count === 1 ? "is an exact copy of a training picture" : "are exact copies of training pictures";

/** " (a.png is b.png)", or " (such as a.png, which is b.png)" of more copies; empty where the pictures have no files. */
export function examples(
  copies: readonly Copy[],
  files: readonly [own: readonly string[], train: readonly string[]] | null,
): string {
  if (files === null || copies.length === 0) return "";
  const [own, train] = files;
  const { index, original } = copies[0];
  const name = pathBehind(own[index], train[original]);
  return copies.length === 1 ? ` (${own[index]} is ${name})` : ` (such as ${own[index]}, which is ${name})`;
}
