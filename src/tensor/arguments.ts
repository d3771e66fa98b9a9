// Checks of arguments at run time: plain JavaScript passes anything to a function, and drops arguments that the function does not name.
import { ChainruleError } from "../errors/error.ts";
import { isTensor, strangeness } from "./copies.ts";
import { describe } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

/** Throws if a call was given more arguments than it takes. `cure` says what to do instead. */
export function takes(call: string, given: number, maxArguments: number, cure?: string): void {
  if (given > maxArguments) throw tooMany(call, given, maxArguments, cure);
}

function tooMany(call: string, given: number, most: number, cure?: string): ChainruleError {
  const limit = most === 0 ? "no argument" : `${most} argument${most === 1 ? "" : "s"} at most`;
  return new ChainruleError("type", call, `takes ${limit}, not ${given}${cure === undefined ? "" : `; ${cure}`}`, {
    given,
    most,
  });
}

/** A value as messages show it: `"3"`, 3, null, an array, { dim }, a Map, float32[2,3]. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (isTensor(value)) return describe(value);
  if (Array.isArray(value)) return "an array";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return `a ${value.constructor.name}`;
  return `{ ${Object.keys(value).join(", ")} }`;
}

/** Throws unless the value is a tensor of this copy of the package. */
export function checkTensor(call: string, name: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw noTensor(call, name, value);
}

/** The error where a tensor was expected. */
function noTensor(call: string, name: string, value: unknown): ChainruleError {
  const strange = strangeness(value);
  if (strange !== null) return new ChainruleError("package", call, strange);
  const isArray = Array.isArray(value) || ArrayBuffer.isView(value);
  const cure = isArray ? `; tensor(${name}) makes one of it` : "";
  return new ChainruleError("type", call, `${name} is a tensor, not ${shown(value)}${cure}`);
}

/** Throws unless the value is a list of tensors of this copy of the package. */
export function checkTensors(call: string, name: string, values: unknown): asserts values is readonly Tensor[] {
  if (!Array.isArray(values))
    throw new ChainruleError("type", call, `${name} is a list of tensors, not ${shown(values)}`);
  for (const [i, value] of values.entries()) checkTensor(call, `${name}[${i}]`, value);
}
