// A module once more: the same class and properties, with tensors of its own. Constructors do not run, since nobody knows what they were
// given; so what only a constructor can make, #private fields, cannot be in a copy, and is looked for in the text of the class.
import { ChainruleError } from "../errors/error.ts";
import { isMarked, isModule, isTensor } from "../tensor/copies.ts";
import { isDerived } from "../tensor/derived.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";
import { isRecord, tensorsOf } from "./parts.ts";

/** A copy with the class and the mode of a module, but without its properties. */
type Start = (original: Module) => Module;

/** Of each thing its copy: what is shared is copied once, and a part may hold what holds it. */
type Copies = Map<object, unknown>;

/** `start` makes the module that the properties come into. */
export function copyOf<M extends Module>(module: M, start: Start): M {
  const copy = copyModule(module, start, new Map()) as M;
  checkShared(module, copy);
  return copy;
}

function copyModule(module: Module, start: Start, copies: Copies): Module {
  refusePrivate(module);
  const copy = start(module);
  copies.set(module, copy);
  for (const key of Reflect.ownKeys(module)) {
    const property = Object.getOwnPropertyDescriptor(module, key);
    if (property === undefined) continue;
    if ("value" in property) property.value = copyValue(module, String(key), property.value, start, copies);
    Object.defineProperty(copy, key, property);
  }
  return copy;
}

function copyValue(owner: Module, key: string, value: unknown, start: Start, copies: Copies): unknown {
  if (typeof value === "function") return sharedFunction(owner, key, value);
  if (typeof value !== "object" || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  const again = (part: unknown) => copyValue(owner, key, part, start, copies);
  const made = <T extends object>(copy: T): T => {
    copies.set(value, copy);
    return copy;
  };
  if (isTensor(value)) return made(copyTensor(value));
  if (isModule(value)) return copyPart(value as Module, start, copies);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return made((value as Uint8Array).slice());
  if (Array.isArray(value)) {
    const list: unknown[] = made([]);
    for (const part of value) list.push(again(part));
    return list;
  }
  if (value instanceof Map) {
    const map = made(new Map<unknown, unknown>());
    for (const [name, part] of value) map.set(again(name), again(part));
    return map;
  }
  if (value instanceof Set) {
    const set = made(new Set<unknown>());
    for (const part of value) set.add(again(part));
    return set;
  }
  if (!isRecord(value)) return value;
  const record: object = made(Object.create(Object.getPrototypeOf(value)));
  for (const [name, part] of Object.entries(value)) Reflect.set(record, name, again(part));
  return record;
}

/** What was computed from others is no part of the model, and does not change. */
function copyTensor(tensor: Tensor): Tensor {
  if (isDerived(tensor)) return tensor;
  const copy = tensor.detach();
  if (tensor.requiresGrad || tensor.frozen) copy.requiresGrad = true;
  if (tensor.frozen) copy.requiresGrad = false;
  return copy;
}

/** A module inside, which may have a clone of its own. */
function copyPart(module: Module, start: Start, copies: Copies): Module {
  if (hasOwnClone(module)) {
    const copy = module.clone();
    copies.set(module, copy);
    const tensors = [...tensorsOf(copy)];
    for (const [i, [, tensor]] of [...tensorsOf(module)].entries()) copies.set(tensor, tensors[i]?.[1]);
    return copy;
  }
  return copyModule(module, start, copies);
}

const classesOf = (module: Module): (typeof Module)[] => {
  const classes: (typeof Module)[] = [];
  for (let level: object | null = Object.getPrototypeOf(module); level !== null; level = Object.getPrototypeOf(level)) {
    // The last one is Module itself, whose mode the copy gets otherwise.
    if (isMarked(level)) break;
    classes.push(level.constructor as typeof Module);
  }
  return classes;
};

const hasOwnClone = (module: Module): boolean =>
  classesOf(module).some(({ prototype }) => Object.hasOwn(prototype, "clone"));

/** `this.#heads`, also as TypeScript and esbuild write it for engines that have no such fields. */
const privateAccess = /\bthis\s*\.\s*#[\p{ID_Start}$_]|__classPrivateField|__private(?:Add|Get|Set|Method)/u;

function refusePrivate(module: Module): void {
  const found = classesOf(module).find((made) => privateAccess.test(Function.prototype.toString.call(made)));
  if (found !== undefined)
    throw new ChainruleError(
      "type",
      "clone",
      `${found.name} has #private fields or methods, which only its constructor can make; make them properties, or give ${found.name} a clone() of its own: a new ${found.name}, and loadStateDict`,
    );
}

/** A function as a property is an option, and is shared, unless it holds on to the module that is copied. */
function sharedFunction(owner: Module, key: string, given: object): unknown {
  const text = Function.prototype.toString.call(given);
  const bound = /^(?:async\s+)?(?:\([^)]*\)|[\p{ID_Continue}$]+)\s*=>/u.test(text) && /\bthis\b/.test(text);
  if (bound || Object.hasOwn(given, "explain")) {
    const what = bound ? "an arrow function that says this" : "a compiled function";
    throw new ChainruleError(
      "type",
      "clone",
      `${owner.constructor.name}.${key} is ${what}, and would go on with the parameters of the original; make it a method, or give ${owner.constructor.name} a clone() of its own`,
    );
  }
  return given;
}

/** The copy has the same names, and shares what the original shares. */
function checkShared(original: Module, copy: Module): void {
  const [before, after] = [original, copy].map((module) => {
    const first = new Map<Tensor, string>();
    return [...tensorsOf(module)].map(([name, tensor]) => {
      if (!first.has(tensor)) first.set(tensor, name);
      return `${name} is ${first.get(tensor)}`;
    });
  });
  const lost = before.find((line, i) => line !== after[i]) ?? after[before.length];
  if (lost !== undefined)
    throw new ChainruleError(
      "type",
      "clone",
      `the copy is another model: ${lost} on one side only; a clone() inside is to blame`,
    );
}
