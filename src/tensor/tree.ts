// Arguments and results of functions that the library transforms or compiles are tensors inside arrays, plain objects and maps, to any depth.
// This file finds these tensors and replaces them.
import { ChainruleError } from "../errors/error.ts";
import { isTensor, strangeness } from "./copies.ts";
import type { Tensor } from "./tensor.ts";

/** The parts of an array, a plain object or a map, with their keys; null for any other value. */
export function partsOf(value: unknown): readonly (readonly [key: unknown, part: unknown])[] | null {
  if (Array.isArray(value)) return [...value.entries()];
  if (isMap(value)) return [...value.entries()];
  return isRecord(value) ? Object.entries(value) : null;
}

/** Whether a value is a Map, also one of another realm. */
export const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  Object.prototype.toString.call(value) === "[object Map]";

/** Whether a value is a plain object, also one of another realm. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // In every realm Object.prototype is the object that has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A copy of nested arrays, plain objects and maps, with each tensor replaced. `call` is the user's call, for errors. */
export function mapTensors(call: string, value: unknown, replace: (tensor: Tensor) => unknown): unknown {
  if (isTensor(value)) return replace(value);
  if (Array.isArray(value)) return value.map((part) => mapTensors(call, part, replace));
  if (isMap(value)) return new Map([...value].map(([key, part]) => [key, mapTensors(call, part, replace)]));
  refuseStrange(call, "a value", value);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapTensors(call, part, replace)]));
}

/** The tensors in a value, in order; one that occurs twice is there twice. */
export function tensorsIn(call: string, value: unknown): Tensor[] {
  const found: Tensor[] = [];
  mapTensors(call, value, (tensor) => found.push(tensor));
  return found;
}

/** Throws for a tensor of another copy of the library, which would be taken for a constant. */
export function refuseStrange(call: string, place: string, value: unknown): void {
  const strange = strangeness(value);
  if (strange !== null) throw new ChainruleError("package", call, `${place}: ${strange}`);
}
