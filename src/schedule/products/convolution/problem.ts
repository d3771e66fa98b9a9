// A convolution with its operands and what finishes its sums: what the builders take.
import type { Block } from "../../../loops/block.ts";
import { add, mul, register } from "../../../loops/build.ts";
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

export interface ConvolutionProblem {
  readonly spec: ConvolutionSpec;
  readonly x: Operand;
  readonly w: Operand;
  /** null if `finish` stores the results itself. */
  readonly y: Operand | null;
  readonly scratch: Memory;
  readonly finish: Finish | null;
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
  const { finish } = problem;
  if (finish !== null)
    each((inner, sums, at) => {
      const value = finish(inner, sums);
      if (value !== null) inner.assign(acc, at, value);
    });
  if (problem.y !== null) each((inner, sums) => addFinished(inner, { ...problem, finish: null }, sums));
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
