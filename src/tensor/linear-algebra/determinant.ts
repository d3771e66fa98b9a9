// Determinants: the product of the pivots of elimination.
import { takes } from "../arguments.ts";
import type { Tensor } from "../tensor.ts";
import { customGradient } from "../transforms/custom-gradient.ts";
import { eliminate } from "./eliminate.ts";
import { checkSquare, epsilonOf, identityLike } from "./matrices.ts";
import { inverse } from "./solve.ts";

/**
 * det A, [..., N, N] -> [...]. Its gradient is that of the adjugate, det A · A⁻ᵀ. Where A is singular, a pivot of 0 counts there as the
 * smallest number that elimination tells from 0 in A.
 */
const determinant = customGradient<[Tensor], Tensor>(
  (x) => {
    const { pivots, signs } = eliminate(x, null);
    return pivots.mul(signs).prod(0);
  },
  (gradient, { inputs: [x] }) => {
    const { solution, pivots, signs } = eliminate(x, identityLike(x), smallestPivot(x));
    const product = pivots.mul(signs).prod(0).mul(gradient);
    return [solution.transpose().mul(product.unsqueeze(-1).unsqueeze(-1))];
  },
);

/** ε · max |A|, and at least the smallest normal number. [..., 1, 1] */
function smallestPivot(x: Tensor): Tensor {
  if (x.size === 0) return x.detach().sum([-2, -1], true);
  return x.detach().abs().max([-2, -1], true).mul(epsilonOf(x.dtype)).maximum(1e-37);
}

/** The determinants of square matrices, [..., N, N] -> [...]. */
export function det(x: Tensor): Tensor {
  takes("det", arguments.length, 1);
  checkSquare("det", x);
  return determinant(x);
}

/** The sign of the determinant and the logarithm of its absolute value. */
export interface SignAndLogDet {
  /** 1, -1, or 0 where the matrix is singular: [...] */
  readonly sign: Tensor;
  /** ln |det A|, [...]: -∞ where the matrix is singular */
  readonly logabsdet: Tensor;
}

/**
 * The sign of det A and ln |det A|, [..., N, N] -> two of [...]: the determinant of large matrices overflows, its logarithm does not. The
 * gradient of the logarithm is A⁻ᵀ.
 */
export function slogdet(x: Tensor): SignAndLogDet {
  takes("slogdet", arguments.length, 1);
  checkSquare("slogdet", x);
  const [sign, logabsdet] = signAndLogDet(x);
  return { sign, logabsdet };
}

const signAndLogDet = customGradient<[Tensor], readonly [Tensor, Tensor]>(
  (x) => {
    const { pivots, signs } = eliminate(x, null);
    return [pivots.sign().mul(signs).prod(0), pivots.abs().log().sum(0)];
  },
  ([, gradient], { inputs: [x] }) => [inverse(x).transpose().mul(gradient.unsqueeze(-1).unsqueeze(-1))],
);
