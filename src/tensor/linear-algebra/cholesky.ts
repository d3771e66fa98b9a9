// Cholesky's decomposition, column by column: A = c cᵀ + what is left, where c is the first column divided by the root of its first element.
//
//   4 2   column (4 2) / √4 = (2 1);  A - c cᵀ = 0 0   column (0 2) / √2 = (0 √2), so L = 2 0
//   2 3                                          0 2                                      1 √2
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../arguments.ts";
import { asProgram } from "../as-program.ts";
import { arange } from "../create.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { scan } from "../scan.ts";
import type { Tensor } from "../tensor.ts";
import { customGradient } from "../transforms/custom-gradient.ts";
import { checkSquare, column, lowerMirrored, onDiagonal, row, rowNumbers, symmetrized } from "./matrices.ts";
import { solveTriangular } from "./solve.ts";

/**
 * L of A = L Lᵀ. With P the lower triangle of Lᵀ dL, its diagonal halved, dA = L⁻ᵀ (P + Pᵀ)/2 L⁻¹ (Murray 2016, Differentiation of the Cholesky
 * decomposition).
 */
const lowerFactor = customGradient<[Tensor], Tensor>(
  asProgram(
    (a) => {
      const n = a.shape[a.ndim - 1];
      const rows = rowNumbers(n);
      const step = (rest: Tensor, k: Tensor): [Tensor, Tensor] => {
        const own = column(rest, k);
        const factor = own.div(row(own, k).sqrt()).where(rows.ge(k), 0);
        return [rest.sub(factor.matmul(factor.transpose())), factor.squeeze(-1)];
      };
      const [, columns] = scan(step, lowerMirrored(a), arange(n));
      return columns.permute([...Array.from({ length: a.ndim - 1 }, (_, d) => d + 1), 0]);
    },
    (a) => 10 * a.shape[a.ndim - 1],
  ),
  (dl, { result: l }) => {
    const product = l.transpose().matmul(dl).tril();
    const halved = product.mul(0.5).where(onDiagonal(l.shape[l.ndim - 1]), product);
    const left = solveTriangular(l.transpose(), symmetrized(halved), { upper: true });
    return [solveTriangular(l, left, { upper: false, left: false })];
  },
);

/** The options of cholesky. */
export interface CholeskyOptions {
  /** Whether the result is the upper triangular Lᵀ; false if left out. */
  readonly upper?: boolean | undefined;
}

const names: OptionNames<CholeskyOptions> = { upper: true };

/**
 * The lower triangular L with A = L Lᵀ of symmetric positive definite matrices [..., N, N], of which the lower triangle is read. Where a matrix is not
 * positive definite, L has NaN.
 */
export function cholesky(x: Tensor, options: CholeskyOptions = {}): Tensor {
  takes("cholesky", arguments.length, 2);
  checkSquare("cholesky", x);
  checkOptions("cholesky", options, names);
  const { upper = false } = options;
  if (typeof upper !== "boolean") throw new ChainruleError("option", "cholesky", "upper is true or false");
  if (x.size === 0) return x;
  const l = lowerFactor(x);
  return upper ? l.transpose() : l;
}
