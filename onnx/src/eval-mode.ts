// A way to run code with a model in eval mode for a while.
import type { Module } from "chainrule";

/** Runs `body` with the model in eval mode, and restores the mode of every module afterwards, also after an exception. */
export function inEvalMode<T>(model: Module, body: () => T): T {
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  try {
    return body();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}
