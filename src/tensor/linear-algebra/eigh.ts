// Eigenvalues and eigenvectors of symmetric matrices, by Jacobi's method: rotations of pairs of rows and columns, each of which makes an
// element beside the diagonal 0, until what is left beside the diagonal are rounding errors (Golub and Van Loan, section 8.5).
import { takes } from "../arguments.ts";
import { asProgram } from "../as-program.ts";
import type { Tensor } from "../tensor.ts";
import { customGradient } from "../transforms/custom-gradient.ts";
import {
  checkSquare,
  diagonalMatrix,
  diagonalOf,
  identityLike,
  lowerMirrored,
  onDiagonal,
  signsOf,
  symmetrized,
} from "./matrices.ts";
import { anglesFor, evenly, neighbours, rotateColumns, roundsOf, sweep } from "./rotations.ts";

/** What eigh found. */
export interface Eigen {
  /** In ascending order, [..., N] */
  readonly eigenvalues: Tensor;
  /** Column i belongs to eigenvalue i, [..., N, N]: orthonormal */
  readonly eigenvectors: Tensor;
}

interface State {
  readonly rest: Tensor;
  readonly vectors: Tensor;
}

function round({ rest, vectors }: State, start: 0 | 1): State {
  const [p, q] = neighbours(diagonalOf(rest).unsqueeze(-2), start).map((x) => x.squeeze(-2));
  const angles = anglesFor({ p, q, r: besideDiagonal(rest, start) });
  const halfway = rotateColumns(rest, start, angles).transpose();
  return { rest: rotateColumns(halfway, start, angles), vectors: rotateColumns(vectors, start, angles) };
}

/** The elements (i, i + 1) for i = start, start + 2, ...: [..., N, N] -> [..., pairs] */
function besideDiagonal(x: Tensor, start: 0 | 1): Tensor {
  const n = x.shape[x.ndim - 1];
  const all = x.shape.slice(2).map(() => null);
  const shifted = diagonalOf(x.slice(...all, [0, n - 1], [1, n]));
  return shifted.slice(...all, [start, null, 2]);
}

/** Eigenvalues and eigenvectors of symmetric matrices. */
function diagonalize(a: Tensor): [Tensor, Tensor] {
  const n = a.shape[a.ndim - 1];
  const matrix = lowerMirrored(a).pad(a.shape.map((_, d) => [0, d < a.ndim - 2 ? 0 : evenly(n) - n] as const));
  const { rest, vectors } = sweep(evenly(n), { rest: matrix, vectors: identityLike(matrix) }, round);
  const all = a.shape.slice(2).map(() => null);
  const found = diagonalOf(rest).slice(...all, [0, n]);
  const own = vectors.slice(...all, [0, n], [0, n]);
  const { values, indices } = found.neg().topk(n);
  return [values.neg(), own.gather(-1, indices.unsqueeze(-2).expand(own.shape))];
}

/** dA = V (diag dλ + Vᵀ dV / E) Vᵀ, made symmetric, where E_ij = λ_j - λ_i beside the diagonal, on which nothing comes from dV. */
const eigen = customGradient<[Tensor], readonly [Tensor, Tensor]>(
  asProgram(diagonalize, (x) => 50 * roundsOf(evenly(x.shape[x.ndim - 1]))),
  ([dValues, dVectors], { result: [values, vectors] }) => {
    const isDiagonal = onDiagonal(values.shape[values.ndim - 1]);
    const gaps = values.unsqueeze(-2).sub(values.unsqueeze(-1));
    const mixed = vectors.transpose().matmul(dVectors).div(gaps.where(isDiagonal.logicalNot(), 1));
    const inner = diagonalMatrix(dValues).where(isDiagonal, mixed);
    return [symmetrized(vectors.matmul(inner).matmul(vectors.transpose()))];
  },
);

/**
 * Eigenvalues, ascending, and orthonormal eigenvectors of symmetric matrices [..., N, N], as torch.linalg.eigh: A = V diag λ Vᵀ. The lower triangle is
 * read. The first large element of each eigenvector is positive. The gradient of the vectors needs eigenvalues that differ.
 */
export function eigh(x: Tensor): Eigen {
  takes("eigh", arguments.length, 1);
  checkSquare("eigh", x);
  const [eigenvalues, vectors] = eigen(x);
  return { eigenvalues, eigenvectors: vectors.mul(signsOf(vectors)) };
}
