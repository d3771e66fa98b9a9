// Arguments and results of a compiled function are tensors inside arrays, records and maps. This file finds the tensors in them, and makes
// the signature of a call from all else, by value.
import { ChainruleError } from "../errors/error.ts";
import { describe } from "../tensor/dtype.ts";
import { isRecording } from "../tensor/mode.ts";
import { Tensor } from "../tensor/tensor.ts";
import { isMap, mapTensors as mapAll, partsOf, refuseStrange } from "../tensor/tree.ts";

/** A copy of nested arrays, records and maps, with each tensor replaced. */
export const mapTensors = (value: unknown, replace: (tensor: Tensor) => unknown): unknown =>
  mapAll("compile", value, replace);

/** The tensors in nested arrays, records and maps, in order, each once with its first place: "result.losses.0" in a value called "result". */
export function placesOf(
  value: unknown,
  place: string,
  found = new Map<Tensor, string>(),
): ReadonlyMap<Tensor, string> {
  if (value instanceof Tensor) {
    if (!found.has(value)) found.set(value, place);
  } else for (const [key, part] of partsOf(value) ?? []) placesOf(part, `${place}.${String(key)}`, found);
  return found;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** A number that stands for this object alone. */
function identity(value: object): number {
  const existing = identities.get(value);
  if (existing !== undefined) return existing;
  identities.set(value, ++lastIdentity);
  return lastIdentity;
}

/** Everything that a call's program depends on: all of its arguments but the contents of tensors. */
export interface Signature {
  readonly tensors: readonly Tensor[];
  /** Each part of the arguments by its place: "argument 1.rate" -> "0.5". */
  readonly parts: readonly (readonly [place: string, what: string])[];
  /** All parts as one text. */
  readonly key: string;
  /** Whether noGrad was off. */
  readonly recording: boolean;
}

export function signatureOf(args: readonly unknown[]): Signature {
  const tensors: Tensor[] = [];
  const parts: [string, string][] = [];
  const visit = (place: string, value: unknown, around: readonly unknown[]): void => {
    if (around.includes(value))
      throw new ChainruleError("type", "compile", `${place} contains itself; pass tensors, numbers and plain lists`);
    const inside = partsOf(value);
    if (inside === null) parts.push([place, describeLeaf(place, value, tensors)]);
    else {
      parts.push([place, `${Array.isArray(value) ? "list" : isMap(value) ? "map" : "record"} of ${inside.length}`]);
      for (const [key, part] of inside) visit(`${place}.${String(key)}`, part, [...around, value]);
    }
  };
  for (const [i, arg] of args.entries()) visit(`argument ${i}`, arg, []);
  const key = parts.map(([place, what]) => `${place}: ${what}`).join("\n");
  return { tensors, parts, key, recording: isRecording() };
}

/** A part in words: a tensor by its shape and dtype, an object or function by identity, everything else by its value. */
function describeLeaf(place: string, value: unknown, tensors: Tensor[]): string {
  if (value instanceof Tensor) {
    const position = tensors.indexOf(value);
    if (position >= 0) return `tensor ${position} again`;
    tensors.push(value);
    return `${describe(value)}${value.requiresGrad ? (value.grad ? " with its gradient" : " for its gradient") : ""}`;
  }
  if (ArrayBuffer.isView(value))
    throw new ChainruleError("type", "compile", `${place} is a typed array; make it a tensor with tensor(...)`);
  refuseStrange("compile", place, value);
  if (typeof value === "function" || (typeof value === "object" && value !== null)) return `object ${identity(value)}`;
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}
