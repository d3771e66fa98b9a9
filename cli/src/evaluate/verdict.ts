// Says how good a net is, in words for people who have never seen a confusion matrix.
import type { Evaluation } from "chainrule/train";
import { compare, fewPictures, interval, type Scores, scores, type Unlearned } from "../report/scores.ts";
import { brief, counted, percent, thousands } from "../wording.ts";

/** A matrix of more classes does not fit into a terminal. */
export const maxMatrixClasses = 20;
const maxNamedMixups = 3;
const maxNamedUnlearned = 4;

export function verdict({ confusion }: Pick<Evaluation, "confusion">, classes: readonly string[]): string[] {
  const found = scores(confusion);
  const { right, pictures, guessing, mixups } = found;
  const support = found.classes.map((score) => score.support);
  const commonest = quoted(classes[support.indexOf(Math.max(...support))]);
  const named = mixups.slice(0, maxNamedMixups).map(({ truth, answer, count }) => {
    const part = `${thousands(count)} of ${thousands(support[truth])}`;
    return `${brief(classes[truth])} for ${brief(classes[answer])} (${part})`;
  });
  return [
    `it recognises ${thousands(right)} of ${counted(pictures, "test picture")}: ${grade(found, commonest)}`,
    ...(named.length === 0 ? [] : [`it most often takes ${named.join(", ")}`]),
    ...unlearnedLines(found, classes),
    ...(guessing < 1
      ? [`always answering the commonest class, ${commonest}, would be right on ${percent(guessing)}`]
      : []),
    ...(pictures < fewPictures ? [fewWords(right, pictures)] : []),
  ];
}

const quoted = (name: string): string => JSON.stringify(brief(name));

function fewWords(right: number, pictures: number): string {
  const [low, high] = interval(right, pictures).map((share) => `${Math.round(100 * share)} %`);
  const those = pictures === 1 ? "one picture proves" : `${pictures} pictures prove`;
  return `${those} little: of other pictures like these it may recognise ${low} to ${high}`;
}

function grade(found: Scores, commonest: string): string {
  const { accuracy } = found;
  const { standing, avoided } = compare(found);
  const cure = "more pictures, or clearer ones, would help";
  switch (standing) {
    case "no pictures":
      return "there are none";
    case "all":
      return "all of them";
    case "one class":
      return `${found.pictures === 1 ? "it is" : "all are"} of the class ${commonest}, so this says nothing about the others`;
    case "no better":
      return `no better than always answering ${commonest}; ${cure}`;
    case "unclear":
      return "perhaps no better than guessing, since the difference can be chance";
    case "hardly":
      return `hardly better than guessing; ${cure}`;
    case "better":
      if (accuracy >= 0.75 && avoided < 0.5)
        return `it avoids ${Math.round(100 * avoided)} % of the mistakes of always answering ${commonest}`;
      return accuracyWords(accuracy);
    default:
      return standing satisfies never;
  }
}

function accuracyWords(accuracy: number): string {
  if (accuracy >= 0.97) return "nearly all";
  if (accuracy >= 0.9) return "nine in ten or more";
  if (accuracy >= 0.75) return "right most of the time";
  return accuracy >= 0.5 ? "right more often than wrong" : "wrong more often than right, but better than guessing";
}

/** The classes of which the net recognises no picture. */
function unlearnedLines({ unlearned, right }: Scores, classes: readonly string[]): string[] {
  if (right === 0) return [];
  const lines = unlearned.slice(0, maxNamedUnlearned).map((score) => unlearnedLine(score, classes));
  const rest = unlearned.length - lines.length;
  return rest > 0
    ? [...lines, `nor does it recognise any picture of ${counted(rest, "more class", "more classes")}`]
    : lines;
}

function unlearnedLine({ index, support, answered, takenFor }: Unlearned, classes: readonly string[]): string {
  const result = `0 of ${thousands(support)} right`;
  const reason = `too few pictures, or too like ${quoted(classes[takenFor])}`;
  return answered
    ? `it recognises no ${quoted(classes[index])}: ${result}; ${reason}`
    : `it never answers ${quoted(classes[index])}: ${result}; ${reason}`;
}
