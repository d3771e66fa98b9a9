// Arguments and results of a compiled function are tensors within arrays, records and maps. Here they are told apart from what
// surrounds them: which tensors there are, and what else the call depends on, by value.
import { ChainruleError } from "../errors/error.ts";
import { describe } from "../tensor/dtype.ts";
import { isRecording } from "../tensor/mode.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Arrays, plain objects and maps are looked into; all else is one thing. */
export function partsOf(value: unknown): readonly (readonly [key: unknown, part: unknown])[] | null {
  if (Array.isArray(value)) return [...value.entries()];
  if (isMap(value)) return [...value.entries()];
  return isRecord(value) ? Object.entries(value) : null;
}

/** A Map of any realm. */
const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  Object.prototype.toString.call(value) === "[object Map]";

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any realm: Object.prototype is the one that has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The same arrays, records and maps with another thing in the place of each tensor. */
export function mapTensors(value: unknown, replace: (tensor: Tensor) => unknown): unknown {
  if (value instanceof Tensor) return replace(value);
  if (Array.isArray(value)) return value.map((part) => mapTensors(part, replace));
  if (isMap(value)) return new Map([...value].map(([key, part]) => [key, mapTensors(part, replace)]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapTensors(part, replace)]));
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identity(value: object): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  identities.set(value, ++lastIdentity);
  return lastIdentity;
}

/** What a call depends on beside the contents of its tensors, by the place in the arguments: "argument 1.rate" -> "0.5". */
export interface Signature {
  readonly tensors: readonly Tensor[];
  readonly parts: readonly (readonly [place: string, what: string])[];
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

/** Tensors by shape and dtype, everything else by value; what has no value to compare, by what it is. */
function describeLeaf(place: string, value: unknown, tensors: Tensor[]): string {
  if (value instanceof Tensor) {
    const known = tensors.indexOf(value);
    if (known >= 0) return `tensor ${known} again`;
    tensors.push(value);
    return `${describe(value)}${value.requiresGrad ? (value.grad ? " with its gradient" : " for its gradient") : ""}`;
  }
  if (ArrayBuffer.isView(value))
    throw new ChainruleError("type", "compile", `${place} is a typed array; make it a tensor with tensor(...)`);
  if (typeof value === "function" || (typeof value === "object" && value !== null)) return `object ${identity(value)}`;
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}
