// The singular value decomposition by one-sided Jacobi: rotations of pairs of columns make all columns of A V orthogonal. Their norms are the
// singular values, and their directions U (Hestenes 1958; Golub and Van Loan, section 8.6.3).
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../arguments.ts";
import { asProgram } from "../as-program.ts";
import { concat } from "../functions.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { customGradient } from "../transforms/custom-gradient.ts";
import {
  basisFor,
  checkMatrix,
  columnsOf,
  diagonalMatrix,
  diagonalOf,
  firstRows,
  onDiagonal,
  signsOf,
} from "./matrices.ts";
import { qr } from "./qr.ts";
import { anglesFor, evenly, neighbours, rotateColumns, roundsOf, sweep } from "./rotations.ts";

/** What svd found: A = U diag(S) Vh. K is min(M, N). */
export interface SVD {
  /** [..., M, K], or [..., M, M] if fullMatrices, with orthonormal columns */
  readonly u: Tensor;
  /** The singular values, descending: [..., K] */
  readonly s: Tensor;
  /** [..., K, N], or [..., N, N] if fullMatrices, with orthonormal rows */
  readonly vh: Tensor;
}

interface State {
  readonly turned: Tensor;
  readonly v: Tensor;
}

function round({ turned, v }: State, start: 0 | 1): State {
  const [p, q] = neighbours(turned, start);
  const angles = anglesFor({ p: p.square().sum(-2), q: q.square().sum(-2), r: p.mul(q).sum(-2) });
  return { turned: rotateColumns(turned, start, angles), v: rotateColumns(v, start, angles) };
}

/** U, S and V of matrices [..., M, N] with M ≥ N: [..., M, N], [..., N] and [..., N, N] */
function decompose(a: Tensor): [Tensor, Tensor, Tensor] {
  const n = a.shape[a.ndim - 1];
  const even = evenly(n);
  const matrix = a.pad(a.shape.map((_, d) => [0, d < a.ndim - 1 ? 0 : even - n] as const));
  const identity = onDiagonal(even)
    .to(a.dtype)
    .expand([...a.shape.slice(0, -2), even, even]);
  const { turned, v } = sweep(even, { turned: matrix, v: identity }, round);
  const columns = columnsOf(turned, 0, n);
  const { values, indices } = columns.square().sum(-2).sqrt().topk(n);
  const inOrder = (x: Tensor) => x.gather(-1, indices.unsqueeze(-2).expand(x.shape));
  // Columns of A V that are 0 have no direction: the reflections of QR give them one that is orthogonal to all others.
  const { q, r } = qr(inOrder(columns));
  const isTurned = diagonalOf(r).lt(0).unsqueeze(-2);
  return [q.neg().where(isTurned, q), values, inOrder(firstRows(columnsOf(v, 0, n), n))];
}

/**
 * dA = (U (X S + S Y + diag dS) + (I - U Uᵀ) dU S⁻¹) Vᵀ, where X is Uᵀ dU less its transpose, divided by E, and Y the same of Vᵀ dV;
 * E_ij = S_j² - S_i² beside the diagonal, on which both are 0 (Townsend 2016, Differentiating the Singular Value Decomposition).
 */
const factors = customGradient<[Tensor], readonly [Tensor, Tensor, Tensor]>(
  asProgram(decompose, (x) => 50 * roundsOf(evenly(x.shape[x.ndim - 1]))),
  ([du, ds, dv], { result: [u, s, v] }) => {
    const isDiagonal = onDiagonal(s.shape[s.ndim - 1]);
    const [across, down] = [s.unsqueeze(-2), s.unsqueeze(-1)];
    const gaps = across.square().sub(down.square()).where(isDiagonal.logicalNot(), 1);
    const skew = (x: Tensor) => x.sub(x.transpose()).div(gaps);
    const own = u.transpose().matmul(du);
    const inner = skew(own)
      .mul(across)
      .add(skew(v.transpose().matmul(dv)).mul(down))
      .add(diagonalMatrix(ds));
    const outer = du.sub(u.matmul(own)).div(across);
    return [u.matmul(inner).add(outer).matmul(v.transpose())];
  },
);

/** The options of svd. */
export interface SVDOptions {
  /** Whether U and Vh are square: their further columns and rows complete a basis, and have no gradient. true if left out. */
  readonly fullMatrices?: boolean | undefined;
}

const names: OptionNames<SVDOptions> = { fullMatrices: true };

/**
 * U, S and Vh of matrices [..., M, N], as torch.linalg.svd: A = U diag(S) Vh, singular values in descending order. The first large element of each column of U is
 * positive. The gradients of U and Vh need singular values that differ.
 */
export function svd(x: Tensor, options: SVDOptions = {}): SVD {
  takes("svd", arguments.length, 2);
  checkMatrix("svd", x);
  checkOptions("svd", options, names);
  const { fullMatrices = true } = options;
  if (typeof fullMatrices !== "boolean") throw new ChainruleError("option", "svd", "fullMatrices is true or false");
  const [m, n] = x.shape.slice(-2);
  if (x.size === 0) {
    const count = Math.min(m, n);
    const [left, right] = fullMatrices ? [m, n] : [count, count];
    const s = x.slice(...x.shape.slice(2).map(() => null), [0, count], [0, count]).sum(-1);
    return { u: basisFor(x, m, left), s, vh: basisFor(x, n, right).transpose() };
  }
  const [a, s, b] = factors(m < n ? x.transpose() : x);
  const [left, right] = m < n ? [b, a] : [a, b];
  const signs = signsOf(left);
  const [u, v] = [left, right].map((side) => {
    const turned = side.mul(signs);
    return fullMatrices ? completed(turned) : turned;
  });
  return { u, s, vh: v.transpose() };
}

/** Orthonormal columns with further ones, until the matrix is square. */
function completed(x: Tensor): Tensor {
  const [m, n] = x.shape.slice(-2);
  if (m === n) return x;
  const further = columnsOf(qr(x.detach(), { mode: "complete" }).q, n);
  return concat([x, further.mul(signsOf(further))], -1);
}
