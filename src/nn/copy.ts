// Copies a module: the same class and properties, with tensors of its own. Constructors do not run, since their arguments are not
// recorded. So a copy cannot have #private fields, which only a constructor can create; a class that uses them is recognised by its
// source text, and refused.
import { ChainruleError } from "../errors/error.ts";
import { isMarked, isModule, isTensor } from "../tensor/copies.ts";
import { isDerived } from "../tensor/derived.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";
import { isRecord, tensorsOf } from "./parts.ts";

/** Makes a module with the class and the mode of the original, but without its properties. */
type MakeEmpty = (original: Module) => Module;

/** The copy of each object: a shared object is copied once, and a part may hold its own holder. */
type Copies = Map<object, unknown>;

/** Copies a module; `makeEmpty` makes the module that the copied properties are defined on. */
export function copyOf<M extends Module>(module: M, makeEmpty: MakeEmpty): M {
  const copy = copyModule(module, makeEmpty, new Map()) as M;
  checkShared(module, copy);
  return copy;
}

function copyModule(module: Module, makeEmpty: MakeEmpty, copies: Copies): Module {
  refusePrivate(module);
  const copy = makeEmpty(module);
  copies.set(module, copy);
  for (const key of Reflect.ownKeys(module)) {
    const property = Object.getOwnPropertyDescriptor(module, key);
    if (property === undefined) continue;
    if ("value" in property) property.value = copyValue(module, String(key), property.value, makeEmpty, copies);
    Object.defineProperty(copy, key, property);
  }
  return copy;
}

function copyValue(owner: Module, key: string, value: unknown, makeEmpty: MakeEmpty, copies: Copies): unknown {
  if (typeof value === "function") return sharedFunction(owner, key, value);
  if (typeof value !== "object" || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  const copyElement = (part: unknown) => copyValue(owner, key, part, makeEmpty, copies);
  const register = <T extends object>(copy: T): T => {
    copies.set(value, copy);
    return copy;
  };
  if (isTensor(value)) return register(copyTensor(value));
  if (isModule(value)) return copyPart(value as Module, makeEmpty, copies);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return register((value as Uint8Array).slice());
  if (Array.isArray(value)) {
    const list: unknown[] = register([]);
    for (const part of value) list.push(copyElement(part));
    return list;
  }
  if (value instanceof Map) {
    const map = register(new Map<unknown, unknown>());
    for (const [name, part] of value) map.set(copyElement(name), copyElement(part));
    return map;
  }
  if (value instanceof Set) {
    const set = register(new Set<unknown>());
    for (const part of value) set.add(copyElement(part));
    return set;
  }
  if (!isRecord(value)) return value;
  const record: object = register(Object.create(Object.getPrototypeOf(value)));
  for (const [name, part] of Object.entries(value)) Reflect.set(record, name, copyElement(part));
  return record;
}

/**
 * Copies a parameter, frozen parameter or buffer. A tensor that was computed from others is no part of the model and does not change:
 * the copy of the module has the same one.
 */
function copyTensor(tensor: Tensor): Tensor {
  if (isDerived(tensor)) return tensor;
  const copy = tensor.detach();
  if (tensor.requiresGrad || tensor.frozen) copy.requiresGrad = true;
  if (tensor.frozen) copy.requiresGrad = false;
  return copy;
}

/** Copies a module inside the module, by its own clone() if its class defines one. */
function copyPart(module: Module, makeEmpty: MakeEmpty, copies: Copies): Module {
  if (hasOwnClone(module)) {
    const copy = module.clone();
    copies.set(module, copy);
    const tensors = [...tensorsOf(copy)];
    for (const [i, [, tensor]] of [...tensorsOf(module)].entries()) copies.set(tensor, tensors[i]?.[1]);
    return copy;
  }
  return copyModule(module, makeEmpty, copies);
}

const classesOf = (module: Module): (typeof Module)[] => {
  const classes: (typeof Module)[] = [];
  for (let level: object | null = Object.getPrototypeOf(module); level !== null; level = Object.getPrototypeOf(level)) {
    // The last level is Module itself. It has a #private field too, the mode, which `makeEmpty` copies.
    if (isMarked(level)) break;
    classes.push(level.constructor as typeof Module);
  }
  return classes;
};

const hasOwnClone = (module: Module): boolean =>
  classesOf(module).some(({ prototype }) => Object.hasOwn(prototype, "clone"));

/** Matches `this.#heads` in the source of a class, also as TypeScript and esbuild write it for engines without #private fields. */
const privateAccess = /\bthis\s*\.\s*#[\p{ID_Start}$_]|__classPrivateField|__private(?:Add|Get|Set|Method)/u;

function refusePrivate(module: Module): void {
  const privateClass = classesOf(module).find((level) => privateAccess.test(Function.prototype.toString.call(level)));
  if (privateClass !== undefined)
    throw new ChainruleError(
      "type",
      "clone",
      `${privateClass.name} has #private fields or methods, which only its constructor can make; make them properties, or give ${privateClass.name} a clone() of its own: a new ${privateClass.name}, and loadStateDict`,
    );
}

/** Returns the function itself: as a property it is an option, which the copy shares. Throws if it refers to the original module. */
function sharedFunction(owner: Module, key: string, given: object): unknown {
  const text = Function.prototype.toString.call(given);
  const usesThis = /^(?:async\s+)?(?:\([^)]*\)|[\p{ID_Continue}$]+)\s*=>/u.test(text) && /\bthis\b/.test(text);
  if (usesThis || Object.hasOwn(given, "explain")) {
    const kind = usesThis ? "an arrow function that uses `this`" : "a compiled function";
    throw new ChainruleError(
      "type",
      "clone",
      `${owner.constructor.name}.${key} is ${kind}, and would use the parameters of the original; make it a method, or give ${owner.constructor.name} a clone() of its own`,
    );
  }
  return given;
}

/** Throws unless the copy's tensors have the names of the original's, and the same of them are shared. */
function checkShared(original: Module, copy: Module): void {
  const [before, after] = [original, copy].map((module) => {
    const firstNames = new Map<Tensor, string>();
    return [...tensorsOf(module)].map(([name, tensor]) => {
      if (!firstNames.has(tensor)) firstNames.set(tensor, name);
      return `${name} is ${firstNames.get(tensor)}`;
    });
  });
  const difference = before.find((line, i) => line !== after[i]) ?? after[before.length];
  if (difference !== undefined)
    throw new ChainruleError(
      "type",
      "clone",
      `the copy differs from the original: ${difference} in only one of them; correct the clone() of a module inside`,
    );
}
