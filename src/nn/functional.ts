// A module as a function of its parameters. During a call the properties of the module that hold tensors hold those of the caller; afterwards
// they hold the module's again.
import { ChainruleError } from "../errors/error.ts";
import { shown, takes } from "../tensor/arguments.ts";
import { isModule, isTensor } from "../tensor/copies.ts";
import { describe } from "../tensor/dtype.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { entriesFor, lend } from "../tensor/watch.ts";
import type { Module } from "./module.ts";
import { isRecord, modulesOf, tensorsOf } from "./parts.ts";

/** A module with a forward, of any signature. */
export interface WithForward extends Module {
  /** Computes what the module is for. */
  forward(...inputs: never[]): unknown;
}

/** The caller's tensors, by those of the module. */
type Replacements = ReadonlyMap<Tensor, Tensor>;

/**
 * Returns a module's forward as a function of its parameters: f(parameters, ...inputs), with the parameters by name, as namedParameters() and
 * stateDict() have them. Buffers may be among them; tensors that the Map lacks are the module's own. So grad differentiates with respect to
 * all parameters, in a Map of the same names, and vmap runs many models at once:
 * vmap(grad((p, x, y) => loss(f(p, x), y)), { inDims: [null, 0, 0] }) gives the gradient of each example. The module does not change, also
 * where f throws. Throws for a name that the module does not have, and for another shape.
 */
export function functional<M extends WithForward>(
  model: M,
): (parameters: ReadonlyMap<string, Tensor>, ...inputs: Parameters<M["forward"]>) => ReturnType<M["forward"]> {
  takes("functional", arguments.length, 1);
  if (!isModule(model) || typeof model.forward !== "function")
    throw new ChainruleError("type", "functional", `takes a module with a forward, not ${shown(model)}`);
  return (parameters, ...inputs) => {
    const giveBack = lendAll(model, replacementsFor(model, parameters));
    try {
      return model.forward(...inputs) as ReturnType<M["forward"]>;
    } finally {
      for (const restore of giveBack) restore();
    }
  };
}

function replacementsFor(model: Module, parameters: ReadonlyMap<string, Tensor>): Replacements {
  if (typeof parameters?.get !== "function")
    throw new ChainruleError(
      "type",
      "functional",
      `the parameters are a Map of names to tensors, not ${shown(parameters)}`,
    );
  const replacements = new Map<Tensor, Tensor>();
  const names = new Set<string>();
  for (const [name, own] of tensorsOf(model)) {
    names.add(name);
    const given = parameters.get(name);
    if (given === undefined) continue;
    checkFits(name, own, given);
    const other = replacements.get(own);
    if (other !== undefined && other !== given)
      throw new ChainruleError("state", "functional", `${name} is another name of a tensor that was given already`);
    replacements.set(own, given);
  }
  const unknown = [...parameters.keys()].filter((name) => !names.has(name));
  if (unknown.length > 0)
    throw new ChainruleError("state", "functional", `the module has no ${unknown.join(", ")}`, { unexpected: unknown });
  return replacements;
}

function checkFits(name: string, own: Tensor, given: unknown): void {
  if (!isTensor(given)) throw new ChainruleError("type", "functional", `${name} is a tensor, not ${shown(given)}`);
  if (!sameShape(given.shape, own.shape) || given.dtype !== own.dtype)
    throw new ChainruleError(
      "shape",
      "functional",
      `${name} is ${describe(given)}, the module has ${describe(own)}; shape and dtype are equal`,
    );
}

/** Puts the caller's tensors into the module and the modules in it, and returns functions that give back the module's own. */
function lendAll(model: Module, replacements: Replacements): (() => void)[] {
  const giveBack: (() => void)[] = [];
  for (const module of modulesOf(model)) {
    for (const [key, value] of entriesFor(module, () => false)) {
      const lent = replaced(value, replacements);
      if (lent !== value) giveBack.unshift(lend(module, key, lent, value));
    }
  }
  return giveBack;
}

/** The value with the caller's tensors in it, in new containers; the value itself if it has none of them, or is a module. */
function replaced(value: unknown, replacements: Replacements, holders: readonly unknown[] = []): unknown {
  if (isTensor(value)) return replacements.get(value) ?? value;
  if (typeof value !== "object" || value === null || isModule(value) || holders.includes(value)) return value;
  const isSame = (parts: readonly unknown[], others: readonly unknown[]) =>
    parts.every((part, i) => part === others[i]);
  const all = (parts: readonly unknown[]) => parts.map((part) => replaced(part, replacements, [...holders, value]));
  if (Array.isArray(value)) {
    const parts = all(value);
    return isSame(parts, value) ? value : parts;
  }
  if (value instanceof Set) {
    const [own, parts] = [[...value], all([...value])];
    return isSame(parts, own) ? value : new Set(parts);
  }
  const entries = value instanceof Map ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  const own = entries.map(([, part]) => part);
  const parts = all(own);
  if (isSame(parts, own)) return value;
  const others = entries.map(([key], i) => [key, parts[i]] as const);
  return value instanceof Map ? new Map(others) : Object.fromEntries(others);
}
