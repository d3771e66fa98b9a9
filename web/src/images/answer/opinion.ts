// The net's answer in words. An untrained net has no answer, and a picture that is unlike all that it learned gets none.
import type { Texts } from "../../texts/language.svelte.ts";
import type { Answer } from "../messages.ts";

/** From here on a picture is unlike those that the net learned from (familiar.ts). */
const maxStrangeness = 1;

export type Verdict =
  | { readonly kind: "nothing" }
  | { readonly kind: "waiting" }
  | { readonly kind: "untrained" }
  | { readonly kind: "strange" }
  | { readonly kind: "answer"; readonly best: number; readonly share: number };

/** `waiting`: whether the net has still to answer. */
export function verdictOf(
  answer: Answer | null,
  { trained, waiting = false }: { readonly trained: boolean; readonly waiting?: boolean },
): Verdict {
  if (answer === null) return { kind: waiting ? "waiting" : "nothing" };
  if (!trained) return { kind: "untrained" };
  const { probabilities, strangeness } = answer;
  if (strangeness !== null && strangeness > maxStrangeness) return { kind: "strange" };
  const share = Math.max(...probabilities);
  return { kind: "answer", best: probabilities.indexOf(share), share };
}

/** "Looks like a 3, 97%" from a probability of one half on, "Perhaps a 3, 41%" below it. */
export function verdictWords(
  verdict: Verdict,
  classes: readonly string[],
  { texts, percent }: { readonly texts: Texts["images"]["verdict"]; readonly percent: (share: number) => string },
): string {
  if (verdict.kind !== "answer") return texts[verdict.kind];
  const { best, share } = verdict;
  return texts[share >= 0.5 ? "sure" : "unsure"](classes[best] ?? String(best), percent(share));
}
