// What is trained: one module, or several by name, as the two of a GAN. Several become the parts of one, so that modes, names and
// state dicts hold for all of them together.
import { ChainruleError } from "../errors/error.ts";
import { Module } from "../nn/module.ts";

/** A module, or several by name. */
export type Model = Module | Readonly<Record<string, Module>>;

class Several extends Module {
  constructor(parts: Readonly<Record<string, Module>>) {
    super();
    Object.assign(this, parts);
  }
}

/** One module with everything in it. Throws where it is none, and where a part has a name that modules use themselves. */
export function moduleOf(call: string, model: unknown): Module {
  if (model instanceof Module) return model;
  const parts = typeof model === "object" && model !== null ? Object.entries(model) : [];
  if (parts.length === 0)
    throw new ChainruleError("type", call, "the model is a module, or several by name, { generator, discriminator }");
  for (const [name, part] of parts) {
    if (!(part instanceof Module))
      throw new ChainruleError(
        "type",
        call,
        `${name} is no module; what else belongs to a run goes into optimizer and state`,
      );
    if (name in Module.prototype || name.includes("."))
      throw new ChainruleError(
        "option",
        call,
        `a model cannot be called "${name}", modules use that name themselves; rename it`,
      );
  }
  return new Several(Object.fromEntries(parts));
}
