// Conversion between nested arrays, as users write them, and flat arrays with a shape.
import { ChainruleError } from "../errors/error.ts";
import type { TypedArray } from "./dtype.ts";
import { type Shape, sizeOf } from "./shape.ts";

/** A number or boolean, or nested arrays of them; all arrays of one level have the same length. */
export type Nested = number | boolean | readonly Nested[];

export interface Flat {
  readonly values: readonly (number | boolean)[];
  readonly shape: Shape;
}

/** Flattens nested arrays. Throws if the nesting is ragged or an element is neither a number nor a boolean, and names its indices. */
export function flatten(nested: Nested): Flat {
  const shape: number[] = [];
  for (let level: Nested | undefined = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values: (number | boolean)[] = [];
  const visit = (level: Nested, dim: number, place: string): void => {
    if (Array.isArray(level)) {
      if (level.length !== shape[dim]) {
        const expected = dim < shape.length ? `${shape[dim]} elements` : "a number";
        throw new ChainruleError(
          "shape",
          "tensor",
          `the array is ragged, ${place || "it"} has ${level.length} elements where its neighbours have ${expected}`,
        );
      }
      for (let i = 0; i < level.length; i++) visit(level[i], dim + 1, `${place}[${i}]`);
    } else if (dim < shape.length) {
      throw new ChainruleError(
        "shape",
        "tensor",
        `the array is ragged, ${place} is ${level} where its neighbours have ${shape[dim]} elements`,
      );
    } else if (typeof level === "number" || typeof level === "boolean") {
      values.push(level);
    } else {
      throw new ChainruleError(
        "type",
        "tensor",
        `element ${place || "given"} is ${typeof level === "object" ? level : typeof level}, not a number or a boolean`,
      );
    }
  };
  visit(nested, 0, "");
  return { values, shape };
}

export function nest(data: TypedArray, shape: Shape, element: (x: number) => number | boolean, start = 0): Nested {
  if (shape.length === 0) return element(data[start]);
  const [n, ...inner] = shape;
  const stride = sizeOf(inner);
  return Array.from({ length: n }, (_, i) => nest(data, inner, element, start + i * stride));
}
