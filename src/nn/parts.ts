// What a module is made of, found by looking. Its own enumerable properties, in order, are tensors, other modules, and plain objects,
// arrays, Maps and Sets in which there are more of them, to any depth. Names are PyTorch's: "layers.0.weight" in an array or a Set, as in
// its ModuleList, "heads.cat.weight" in an object or a Map, as in its ModuleDict.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "../tensor/arguments.ts";
import { isModule, isTensor, strangeness } from "../tensor/copies.ts";
import { isDerived } from "../tensor/derived.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { entriesFor } from "../tensor/watch.ts";
import type { Module } from "./module.ts";

export type Part = readonly [name: string, value: Tensor | Module];

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether it was written as { ... }, in this page or in another. */
export function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The entries of what may hold parts, in order; null for all else. */
function entriesOf(value: object): Iterable<readonly [key: unknown, value: unknown]> | null {
  if (isModule(value)) return entriesFor(value, isObject);
  if (Array.isArray(value)) return value.entries();
  // Of any realm, as arrays are.
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Map]") return value as ReadonlyMap<unknown, unknown>;
  if (tag === "[object Set]") return [...(value as ReadonlySet<unknown>)].entries();
  return isRecord(value) ? Object.entries(value) : null;
}

/** The tensors and modules that a module holds itself, not those in its modules. */
export function* partsOf(holder: object, prefix = "", around: readonly object[] = []): Generator<Part> {
  for (const [key, value] of entriesOf(holder) ?? []) {
    if (!isObject(value) || around.includes(value)) continue;
    const name = `${prefix}${String(key)}`;
    for (const part of partsIn(name, value, [...around, holder])) {
      if (typeof key === "object" || typeof key === "symbol")
        throw new ChainruleError(
          "type",
          "Module",
          `the keys of a Map are names of parts, strings or numbers, not ${shown(key)}`,
        );
      yield part;
    }
  }
}

function* partsIn(name: string, value: object, around: readonly object[]): Generator<Part> {
  if (isTensor(value)) {
    if (!isDerived(value)) yield [name, value];
  } else if (isModule(value)) yield [name, value as Module];
  else {
    const strange = strangeness(value);
    if (strange !== null) throw new ChainruleError("package", "Module", `${name}: ${strange}`);
    yield* partsOf(value, `${name}.`, around);
  }
}

/** All tensors of a module and of the modules in it, each under all of its names. What holds its holder is entered once. */
export function* tensorsOf(
  module: Module,
  prefix = "",
  around: readonly Module[] = [],
): Generator<readonly [name: string, tensor: Tensor]> {
  for (const [name, part] of partsOf(module, prefix)) {
    if (isTensor(part)) yield [name, part];
    else if (part !== module && !around.includes(part)) yield* tensorsOf(part, `${name}.`, [...around, module]);
  }
}

/** This module and all in it, each once, those outside before those inside. */
export function modulesOf(module: Module, seen = new Set<Module>()): Module[] {
  if (seen.has(module)) return [];
  seen.add(module);
  return [module, ...[...partsOf(module)].flatMap(([, part]) => (isTensor(part) ? [] : modulesOf(part, seen)))];
}
