// Training steps run in training mode and validation in evaluation mode, whatever mode the user has set; afterwards each layer has its own
// mode again. The body is synchronous, so the user's code never sees another mode than its own, and the modes that it sets change no
// result.
import type { Module } from "../nn/module.ts";

/** Runs the body with the whole model in training or evaluation mode, and restores each layer's mode, also after an error. */
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
