// How a kernel is cut, as data: the routine that computes a range of its units of work, and what a backend has to give it.
import type { Access, Buffer } from "../compiler/kernel.ts";
import { add, div, mul, range, rem, variable } from "../loops/build.ts";
import type { Element, Expression, Memory, Routine, Statement, Variable } from "../loops/program.ts";
import { elementBytes, elements } from "./elements.ts";

export interface Scheduled {
  /**
   * Its memories are the buffers, in order, then the scratch memory. Its parameters are from and to: it computes the units [from, to), and
   * its results do not depend on how the units are divided among calls.
   */
  readonly routine: Routine;
  readonly buffers: readonly Buffer[];
  readonly units: number;
  /** Bytes of scratch memory of one call; calls that run at the same time must not share it. */
  readonly scratchBytes: number;
  /** The schedule in words, for explain(). */
  readonly description: string;
}

export const memoryOf = ({ name, dtype }: Buffer): Memory => ({ name, element: elements[dtype] });

export interface Scratch {
  readonly memory: Memory;
  readonly bytes: number;
}

/** Scratch memory for `count` elements. */
export const scratchOf = (element: Element, count: number): Scratch => ({
  memory: { name: "scratch", element },
  bytes: count * elementBytes[element],
});

/** The routine that runs `body` for each unit of a range. */
export function unitRoutine(
  name: string,
  {
    memories,
    scratch,
    unit,
    body,
  }: {
    readonly memories: readonly Memory[];
    readonly scratch: Scratch;
    readonly unit: Variable;
    readonly body: readonly Statement[];
  },
): Routine {
  const [from, to] = [variable("from"), variable("to")];
  return {
    name,
    memories: [...memories, scratch.memory],
    parameters: [from, to],
    body: [range(unit, from, to, body)],
  };
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
