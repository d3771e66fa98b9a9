// Which rows a gradient consists of. The gradient of a table in which rows were looked up is 0 except in these rows; it is a tensor like any other,
// and this file remembers from which rows, and at which indices, it was added up. So an optimiser can leave all other rows alone.
import type { Tensor } from "./tensor.ts";

/** Rows that a gradient is the sum of. */
export interface Rows {
  /** [n, ...], the gradient of each row that was looked up. */
  readonly rows: Tensor;
  /** int32, of the shape of the rows: at each place the index of its row in the table. */
  readonly index: Tensor;
}

const known = new WeakMap<Tensor, Rows>();

/** The rows of a gradient; null if it is not a sum of rows, or of several lookups. */
export const rowsOf = (gradient: Tensor): Rows | null => known.get(gradient) ?? null;

/** Remembers the rows of a gradient, and returns it. */
export function withRows(gradient: Tensor, rows: Rows | null): Tensor {
  if (rows !== null) known.set(gradient, rows);
  return gradient;
}
