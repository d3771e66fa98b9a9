// The units of work of a nest: the index of a unit is decoded into indices of the outermost axes and a piece of the lane axis.
import type { Block } from "../../loops/block.ts";
import { constant, div, eq, mul, rem, select } from "../../loops/build.ts";
import type { Expression, Variable } from "../../loops/program.ts";
import type { Nest, NestPlan } from "./nest.ts";

/** A piece of the lane axis: the iterations of the lanes' loop, and whether it is the last piece. */
export interface Piece {
  readonly iterations: Variable;
  readonly last: Variable;
}

export interface UnitPlace {
  /** Where the unit begins along its axes. */
  readonly indices: ReadonlyMap<number, Expression>;
  readonly piece: Piece | null;
}

/** Decodes a unit's index, in which the last digit varies fastest: the digits are the axes of units, then the piece of the lane axis. */
export function placeOfUnit(block: Block, { axes }: Nest, plan: NestPlan, unit: Variable): UnitPlace {
  const { units, piece, lane, vectors } = plan;
  const digits = units.map((axis) => ({ axis, count: axes[axis].size, elements: 1 }));
  if (piece !== null && lane !== null)
    digits.push({ axis: lane, count: Math.ceil(axes[lane].size / piece), elements: piece });
  if (digits.length === 0) return { indices: new Map(), piece: null };
  let rest: Expression = unit;
  const values: Expression[] = [];
  for (const [i, { count }] of [...digits.entries()].toReversed()) {
    values.unshift(i === 0 ? rest : rem(rest, count));
    if (i > 0) rest = block.let("rest", div(rest, count));
  }
  const variables = values.map((value) => block.let("i", value));
  const starts = digits.map(({ elements }, i) =>
    elements === 1 ? variables[i] : block.let("start", mul(variables[i], elements)),
  );
  const indices = new Map(digits.map(({ axis }, i) => [axis, starts[i]]));
  if (piece === null || lane === null) return { indices, piece: null };
  return { indices, piece: measure(block, variables[variables.length - 1], piece, axes[lane].size, 4 * vectors) };
}

/** The iterations of a piece: the last piece may have fewer. */
function measure(block: Block, index: Variable, piece: number, size: number, step: number): Piece {
  const last = Math.ceil(size / piece) - 1;
  const isLast = block.let("isLast", eq(index, last));
  const fewer = constant("i32", Math.floor((size - last * piece) / step));
  return { iterations: block.let("iterations", select(isLast, fewer, constant("i32", piece / step))), last: isLast };
}
