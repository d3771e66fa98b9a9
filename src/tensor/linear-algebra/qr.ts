// The QR decomposition by Householder's reflections (Golub and Van Loan, section 5.2). Reflection k, I - τ v vᵀ, turns what column k has at and
// below the diagonal into one number, β = ∓ its norm, with LAPACK's sign: the opposite of that of the number on the diagonal.
//
//   column (3 4): β = -5, v = (1, 4 / (3 + 5)) = (1, ½), τ = (β - 3) / β = 8/5, and (I - τ v vᵀ) (3 4)ᵀ = (-5 0)ᵀ
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../arguments.ts";
import { asProgram } from "../as-program.ts";
import { arange } from "../create.ts";
import { concat } from "../functions.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { scan } from "../scan.ts";
import type { Tensor } from "../tensor.ts";
import { customGradient } from "../transforms/custom-gradient.ts";
import { basisFor, checkMatrix, column, columnsOf, firstRows, row, rowNumbers } from "./matrices.ts";
import { solveTriangular } from "./solve.ts";

/** A decomposition A = Q R. */
export interface QR {
  /** [..., M, K] with orthonormal columns, where K is min(M, N), or M if the mode is complete */
  readonly q: Tensor;
  /** [..., K, N], upper triangular */
  readonly r: Tensor;
}

/** The vector and the factor of reflection k, for column x [..., M, 1]. */
function reflection(x: Tensor, k: Tensor, rows: Tensor): { v: Tensor; tau: Tensor; beta: Tensor } {
  const alpha = row(x, k);
  const below = x.where(rows.gt(k), 0);
  const largest = x.where(rows.ge(k), 0).abs().max(-2, true);
  const scale = largest.where(largest.gt(0), 1);
  const norm = x.where(rows.ge(k), 0).div(scale).square().sum(-2, true).sqrt().mul(scale);
  const beta = norm.where(alpha.lt(0), norm.neg());
  // A column that is 0 below the diagonal stays as it is.
  const isDone = below.ne(0).any(-2, true).logicalNot();
  const tau = beta.sub(alpha).div(beta).where(isDone.logicalNot(), 0);
  const divisor = alpha.sub(beta).where(isDone.logicalNot(), 1);
  const one = rows.eq(k).to(x.dtype);
  return { v: below.div(divisor).add(one), tau, beta };
}

/** x - τ v (vᵀ x) */
const reflected = (x: Tensor, v: Tensor, tau: Tensor): Tensor => x.sub(v.mul(tau).mul(v.transpose().matmul(x)));

/** The first columns of Q, [..., M, size], and R, [..., M, N]. */
function householder(a: Tensor, size: number): [Tensor, Tensor] {
  const [m, n] = a.shape.slice(-2);
  const rows = rowNumbers(m);
  const count = Math.min(m, n);
  const [r, { v, tau }] = scan(
    (rest: Tensor, k: Tensor): [Tensor, { v: Tensor; tau: Tensor }] => {
      const { v, tau } = reflection(column(rest, k), k, rows);
      return [reflected(rest, v, tau), { v, tau }];
    },
    a,
    arange(count),
  );
  const identity = rows
    .eq(arange(size))
    .to(a.dtype)
    .expand([...a.shape.slice(0, -2), m, size]);
  const [q] = scan(
    (q: Tensor, { v, tau }: { v: Tensor; tau: Tensor }): [Tensor, null] => [reflected(q, v, tau), null],
    identity,
    { v, tau },
    { reverse: true },
  );
  return [q, r];
}

/** How many operations householder has, about. */
const operations = (a: Tensor): number => 40 * Math.min(...a.shape.slice(-2));

/** Q and R of matrices with at least as many rows as columns. dA = (dQ + Q C) R⁻ᵀ, where M = R dRᵀ - dQᵀ Q and C is its lower triangle, mirrored. */
const reduced = customGradient<[Tensor], readonly [Tensor, Tensor]>(
  asProgram((a) => {
    const n = a.shape[a.ndim - 1];
    const [q, r] = householder(a, n);
    return [q, firstRows(r, n).triu()];
  }, operations),
  ([dq, dr], { result: [q, r] }) => {
    const m = r.matmul(dr.transpose()).sub(dq.transpose().matmul(q));
    const mirrored = m.tril().add(m.tril(-1).transpose());
    return [solveTriangular(r.transpose(), dq.add(q.matmul(mirrored)), { upper: false, left: false })];
  },
);

const complete = customGradient<[Tensor], readonly [Tensor, Tensor]>(
  asProgram((a) => {
    const [q, r] = householder(a, a.shape[a.ndim - 2]);
    return [q, r.triu()];
  }, operations),
  () => {
    throw new ChainruleError(
      "gradient",
      "qr",
      'the decomposition with mode "complete" has no gradient where there are more rows than columns; use "reduced"',
    );
  },
);

/** The options of qr. */
export interface QROptions {
  /** "reduced": Q has min(M, N) columns. "complete": it is square. "reduced" if left out. */
  readonly mode?: "reduced" | "complete" | undefined;
}

const names: OptionNames<QROptions> = { mode: true };

/**
 * Q and R with A = Q R, of matrices [..., M, N]: Q has orthonormal columns, R is upper triangular. Signs are LAPACK's. The gradient needs
 * independent columns. "complete" has none where M > N.
 */
export function qr(x: Tensor, options: QROptions = {}): QR {
  takes("qr", arguments.length, 2);
  checkMatrix("qr", x);
  checkOptions("qr", options, names);
  const { mode = "reduced" } = options;
  if (mode !== "reduced" && mode !== "complete")
    throw new ChainruleError("option", "qr", 'mode is "reduced" or "complete"');
  const [m, n] = x.shape.slice(-2);
  if (x.size === 0) {
    const size = mode === "complete" ? m : Math.min(m, n);
    return { q: basisFor(x, m, size), r: x.sum(-2, true).expand([...x.shape.slice(0, -2), size, n]) };
  }
  if (m >= n) {
    const [q, r] = m > n && mode === "complete" ? complete(x) : reduced(x);
    return { q, r };
  }
  // Q belongs to the first columns alone, A = (X | Y), so R = (R of X | Qᵀ Y).
  const [q, first] = reduced(columnsOf(x, 0, m));
  return { q, r: concat([first, q.transpose().matmul(columnsOf(x, m))], -1) };
}
