// What a call is given, looked at once more: plain JavaScript hands over anything, and passes over what a function does not name.
import { ChainruleError } from "../errors/error.ts";
import { isTensor, strangeness } from "./copies.ts";
import { describe } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

/** Throws where a call was given more arguments than it has. `cure` says what to do instead. */
export function takes(call: string, given: number, most: number, cure?: string): void {
  if (given > most) throw tooMany(call, given, most, cure);
}

function tooMany(call: string, given: number, most: number, cure?: string): ChainruleError {
  const counted = most === 0 ? "no argument" : `${most} argument${most === 1 ? "" : "s"} at most`;
  return new ChainruleError("type", call, `takes ${counted}, not ${given}${cure === undefined ? "" : `; ${cure}`}`, {
    given,
    most,
  });
}

/** A value in messages: `"3"`, 3, null, an array, { dim }, a Map, float32[2,3]. */
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

/** Throws unless it is a tensor of this copy of the package. */
export function checkTensor(call: string, name: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw noTensor(call, name, value);
}

/** The error where a tensor was expected. */
export function noTensor(call: string, name: string, value: unknown): ChainruleError {
  const strange = strangeness(value);
  if (strange !== null) return new ChainruleError("package", call, strange);
  const array = Array.isArray(value) || ArrayBuffer.isView(value);
  const cure = array ? `; tensor(${name}) makes one of it` : "";
  return new ChainruleError("type", call, `${name} is a tensor, not ${shown(value)}${cure}`);
}

/** Throws unless it is a list of tensors of this copy of the package. */
export function checkTensors(call: string, name: string, values: unknown): asserts values is readonly Tensor[] {
  if (!Array.isArray(values))
    throw new ChainruleError("type", call, `${name} is a list of tensors, not ${shown(values)}`);
  for (const [i, value] of values.entries()) checkTensor(call, `${name}[${i}]`, value);
}
