// Steps are taken in training mode and pictures are judged in evaluation mode, whatever mode the model is in; each layer then has
// its own mode back. As a body here is synchronous, nobody outside ever meets the model in a mode that they did not choose,
// and what they choose meanwhile changes no result.
import type { Module } from "../nn/module.ts";

/** Runs the body with the whole model in training mode, or in evaluation mode, and puts each layer's mode back, also after an error. */
export function inMode<T>(model: Module, training: boolean, body: () => T): T {
  const modules = model.modules();
  const before = modules.map((module) => module.training);
  if (before.every((mode) => mode === training)) return body();
  model.train(training);
  try {
    return body();
  } finally {
    for (const [i, module] of modules.entries()) module.training = before[i];
  }
}
