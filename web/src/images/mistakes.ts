// The pictures that a net got wrong while it was surest: those are worth a look, and often the label is not what one would say either.
import type { Dataset } from "chainrule/data";
import type { Evaluation } from "chainrule/train";
import type { Mistake } from "./messages.ts";

const most = 24;

export function mistakesOf(
  { answers, probabilities }: Pick<Evaluation, "answers" | "probabilities">,
  { images, labels }: Dataset,
): Mistake[] {
  const size = images.size / Math.max(labels.size, 1);
  const truths = labels.data;
  const wrong = [...answers.keys()].filter((n) => answers[n] !== truths[n]);
  wrong.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return wrong.slice(0, most).map((n) => ({
    ...{ truth: truths[n], said: answers[n], probability: probabilities[n] },
    bytes: (images.data as Uint8Array).slice(n * size, (n + 1) * size),
  }));
}
