// The classifier on the features of a pretrained net, as the command line asks for it: fitClassifier of chainrule/train fits it.
import { type ClassifierChoice, type FittedClassifier, fitClassifier } from "chainrule/train";
import { isRecord } from "../records.ts";

/** Features [N, D] with the class of each row. */
export interface Examples {
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

export type Head = Omit<FittedClassifier, "unseen">;
export type Choice = ClassifierChoice;

/** Whether parsed JSON is a choice. */
export function isChoice(value: unknown): value is Choice {
  if (!isRecord(value) || typeof value.penalty !== "number") return false;
  return [value.folds, value.loss, value.accuracy].every((one) => one === null || typeof one === "number");
}

export interface HeadOptions {
  readonly classes: number;
  readonly seed: number;
  /** Pictures by which the penalty is chosen; null: by cross-validation. */
  readonly validation: Examples | null;
  /** Called from time to time; throws to end the work. */
  readonly check: () => void;
}

export const fitHead = (
  { features, labels }: Examples,
  { classes, seed, validation, check }: HeadOptions,
): Promise<Head> =>
  fitClassifier(features, labels, { classes, seed, validation: validation ?? undefined, onProgress: check });
