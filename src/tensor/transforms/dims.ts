// Which dim of each tensor vmap maps: one number for all tensors of a value, or one for each part of it.
import { ChainruleError } from "../../errors/error.ts";
import { shown } from "../arguments.ts";
import { isTensor } from "../copies.ts";
import { describe } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { isMap, partsOf } from "../tree.ts";

/**
 * The dims of the tensors in a value: a number for all of them, null if none has one, or a list, an object or a Map with the dims of the
 * value's parts. Negative numbers count from the end.
 */
export type MappedDims =
  | number
  | null
  | readonly MappedDims[]
  | { readonly [key: string]: MappedDims }
  | ReadonlyMap<string, MappedDims>;

type Replace = (tensor: Tensor, dim: number | null) => unknown;

/** A copy of a value with each tensor replaced; `replace` gets the tensor's dim. `place` names the value in errors. */
export function mapWithDims(value: unknown, dims: MappedDims, place: string, replace: Replace): unknown {
  if (isTensor(value)) return replace(value, leafDim(dims, place, describe(value)));
  const parts = partsOf(value);
  if (parts === null) {
    leafDim(dims, place, shown(value));
    return value;
  }
  const mapped = parts.map(
    ([key, part]) => [key, mapWithDims(part, dimsOf(dims, key, place), `${place}.${String(key)}`, replace)] as const,
  );
  if (Array.isArray(value)) return mapped.map(([, part]) => part);
  return isMap(value) ? new Map(mapped) : Object.fromEntries(mapped);
}

function leafDim(dims: MappedDims, place: string, what: string): number | null {
  if (dims === null || (typeof dims === "number" && Number.isInteger(dims))) return dims;
  throw new ChainruleError(
    "option",
    "vmap",
    `${place}, ${what}, has one dim that is mapped, or null, not ${shown(dims)}`,
  );
}

/** The dims of the part with this key. */
function dimsOf(dims: MappedDims, key: unknown, place: string): MappedDims {
  if (dims === null || typeof dims === "number") return dims;
  const own = (partsOf(dims) ?? []).find(([other]) => other === key);
  if (own === undefined)
    throw new ChainruleError(
      "option",
      "vmap",
      `the dims of ${place} lack its part ${String(key)}; use null for parts that are not mapped`,
    );
  return own[1] as MappedDims;
}
