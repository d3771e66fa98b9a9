// The wrong answers that a net was surest of. They are worth a look: often a person would not have given that label either.
import type { Dataset } from "chainrule/data";
import type { Evaluation } from "chainrule/train";
import type { Mistake } from "../messages.ts";

const maxMistakes = 24;

export function mistakesOf(
  { answers, probabilities }: Pick<Evaluation, "answers" | "probabilities">,
  { images, labels }: Dataset,
): Mistake[] {
  const size = images.size / Math.max(labels.size, 1);
  const truths = labels.data;
  const wrong = [...answers.keys()].filter((n) => answers[n] !== truths[n]);
  wrong.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return wrong.slice(0, maxMistakes).map((n) => ({
    truth: truths[n],
    said: answers[n],
    probability: probabilities[n],
    bytes: (images.data as Uint8Array).slice(n * size, (n + 1) * size),
  }));
}
