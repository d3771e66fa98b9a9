// The tensors of a model, by the names of its stateDict, and a way to run code with the model in eval mode for a while.
import type { Module, Tensor } from "chainrule";

/** The names of parameters and buffers; a tensor that is used twice has the first of its names. */
export function tensorNames(model: Module): ReadonlyMap<Tensor, string> {
  const named = [...model.namedParameters(), ...model.namedBuffers()];
  return new Map(named.map(([name, tensor]) => [tensor, name]));
}

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
