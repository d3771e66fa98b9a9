// What the functions of linear algebra have in common: their argument is a matrix, or a batch of matrices in the last two dims.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor } from "../arguments.ts";
import { arange } from "../create.ts";
import { type DType, describe, isFloating } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";

/** Throws unless x is [..., M, N] of float32 or float64. */
export function checkMatrix(call: string, x: unknown): asserts x is Tensor {
  checkTensor(call, "the matrix", x);
  if (x.ndim < 2)
    throw new ChainruleError("shape", call, `takes a matrix or a batch of them, [..., M, N], not ${describe(x)}`);
  if (!isFloating(x.dtype))
    throw new ChainruleError("dtype", call, `takes float32 or float64, not ${describe(x)}; use to("float32") first`);
}

/** Throws unless x is [..., N, N] of float32 or float64. */
export function checkSquare(call: string, x: unknown): asserts x is Tensor {
  checkMatrix(call, x);
  const [rows, columns] = x.shape.slice(-2);
  if (rows !== columns)
    throw new ChainruleError("shape", call, `takes square matrices, [..., N, N], not ${describe(x)}`);
}

/** The distance from 1 to the next number of a floating dtype. */
export const epsilonOf = (dtype: DType): number => (dtype === "float64" ? 2 ** -52 : 2 ** -23);

/** The numbers 0 to n - 1 as a column [n, 1]: compared with a number they choose rows of a matrix. */
export const rowNumbers = (n: number): Tensor => arange(n).reshape([n, 1]);

/** bool[n, n]: true on the diagonal. */
export const onDiagonal = (n: number): Tensor => rowNumbers(n).eq(arange(n));

/** The first columns of identity matrices, [..., M, size], for x [..., M, N]: an orthonormal basis where x is empty. */
export const basisFor = (x: Tensor, rows: number, size: number): Tensor =>
  rowNumbers(rows)
    .eq(arange(size))
    .to(x.dtype)
    .expand([...x.shape.slice(0, -2), rows, size]);

/** Identity matrices of the shape of x, [..., N, N]. */
export const identityLike = (x: Tensor): Tensor =>
  onDiagonal(x.shape[x.ndim - 1])
    .to(x.dtype)
    .expand(x.shape);

/** The diagonals of square matrices: [..., N, N] -> [..., N] */
export function diagonalOf(x: Tensor): Tensor {
  return x.where(onDiagonal(x.shape[x.ndim - 1]), 0).sum(-1);
}

/** Matrices with these diagonals, 0 elsewhere: [..., N] -> [..., N, N] */
export function diagonalMatrix(x: Tensor): Tensor {
  const n = x.shape[x.ndim - 1];
  return x
    .unsqueeze(-1)
    .expand([...x.shape, n])
    .where(onDiagonal(n), 0);
}

/** The symmetric matrix that has the lower triangle of this one: only that is read, as in PyTorch. */
export const lowerMirrored = (a: Tensor): Tensor => a.tril().add(a.tril(-1).transpose());

/** (X + Xᵀ) / 2 */
export const symmetrized = (x: Tensor): Tensor => x.add(x.transpose()).mul(0.5);

/** Row k of each matrix, [..., M, N] -> [..., 1, N], for a k that is an int32 tensor without dims. */
export const row = (x: Tensor, k: Tensor): Tensor => x.indexSelect(-2, k.reshape([1]));

/** Column k of each matrix, [..., M, N] -> [..., M, 1]. */
export const column = (x: Tensor, k: Tensor): Tensor => x.indexSelect(-1, k.reshape([1]));

/** The first n rows of each matrix. */
export const firstRows = (x: Tensor, n: number): Tensor => x.slice(...x.shape.slice(2).map(() => null), [0, n]);

/** The columns of each matrix from one number to another, or to the last. */
export const columnsOf = (x: Tensor, from: number, to: number | null = null): Tensor =>
  x.slice(...x.shape.slice(1).map(() => null), [from, to]);

/**
 * 1 or -1 for each column, [..., M, N] -> [..., 1, N], such that column times sign is the one of the two whose first large element is positive:
 * the first that is at least half as large as the largest.
 */
export function signsOf(columns: Tensor): Tensor {
  const fixed = columns.detach();
  if (fixed.size === 0) return fixed.sum(-2, true).add(1);
  const size = fixed.abs();
  const isLarge = size.ge(size.max(-2, true).mul(0.5)).to("int32");
  const first = fixed.gather(-2, isLarge.argmax(-2, true));
  return first.lt(0).to(fixed.dtype).mul(-2).add(1);
}
