// Where a tile's numbers come from: blocks of 4 × 4 of an operand, as four vectors along v, for u, u + 1, u + 2 and u + 3. A matrix in memory is
// read by whole vectors along v, or along u and then transposed, if they lie side by side there; else number by number.
import type { Block } from "../../../loops/block.ts";
import { add, and, constant, laneOf, load, lt, mul, select, withLane } from "../../../loops/build.ts";
import type { Expression, Memory } from "../../../loops/program.ts";

export interface Source {
  /** Four vectors along v. */
  block(into: Block, u: Expression, v: Expression): readonly Expression[];
  /** The first of them alone. */
  row(into: Block, u: Expression, v: Expression): Expression;
  /** One number. */
  number(into: Block, u: Expression, v: Expression): Expression;
}

export interface Matrix {
  readonly memory: Memory;
  /** Where the matrix begins; `isAligned` tells whether that is a multiple of four for each matrix of a batch. */
  readonly first: Expression;
  readonly isAligned: boolean;
  readonly stride: Along;
  readonly size: Along;
  /** Whether blocks may reach past the end along an axis. */
  readonly guarded: { readonly u: boolean; readonly v: boolean };
}

interface Along {
  readonly u: number;
  readonly v: number;
}

const four = [0, 1, 2, 3] as const;
const zero = constant("f32x4", 0);

/** A matrix in memory. */
export function matrixSource(matrix: Matrix): Source {
  const { stride, size, isAligned } = matrix;
  const isVector = (along: number, across: number, length: number) =>
    isAligned && along === 1 && across % 4 === 0 && length % 4 === 0;
  const number: Source["number"] = (into, u, v) => into.let("x", numberAt(into, matrix, u, v));
  const gathered: Source["row"] = (into, u, v) =>
    into.let("vector", vectorOf(four.map((j) => numberAt(into, matrix, u, add(v, j)))));
  if (isVector(stride.v, stride.u, size.v)) {
    const row: Source["row"] = (into, u, v) => vectorAt(into, matrix, u, v);
    return { block: (into, u, v) => four.map((i) => row(into, add(u, i), v)), row, number };
  }
  if (isVector(stride.u, stride.v, size.u)) {
    const block: Source["block"] = (into, u, v) => transposed(four.map((i) => vectorAt(into, matrix, u, add(v, i))));
    return { block, row: gathered, number };
  }
  return { block: (into, u, v) => four.map((i) => gathered(into, add(u, i), v)), row: gathered, number };
}

/** Four numbers as a vector. */
export const vectorOf = (values: readonly Expression[]): Expression =>
  values.reduce<Expression>((vector, value, lane) => withLane(vector, lane, value), zero);

const transposed = (rows: readonly Expression[]): Expression[] =>
  four.map((lane) => vectorOf(rows.map((row) => laneOf(row, lane))));

const placeAt = ({ first, stride }: Matrix, u: Expression, v: Expression): Expression =>
  add(first, add(mul(u, stride.u), mul(v, stride.v)));

/** Whether a place is inside of the matrix; null if it certainly is. */
function insideOf({ size, guarded }: Matrix, u: Expression, v: Expression): Expression | null {
  const conditions = [...(guarded.u ? [lt(u, size.u)] : []), ...(guarded.v ? [lt(v, size.v)] : [])];
  return conditions.length === 0 ? null : conditions.reduce(and);
}

function vectorAt(into: Block, matrix: Matrix, u: Expression, v: Expression): Expression {
  const inside = insideOf(matrix, u, v);
  if (inside === null) return into.let("vector", load(matrix.memory, placeAt(matrix, u, v), "f32x4"));
  const holds = into.let("inside", inside);
  const at = into.let("at", select(holds, placeAt(matrix, u, v), 0));
  return into.let("vector", select(holds, load(matrix.memory, at, "f32x4"), zero));
}

function numberAt(into: Block, matrix: Matrix, u: Expression, v: Expression): Expression {
  const inside = insideOf(matrix, u, v);
  if (inside === null) return load(matrix.memory, placeAt(matrix, u, v));
  const holds = into.let("inside", inside);
  return into.let("x", select(holds, load(matrix.memory, into.let("at", select(holds, placeAt(matrix, u, v), 0))), 0));
}
