// A line of top-k, and what its methods have in common. Elements are compared as f64, which holds those of every dtype exactly.
import { add, and, eq, f64, gt, load, mul, ne, or, range, store, variable } from "../../loops/build.ts";
import type { Expression, Memory, Statement, Variable } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";

/** A line of x and its results in y: the indices of their first elements, and the elements from one to the next. */
export interface Line {
  readonly x: Memory;
  readonly y: Memory;
  readonly firstX: Variable;
  readonly firstY: Variable;
  readonly stride: number;
  readonly rank: number;
  readonly size: number;
  readonly k: number;
  readonly dtype: DType;
}

/** The element of x at an index of the line, as it lies in memory. */
export const storedAt = ({ x, firstX, stride }: Line, index: Expression): Expression =>
  load(x, add(firstX, mul(index, stride)));

/** The element of x at an index of the line. */
export const elementAt = (line: Line, index: Expression): Expression => f64(storedAt(line, index));

/** Whether `one` comes before `other`: it is larger, or it is NaN and the other is not. */
export const exceeds = (one: Variable, other: Variable): Expression =>
  or(gt(one, other), and(ne(one, one), eq(other, other)));

/** Stores the index of each rank. */
export function storeRanks({ y, firstY, rank, k }: Line, indexOf: (rank: Expression) => Expression): Statement[] {
  const to = variable("to");
  return [range(to, 0, k, [store(y, add(firstY, mul(to, rank)), indexOf(to))])];
}
