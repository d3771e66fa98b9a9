// A tensor as JSON, { dtype, shape, data }, from which tensor() makes it again with the same bits, except for the payload of a NaN. NaN, the
// infinities and -0, which JSON numbers cannot express, are strings.
import { ChainruleError } from "../errors/error.ts";
import { type DType, isDType, type Type, type TypedArray } from "./dtype.ts";
import type { Shape } from "./shape.ts";

/** A tensor as JSON: row-major data, in which NaN, the infinities and -0 are the strings "NaN", "Infinity", "-Infinity" and "-0". */
export interface TensorJSON {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: readonly (number | string)[];
}

const words: ReadonlySet<string> = new Set(["NaN", "Infinity", "-Infinity", "-0"]);

const encode = (x: number): number | string => {
  if (!Number.isFinite(x)) return String(x);
  return Object.is(x, -0) ? "-0" : x;
};

export function toJSON({ dtype, shape }: Type, data: TypedArray): TensorJSON {
  return { dtype, shape, data: Array.from(data, encode) };
}

export const isTensorJSON = (value: unknown): value is TensorJSON =>
  typeof value === "object" && value !== null && !Array.isArray(value) && "dtype" in value && "data" in value;

/** Reads the object that toJSON() made. Throws if it is another object. */
export function fromJSON({ dtype, shape, data }: TensorJSON): { dtype: DType; shape: Shape; values: number[] } {
  if (!isDType(dtype) || !Array.isArray(shape) || !Array.isArray(data))
    throw new ChainruleError("type", "tensor", "an object is { dtype, shape, data }, as JSON.stringify(x) writes it");
  const values = data.map((value: unknown, i) => {
    if (typeof value === "number" || (typeof value === "string" && words.has(value))) return Number(value);
    throw new ChainruleError("type", "tensor", `data holds ${JSON.stringify(value)} at ${i}, which is no number`);
  });
  return { dtype, shape, values };
}
