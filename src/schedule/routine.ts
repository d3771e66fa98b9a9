// What the routines of all kernels share: the memories of buffers, the loop over units of work, and the index of an element.
import type { Access, Buffer } from "../compiler/kernel.ts";
import { add, div, mul, range, rem, variable } from "../loops/build.ts";
import type { Expression, Memory, Routine, Statement, Variable } from "../loops/program.ts";
import { elements } from "./elements.ts";

export const memoryOf = ({ name, dtype }: Buffer): Memory => ({ name, element: elements[dtype] });

/** The routine that runs `body` for each unit of a range. */
export function unitRoutine(
  name: string,
  {
    memories,
    unit,
    body,
  }: {
    readonly memories: readonly Memory[];
    readonly unit: Variable;
    readonly body: readonly Statement[];
  },
): Routine {
  const [from, to] = [variable("from"), variable("to")];
  return { name, memories, parameters: [from, to], body: [range(unit, from, to, body)] };
}

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
