// The types of what tests use of training.js.
import type * as library from "chainrule";
import type { Question } from "./works.js";

/** The net of a question, its training step, and the arguments of step i. */
export function workOf(
  chainrule: typeof library,
  question: Question,
): {
  readonly model: library.Module;
  readonly train: (images: library.Tensor, labels: library.Tensor) => library.Tensor;
  readonly batch: (i: number) => readonly [library.Tensor, library.Tensor];
};
