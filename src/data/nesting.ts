// Nested records, lists and maps of any depth, with tensors or numbers as leaves: { x, y: [a, b] }. Batches have the nesting of their data.
import type { TypedArray } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Tensors in records, lists and maps. */
export type Columns =
  | Tensor
  | readonly Columns[]
  | { readonly [name: string]: Columns }
  | ReadonlyMap<unknown, Columns>;

/** A leaf of a nesting, and its place: "data.x[0]". */
export interface Leaf<T> {
  readonly value: T;
  readonly place: string;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @inline */
type Level0 = number | boolean;
/** @inline */
type Level1 = readonly Level0[];
/** @inline */
type Level2 = readonly Level1[];
/** @inline */
type Level3 = readonly Level2[];
/** A number, or a list of numbers or of lists, each level of one kind: [[1, 2], [3, 4]], but not [[1, 2], 3], which is a pair. */
export type EvenNumbers = Level0 | Level1 | Level2 | Level3 | readonly Level3[] | readonly (readonly Level3[])[];

const isNumber = (value: unknown): value is Level0 => typeof value === "number" || typeof value === "boolean";

/** Whether a value is a number or a list of one kind. Of each list of lists, only the first is looked into. */
function isEvenly(value: unknown): boolean {
  if (!Array.isArray(value)) return isNumber(value);
  return value.length > 0 && (value.every(isNumber) || (value.every(Array.isArray) && isEvenly(value[0])));
}

/** Whether tensor() makes a tensor of the value: a number, lists of numbers, a typed array. */
export const isNumbers = (value: unknown): value is TypedArray | EvenNumbers =>
  (ArrayBuffer.isView(value) && !(value instanceof DataView)) || isEvenly(value);

/** Whether the value is a tensor, or tensor() makes one of it. */
export const isColumn = (value: unknown): value is Tensor | TypedArray | EvenNumbers =>
  value instanceof Tensor || isNumbers(value);

/** The parts of a record, list or map, each with its key and place; null for other values, which are leaves. */
export function partsOf(
  value: unknown,
  place: string,
): readonly (readonly [key: unknown, part: unknown, at: string])[] | null {
  if (isColumn(value)) return null;
  if (Array.isArray(value)) return value.map((part, i) => [i, part, `${place}[${i}]`] as const);
  if (value instanceof Map)
    return [...value].map(([key, part]) => [key, part, `${place}.get(${String(key)})`] as const);
  return isRecord(value) ? Object.entries(value).map(([key, part]) => [key, part, `${place}.${key}`] as const) : null;
}

/** A record, list or map like `model`, with other parts. */
export function rebuild<T>(model: unknown, parts: readonly (readonly [key: unknown, part: T])[]): unknown {
  if (Array.isArray(model)) return parts.map(([, part]) => part);
  return model instanceof Map ? new Map(parts) : Object.fromEntries(parts);
}

/** The same nesting with each leaf replaced by a tensor. */
export function mapLeaves(value: unknown, replace: (leaf: unknown, place: string) => Tensor, place = "data"): Columns {
  const parts = partsOf(value, place);
  if (parts === null) return replace(value, place);
  const replaced = parts.map(([key, part, at]) => [key, mapLeaves(part, replace, at)] as const);
  return rebuild(value, replaced) as Columns;
}

/** All tensors of a nesting, in order. */
export function leavesOf(columns: unknown, place = "data"): Leaf<Tensor>[] {
  if (columns instanceof Tensor) return [{ value: columns, place }];
  return (partsOf(columns, place) ?? []).flatMap(([, part, at]) => leavesOf(part, at));
}
