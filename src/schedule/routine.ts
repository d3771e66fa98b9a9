// What the routines of all kernels share: the memories of buffers, and the index of an element.
import type { Access, Buffer } from "../compiler/kernel.ts";
import { add, div, mul, rem } from "../loops/build.ts";
import type { Expression, Memory, Variable } from "../loops/program.ts";
import { elements } from "./elements.ts";

export const memoryOf = ({ name, dtype }: Buffer): Memory => ({ name, element: elements[dtype] });

/** The index of an access's element at a point, which is given by its number: points are counted in row-major order over `sizes`. */
export function indexAt({ offset, strides }: Access, point: Variable, sizes: readonly number[]): Expression {
  let rest: Expression = point;
  const terms: Expression[] = [];
  for (const [axis, size] of [...sizes.entries()].toReversed()) {
    const index = sizes.slice(0, axis).every((outer) => outer === 1) ? rest : rem(rest, size);
    if (size !== 1) terms.unshift(mul(index, strides[axis]));
    rest = div(rest, size);
  }
  return [...terms].reduce<Expression>((sum, term) => add(sum, term), add(0, offset));
}
