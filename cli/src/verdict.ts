// Says how good a net is, in words for people who have never seen a confusion matrix.
import type { Evaluation } from "chainrule/train";
import { scores } from "./report/scores.ts";
import { percent, thousands } from "./screen.ts";

/** A matrix of more classes does not fit into a terminal. */
export const maxMatrixClasses = 20;
const maxNamedMixups = 3;

export function verdict({ confusion }: Pick<Evaluation, "confusion">, classes: readonly string[]): string[] {
  const { right, pictures, accuracy, guessing, mixups } = scores(confusion);
  const lines = [
    `it recognises ${thousands(right)} of ${thousands(pictures)} test pictures: ${grade(accuracy, guessing)}`,
  ];
  if (right < pictures) {
    const named = mixups.slice(0, maxNamedMixups).map(({ truth, answer, count }) => {
      const all = confusion[truth].reduce((sum, n) => sum + n, 0);
      return `${classes[truth]} for ${classes[answer]} (${thousands(count)} of ${thousands(all)})`;
    });
    lines.push(`it most often takes ${named.join(", ")}`);
  }
  lines.push(`always answering the commonest class would be right on ${percent(guessing)}`);
  return lines;
}

function grade(accuracy: number, guessing: number): string {
  if (accuracy <= 1.2 * guessing) return "hardly better than guessing; more pictures, or clearer ones, would help";
  if (accuracy === 1) return "all of them";
  if (accuracy >= 0.97) return "nearly all";
  if (accuracy >= 0.9) return "nine in ten or more";
  if (accuracy >= 0.75) return "right most of the time";
  return accuracy >= 0.5 ? "right more often than wrong" : "wrong more often than right, but better than guessing";
}
