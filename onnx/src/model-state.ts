// What a model is made of, by the names of its stateDict, and how it is looked at in eval mode without being left in it.
import { Module, Tensor } from "chainrule";

interface Parts {
  /** Parameters and buffers; one that is used twice has the first of its names. */
  readonly tensors: ReadonlyMap<Tensor, string>;
  /** Each after those that hold it. */
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

/** Runs the body with the model in eval mode, and puts every module's mode back, also after an exception. */
export function inEvalMode<T>(model: Module, body: () => T): T {
  const modes = partsOf(model).modules.map((module) => [module, module.training] as const);
  model.eval();
  try {
    return body();
  } finally {
    // From the outside in: train() reaches all within.
    for (const [module, training] of modes) module.train(training);
  }
}
