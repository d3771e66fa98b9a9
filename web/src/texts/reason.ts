// Why a GPU is not used, in the words of a language.
import type { Refusal } from "../engine/gpu.ts";

/** The words for each kind of refusal. */
export interface ReasonWords {
  readonly wrong: (op: string) => string;
  readonly lost: string;
  readonly memory: string;
  readonly failed: string;
}

export const reasonIn =
  (words: ReasonWords) =>
  (refusal: Refusal): string =>
    refusal.why === "wrong" ? words.wrong(refusal.op) : words[refusal.why];
