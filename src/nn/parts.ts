// Finds the parts of a module, its tensors and other modules, by walking its own enumerable properties in order, and the plain objects,
// arrays, Maps and Sets in them, to any depth. Names are PyTorch's: "layers.0.weight" in an array or a Set, as in its ModuleList,
// "heads.cat.weight" in an object or a Map, as in its ModuleDict.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "../tensor/arguments.ts";
import { isModule, isTensor, strangeness } from "../tensor/copies.ts";
import { isDerived } from "../tensor/derived.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { entriesFor } from "../tensor/watch.ts";
import type { Module } from "./module.ts";

export type Part = readonly [name: string, value: Tensor | Module];

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether a value is a plain object, as { ... } makes it, of this realm or of another one (such as an iframe). */
export function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The entries, in order, of a value that may hold parts; null for any other value. */
function entriesOf(value: object): Iterable<readonly [key: unknown, value: unknown]> | null {
  if (isModule(value)) return entriesFor(value, isObject);
  if (Array.isArray(value)) return value.entries();
  // The tag recognises Maps and Sets of any realm, as Array.isArray does arrays.
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Map]") return value as ReadonlyMap<unknown, unknown>;
  if (tag === "[object Set]") return [...(value as ReadonlySet<unknown>)].entries();
  return isRecord(value) ? Object.entries(value) : null;
}

/** The tensors and modules that a module holds itself, without those in its modules. `holders` contain the holder, and are not entered again. */
export function* partsOf(holder: object, prefix = "", holders: readonly object[] = []): Generator<Part> {
  for (const [key, value] of entriesOf(holder) ?? []) {
    if (!isObject(value) || holders.includes(value)) continue;
    const name = `${prefix}${String(key)}`;
    for (const part of partsIn(name, value, [...holders, holder])) {
      if (typeof key === "object" || typeof key === "symbol")
        throw new ChainruleError(
          "type",
          "Module",
          `the keys of a Map are names of parts, strings or numbers, not ${shown(key)}; use such keys`,
        );
      yield part;
    }
  }
}

function* partsIn(name: string, value: object, holders: readonly object[]): Generator<Part> {
  if (isTensor(value)) {
    if (!isDerived(value)) yield [name, value];
  } else if (isModule(value)) yield [name, value as Module];
  else {
    const strange = strangeness(value);
    if (strange !== null) throw new ChainruleError("package", "Module", `${name}: ${strange}`);
    yield* partsOf(value, `${name}.`, holders);
  }
}

/**
 * All tensors of a module and of the modules in it, each under all of its names. A module that holds one of its own holders is entered
 * once on each path.
 */
export function* tensorsOf(
  module: Module,
  prefix = "",
  holders: readonly Module[] = [],
): Generator<readonly [name: string, tensor: Tensor]> {
  for (const [name, part] of partsOf(module, prefix)) {
    if (isTensor(part)) yield [name, part];
    else if (part !== module && !holders.includes(part)) yield* tensorsOf(part, `${name}.`, [...holders, module]);
  }
}

/** A module and all modules in it, each once, a module before its parts. */
export function modulesOf(module: Module, seen = new Set<Module>()): Module[] {
  if (seen.has(module)) return [];
  seen.add(module);
  return [module, ...[...partsOf(module)].flatMap(([, part]) => (isTensor(part) ? [] : modulesOf(part, seen)))];
}
