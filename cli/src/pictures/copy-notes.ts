// What is said of pictures that are exact copies of each other: before the training of those that mislead it, after the test of those
// that flatter its figure.
import type { Evaluation } from "chainrule/train";
import type { Data } from "../data.ts";
import type { TestRecord } from "../evaluate/test-record.ts";
import { counted, percent, thousands } from "../wording.ts";
import { type Copy, Known } from "./copies.ts";

export interface Copies {
  /** The test pictures that are copies of training pictures. */
  readonly test: readonly Copy[];
  /** Sentences about the training and validation pictures. */
  readonly notes: readonly string[];
}

const maxExamples = 2;

export function findCopies({ train, validation, test, files }: Data): Copies {
  const known = new Known(train);
  const unseen = validation === null ? [] : known.copiesIn(validation);
  const { contradictions } = known;
  const notes: string[] = [];
  if (contradictions.length > 0) {
    const named = contradictions.slice(0, maxExamples).map(({ index, of }) => {
      const [one, other] = [of, index].map((n) => train.classes[train.labels.data[n]]);
      return files === null ? `${one} and ${other}` : `${files.train[of]} and ${files.train[index]}`;
    });
    notes.push(
      `${counted(contradictions.length, "training picture")} ${contradictions.length === 1 ? "lies" : "lie"} in two classes (${named.join("; ")}): the net cannot be right about both`,
    );
  }
  if (unseen.length > 0 && validation !== null)
    notes.push(
      `${thousands(unseen.length)} of the ${counted(validation.labels.size, "validation picture")} ${unseen.length === 1 ? "is an exact copy" : "are exact copies"} of training pictures${examples(unseen, files === null ? null : [files.validation ?? [], files.train])}, so the best epoch may be the one that remembers them`,
    );
  return { test: known.copiesIn(test), notes };
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
  const of = `${copies === 1 ? "is an exact copy" : "are exact copies"} of training pictures${example}`;
  if (withoutCopies === null) return `all test pictures ${of}, so the figure says nothing about new ones`;
  const flatters = withoutCopies < accuracy ? ", so the figure flatters" : "";
  return `${thousands(copies)} of the ${counted(pictures, "test picture")} ${of}${flatters}; without them ${percent(withoutCopies)}`;
}

/** " (a.png is b.png; …)" of the first copies; empty where the pictures have no files. */
export function examples(
  copies: readonly Copy[],
  files: readonly [own: readonly string[], train: readonly string[]] | null,
): string {
  if (files === null || copies.length === 0) return "";
  const [own, train] = files;
  return ` (${copies
    .slice(0, maxExamples)
    .map(({ index, of }) => `${own[index]} is ${train[of]}`)
    .join("; ")})`;
}
