// Gauss-Jordan elimination with partial pivoting: A X = B becomes I X = A⁻¹ B by operations on rows. The pivots that it meets are those of
// Gauss's algorithm, so that their product is the determinant but for its sign (Golub and Van Loan, Matrix Computations, chapter 3).
//
//   A | B = 0 2 | 4   swap rows   1 1 | 3   row 0 has pivot 1     1 1 | 3   row 1 / 2, then   1 0 | 1
//           1 1 | 3   --------->  0 2 | 4   and clears column 0   0 2 | 4   row 0 - row 1     0 1 | 2
import { asProgram } from "../as-program.ts";
import { arange, zeros } from "../create.ts";
import { concat } from "../functions.ts";
import { scan } from "../scan.ts";
import type { Tensor } from "../tensor.ts";
import { column, columnsOf, row, rowNumbers } from "./matrices.ts";

/** What elimination found. */
export interface Eliminated {
  /** A⁻¹ B, [..., N, M]; not finite where A is singular */
  readonly solution: Tensor;
  /** The pivots, [N, ...] */
  readonly pivots: Tensor;
  /** For each step 1, or -1 where it swapped two rows: [N, ...] */
  readonly signs: Tensor;
}

/**
 * A is [..., N, N], B [..., N, M], with equal leading dims; null where only the pivots are wanted. A pivot of 0 is replaced by `smallest`,
 * [..., 1, 1], where that is given.
 */
export function eliminate(a: Tensor, b: Tensor | null, smallest = zeros([], { dtype: a.dtype })): Eliminated {
  const n = a.shape[a.ndim - 1];
  const none = zeros([0, ...a.shape.slice(0, -2)], { dtype: a.dtype });
  if (n === 0) return { solution: b ?? a, pivots: none, signs: none };
  const [last, pivots, signs] = clearColumns(b === null ? a : concat([a, b], -1), smallest);
  return { solution: columnsOf(last, n), pivots, signs };
}

/** The steps, on (A | B). */
const clearColumns = asProgram(
  (matrix: Tensor, smallest: Tensor): [Tensor, Tensor, Tensor] => {
    const rows = rowNumbers(matrix.shape[matrix.ndim - 2]);
    const step = (before: Tensor, k: Tensor): [Tensor, { pivot: Tensor; sign: Tensor }] => {
      // The row with the largest number in column k, at or below the diagonal, becomes row k.
      const sizes = column(before, k).abs();
      const chosen = sizes.where(rows.ge(k), -1).argmax(-2, true);
      const order = rows.where(rows.ne(k), chosen).where(rows.ne(chosen), k.expand(chosen.shape));
      const swapped = before.gather(-2, order.expand(before.shape));
      const found = column(row(swapped, k), k);
      const pivot = found.where(found.ne(0), smallest);
      const cleared = row(swapped, k).div(pivot);
      const next = cleared.expand(swapped.shape).where(rows.eq(k), swapped.sub(column(swapped, k).mul(cleared)));
      const sign = chosen.eq(k).to(before.dtype).mul(2).sub(1);
      return [next, { pivot: pivot.squeeze([-2, -1]), sign: sign.squeeze([-2, -1]) }];
    };
    const [last, { pivot, sign }] = scan(step, matrix, arange(rows.size));
    return [last, pivot, sign];
  },
  (matrix) => 25 * matrix.shape[matrix.ndim - 2],
);
