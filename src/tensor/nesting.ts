// Nested tensors as lists: a tensor, or lists, records and Maps of nested tensors, become a list of tensors, and other lists get the same nesting.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "./arguments.ts";
import { isTensor } from "./copies.ts";
import type { Tensor } from "./tensor.ts";
import { isMap, partsOf, refuseStrange } from "./tree.ts";

/** The tensors of a nested value, in order, and how it is nested. */
export interface Flat {
  readonly tensors: readonly Tensor[];
  /** The place of each tensor: "carry", "carry.h", "carry.0". */
  readonly places: readonly string[];
  /** How the value is nested, as text: equal for equal nesting. */
  readonly nesting: string;
  /** The same nesting, of other tensors. */
  nest(tensors: readonly Tensor[]): unknown;
}

/** Flattens nested tensors; null and undefined stay as they are. Throws for anything else. */
export function flatten(call: string, name: string, value: unknown): Flat {
  if (isTensor(value)) return { tensors: [value], places: [name], nesting: "tensor", nest: ([tensor]) => tensor };
  if (value === null || value === undefined)
    return { tensors: [], places: [], nesting: String(value), nest: () => value };
  refuseStrange(call, name, value);
  const form = formOf(value);
  if (form === null)
    throw new ChainruleError(
      "type",
      call,
      `${name} is ${shown(value)}, and only tensors, and lists, records and Maps of them, go here; make a number a tensor with tensor(x)`,
    );
  const parts = form.entries.map(([key, part]) => ({ key, flat: flatten(call, `${name}.${String(key)}`, part) }));
  return {
    tensors: parts.flatMap(({ flat }) => flat.tensors),
    places: parts.flatMap(({ flat }) => flat.places),
    nesting: `${form.kind}(${parts.map(({ key, flat }) => `${String(key)}: ${flat.nesting}`).join(", ")})`,
    nest(tensors) {
      let next = 0;
      return form.make(
        parts.map(({ key, flat }) => {
          const own = tensors.slice(next, (next += flat.tensors.length));
          return [key, flat.nest(own)] as const;
        }),
      );
    },
  };
}

type Entries = readonly (readonly [key: unknown, part: unknown])[];

interface Form {
  readonly kind: string;
  readonly entries: Entries;
  make(entries: Entries): unknown;
}

function formOf(value: unknown): Form | null {
  const entries = partsOf(value);
  if (entries === null) return null;
  if (Array.isArray(value)) return { kind: "list", entries, make: (parts) => parts.map(([, part]) => part) };
  if (isMap(value)) return { kind: "map", entries, make: (parts) => new Map(parts) };
  const make = (parts: Entries) => Object.fromEntries(parts as readonly (readonly [string, unknown])[]);
  return { kind: "record", entries, make };
}
