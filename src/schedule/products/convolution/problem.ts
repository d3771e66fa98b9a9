// A convolution with its operands and what finishes its sums: what the builders take.
import type { Block } from "../../../loops/block.ts";
import { add, constant, mul, register, unrolled } from "../../../loops/build.ts";
import type { Expression, Memory, Registers } from "../../../loops/program.ts";
import { storeApart } from "../lanes.ts";
import { eachVector, type Operand } from "../tile.ts";
import type { ConvolutionSpec } from "./spec.ts";

/** Where an element of y is. */
export interface ConvolutionPlace {
  readonly image: Expression;
  readonly group: Expression;
  /** Index within the group. */
  readonly output: Expression;
  readonly row: Expression;
  readonly column: Expression;
}

/** A vector of complete sums: its first `lanes` lanes are y at column, column + apart, …; the other lanes are undefined. */
export interface ConvolutionSums extends ConvolutionPlace {
  readonly value: Expression;
  readonly lanes: number;
  readonly apart: number;
}

/** Adds the epilogue of a vector of sums, and returns the value to be stored to y. */
export type Finish = (block: Block, sums: ConvolutionSums) => Expression | null;

/** Finishes and stores up to `vectors` vectors of sums. */
export interface FinishMany {
  readonly vectors: number;
  add(block: Block, sums: readonly ConvolutionSums[]): void;
}

export interface ConvolutionProblem {
  readonly spec: ConvolutionSpec;
  readonly x: Operand;
  readonly w: Operand;
  /** null if `finish` stores the results itself. */
  readonly y: Operand | null;
  readonly scratch: Memory;
  readonly finish: Finish | null;
  /** Finishes and stores several vectors of a tile at once; if left out, `finish` does it vector by vector. */
  readonly finishMany?: FinishMany;
}

/** Finishes a vector of sums and stores it to y. */
export function addFinished(block: Block, { spec, y, finish }: ConvolutionProblem, sums: ConvolutionSums): void {
  const value = finish === null ? sums.value : finish(block, sums);
  if (y === null || value === null) return;
  const index = elementAt(y.first, spec.y, sums);
  storeApart(block, { memory: y.memory, first: index }, value, sums.lanes, spec.y.column);
}

/**
 * Finishes the vectors of a tile in registers, then stores them: an epilogue's loads need not wait for stores. `sumsOf` says where a
 * register belongs in y.
 */
export function addFinishedTile(
  block: Block,
  problem: ConvolutionProblem,
  acc: Registers,
  shape: { readonly rows: number; readonly columns: number },
  sumsOf: (r: Expression, v: Expression) => Omit<ConvolutionSums, "value" | "lanes">,
): void {
  const each = (body: (inner: Block, sums: ConvolutionSums, at: readonly [Expression, Expression]) => void) =>
    eachVector(block, shape, (inner, r, v, lanes) =>
      body(inner, { ...sumsOf(r, v), value: register(acc, r, v), lanes }, [r, v]),
    );
  const { finish, finishMany } = problem;
  if (finishMany !== undefined) {
    const value = (r: Expression, v: Expression) => ({ ...sumsOf(r, v), value: register(acc, r, v) });
    eachGroup(block, shape, finishMany, value);
    return;
  }
  if (finish !== null)
    each((inner, sums, at) => {
      const value = finish(inner, sums);
      if (value !== null) inner.assign(acc, at, value);
    });
  if (problem.y !== null) each((inner, sums) => addFinished(inner, { ...problem, finish: null }, sums));
}

/** Finishes and stores the sums of a row of `length` places: vector by vector, or several at once. `sumsOf` reads the sums from a column on. */
export function addFinishedRow(
  block: Block,
  problem: ConvolutionProblem,
  length: number,
  sumsOf: (inner: Block, column: Expression, lanes: number) => ConvolutionSums,
): void {
  const { finishMany } = problem;
  const step = 4 * (finishMany?.vectors ?? 1);
  const left = length % step;
  const finish = (inner: Block, first: Expression, columns: number) => {
    const all = Array.from({ length: Math.ceil(columns / 4) }, (_, v) =>
      sumsOf(inner, add(first, 4 * v), Math.min(columns - 4 * v, 4)),
    );
    if (finishMany !== undefined) finishMany.add(inner, all);
    else for (const sums of all) addFinished(inner, problem, sums);
  };
  if (length > left) block.steps("column", 0, length - left, step, (inner, column) => finish(inner, column, step));
  if (left > 0) finish(block, constant("i32", length - left), left);
}

/** Finishes the vectors of a tile in groups: some rows, or some vectors of a row. */
function eachGroup(
  block: Block,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  { vectors: most, add: finish }: FinishMany,
  sumsOf: (r: Expression, v: Expression) => Omit<ConvolutionSums, "lanes">,
): void {
  const vectors = Math.ceil(columns / 4);
  const together = Math.min(Math.max(Math.floor(most / vectors), 1), rows);
  const group = (inner: Block, r: Expression, count: number) => {
    const all = Array.from({ length: count * vectors }, (_, at): ConvolutionSums => {
      const v = at % vectors;
      const sums = sumsOf(add(r, Math.floor(at / vectors)), constant("i32", v));
      return { ...sums, lanes: Math.min(columns - 4 * v, 4) };
    });
    for (let from = 0; from < all.length; from += most) finish(inner, all.slice(from, from + most));
  };
  const whole = rows - (rows % together);
  block.range("r", 0, whole, (inner, r) => group(inner, r, together), together, unrolled);
  if (whole < rows) group(block, constant("i32", whole), rows - whole);
}

/** first + Σ index · stride, over the axes whose index is given. */
export function elementAt<K extends string>(
  first: Expression,
  strides: Readonly<Record<K, number>>,
  at: Readonly<Partial<Record<K, Expression>>>,
): Expression {
  let sum = first;
  for (const axis of Object.keys(strides) as K[]) sum = add(sum, mul(at[axis] ?? 0, strides[axis]));
  return sum;
}
