// Linear systems: by elimination in general, by substitution for triangular matrices.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../arguments.ts";
import { asProgram } from "../as-program.ts";
import { arange } from "../create.ts";
import { describe } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { scan } from "../scan.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { customGradient } from "../transforms/custom-gradient.ts";
import { eliminate } from "./eliminate.ts";
import { checkSquare, column, identityLike, onDiagonal, row, rowNumbers } from "./matrices.ts";

type Solver = (a: Tensor, b: Tensor) => Tensor;

/** X of A X = B. With dX its gradient, dB = A⁻ᵀ dX and dA = -dB Xᵀ. */
const solution: Solver = customGradient<[Tensor, Tensor], Tensor>(
  (a, b) => eliminate(a, b).solution,
  (dx, { inputs: [a], result: x }) => {
    const db = solution(a.transpose(), dx);
    return [db.matmul(x.transpose()).neg(), db];
  },
);

/**
 * X of A X = B, as torch.linalg.solve: A is [..., N, N], B is [..., N, M] or a batch of vectors, [N] or [..., N] with the leading dims of A;
 * X has the shape of B, broadcast with A's leading dims. By elimination with partial pivoting. Throws a ChainruleError "shape" or "dtype". Where A
 * is singular, X is not finite.
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  takes("solve", arguments.length, 2);
  checkSquare("solve", a);
  checkTensor("solve", "b", b);
  checkDTypes("solve", a, b);
  const isVector = b.ndim === 1 || (b.ndim === a.ndim - 1 && sameShape(b.shape, a.shape.slice(0, -1)));
  if (isVector) return solve(a, b.unsqueeze(-1)).squeeze(-1);
  return solution(...alongside("solve", a, b));
}

function checkDTypes(call: string, a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype)
    throw new ChainruleError("dtype", call, `dtypes must agree: A is ${describe(a)}, B is ${describe(b)}`);
}

/** Both with all leading dims; their rows must agree. */
function alongside(call: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (b.ndim < 2 || b.shape[b.ndim - 2] !== a.shape[a.ndim - 1])
    throw new ChainruleError(
      "shape",
      call,
      `A is ${describe(a)}, so B needs ${a.shape.at(-1)} rows, not ${describe(b)}`,
      {
        shapes: [a.shape, b.shape],
      },
    );
  const leading = broadcastShapes(call, a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [a.expand([...leading, ...a.shape.slice(-2)]), b.expand([...leading, ...b.shape.slice(-2)])];
}

/** A⁻¹ of each matrix [..., N, N]. Where A is singular, it is not finite. */
export function inverse(x: Tensor): Tensor {
  takes("inverse", arguments.length, 1);
  checkSquare("inverse", x);
  return solution(x, identityLike(x));
}

/** The options of solveTriangular. */
export interface TriangularOptions {
  /** Whether A is upper triangular. What lies on the other side of the diagonal is not read. */
  readonly upper: boolean;
  /** false: X A = B. true if left out. */
  readonly left?: boolean | undefined;
  /** true: the diagonal counts as 1, and is not read. false if left out. */
  readonly unitriangular?: boolean | undefined;
}

const triangularNames: OptionNames<TriangularOptions> = { upper: true, left: true, unitriangular: true };

/** X of A X = B for a triangular A, as torch.linalg.solve_triangular: A is [..., N, N], B [..., N, M]; with left false X of X A = B. */
export function solveTriangular(a: Tensor, b: Tensor, options: TriangularOptions): Tensor {
  takes("solveTriangular", arguments.length, 3);
  checkSquare("solveTriangular", a);
  checkTensor("solveTriangular", "b", b);
  checkDTypes("solveTriangular", a, b);
  checkOptions("solveTriangular", options, triangularNames);
  const { upper, left = true, unitriangular = false } = options;
  if (typeof upper !== "boolean")
    throw new ChainruleError(
      "option",
      "solveTriangular",
      "{ upper: true } or { upper: false } says which triangle A has",
    );
  if (!left) return solveTriangular(a.transpose(), b.transpose(), { upper: !upper, unitriangular }).transpose();
  const triangle = upper ? a.triu() : a.tril();
  const matrix = unitriangular ? identityLike(a).where(onDiagonal(a.shape[a.ndim - 1]), triangle) : triangle;
  const [whole, right] = alongside("solveTriangular", matrix, b);
  return right.size === 0 ? right : (upper ? backward : forward)(whole, right);
}

/** As `solution`, for matrices that are 0 on one side of the diagonal. triu or tril drops the gradient of that side. */
const triangularSolution = (upper: boolean, transposed: () => Solver): Solver =>
  customGradient<[Tensor, Tensor], Tensor>(
    asProgram(
      (a, b) => substitute(a, b, upper),
      (a) => 10 * a.shape[a.ndim - 1],
    ),
    (dx, { inputs: [a], result: x }) => {
      const db = transposed()(a.transpose(), dx);
      return [db.matmul(x.transpose()).neg(), db];
    },
  );

const forward: Solver = triangularSolution(false, () => backward);
const backward: Solver = triangularSolution(true, () => forward);

/** Row by row: x_k = (b_k - Σ a_kj x_j) / a_kk over the rows j that are known; those that are not are still 0. */
function substitute(a: Tensor, b: Tensor, upper: boolean): Tensor {
  const n = a.shape[a.ndim - 1];
  const rows = rowNumbers(n);
  const step = (x: Tensor, k: Tensor): [Tensor, null] => {
    const coefficients = row(a, k);
    const known = row(b, k).sub(coefficients.matmul(x)).div(column(coefficients, k));
    return [known.expand(x.shape).where(rows.eq(k), x), null];
  };
  const order = upper ? arange(n).flip(0) : arange(n);
  return scan(step, b.mul(0), order)[0];
}
