// The model of a run: one module, or several by name, such as the two of a GAN. Several modules become the parts of one, so that its mode,
// names and state dict comprise all of them.
import { ChainruleError } from "../errors/error.ts";
import { Module } from "../nn/module.ts";

/** A module, or several by name. */
export type Model = Module | Readonly<Record<string, Module>>;

class NamedModules extends Module {
  constructor(parts: Readonly<Record<string, Module>>) {
    super();
    Object.assign(this, parts);
  }
}

/** Returns one module that contains the whole model. Throws if it is no module, or if a part has a name that modules reserve. */
export function moduleOf(call: string, model: unknown): Module {
  if (model instanceof Module) return model;
  const parts = typeof model === "object" && model !== null ? Object.entries(model) : [];
  if (parts.length === 0)
    throw new ChainruleError(
      "type",
      call,
      "the model must be a module, or several by name, { generator, discriminator }",
    );
  for (const [name, part] of parts) {
    if (!(part instanceof Module))
      throw new ChainruleError(
        "type",
        call,
        `${name} is no module; other parts of a run belong into optimizer and state`,
      );
    if (Reflect.has(Module.prototype, name) || name.includes("."))
      throw new ChainruleError("option", call, `a model cannot be called "${name}", which modules reserve; rename it`);
  }
  return new NamedModules(Object.fromEntries(parts));
}
