// The tensors and modules of a model, by the names of its stateDict, and a way to run code with the model in eval mode for a while.
import { Module, Tensor } from "chainrule";

interface Parts {
  /** The names of parameters and buffers; a tensor that is used twice has the first of its names. */
  readonly tensors: ReadonlyMap<Tensor, string>;
  /** Each module after the module that contains it. */
  readonly modules: readonly Module[];
}

export function partsOf(model: Module): Parts {
  const tensors = new Map<Tensor, string>();
  const modules: Module[] = [];
  const visit = (value: object, prefix: string): void => {
    if (value instanceof Module) modules.push(value);
    for (const [key, entry] of Object.entries(value)) {
      if (entry instanceof Tensor) {
        if (!tensors.has(entry)) tensors.set(entry, prefix + key);
      } else if (entry instanceof Module || Array.isArray(entry)) visit(entry, `${prefix}${key}.`);
    }
  };
  visit(model, "");
  return { tensors, modules };
}

/** Runs `body` with the model in eval mode, and restores the mode of every module afterwards, also after an exception. */
export function inEvalMode<T>(model: Module, body: () => T): T {
  const modes = partsOf(model).modules.map((module) => [module, module.training] as const);
  model.eval();
  try {
    return body();
  } finally {
    // From the outer modules to the inner ones, since train() changes all modules inside.
    for (const [module, training] of modes) module.train(training);
  }
}
