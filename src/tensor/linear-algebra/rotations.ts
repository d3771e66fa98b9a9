// Jacobi's method works on pairs of columns: a rotation by the right angle makes a pair orthogonal, or an element beside the diagonal 0.
// Pairs without a common column are rotated at once. Each round pairs neighbours, which change places after their rotation, so that in as many
// rounds as there are columns each meets each other once (Luk and Park 1989, A proof of convergence for two parallel Jacobi SVD algorithms):
//
//   (0 1) (2 3)   ->   1 (0 3) 2   ->   (1 3) (0 2)   ->   3 (1 2) 0   ->   3 2 1 0
import { arange } from "../create.ts";
import { concat, stack } from "../functions.ts";
import { scan } from "../scan.ts";
import type { Tensor } from "../tensor.ts";

/** Neighbouring columns p and q, whose products are (p r; r q): each is [..., pairs]. */
export interface Products {
  readonly p: Tensor;
  readonly q: Tensor;
  readonly r: Tensor;
}

/** Cosine and sine of the rotation of each pair, [..., pairs]. */
export interface Angles {
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/** The smaller of the two angles that make r zero: with ζ = (q - p) / 2r, tan = sign ζ / (|ζ| + √(1 + ζ²)), and 0 where r is 0. */
export function anglesFor({ p, q, r }: Products): Angles {
  const isRotated = r.ne(0);
  const zeta = q.sub(p).div(r.mul(2).where(isRotated, 1));
  const size = zeta.abs();
  // Above 1e8, √(1 + ζ²) is |ζ|, whose square may overflow.
  const root = size.where(size.gt(1e8), size.minimum(1e8).square().add(1).sqrt());
  const tangent = size.add(root).reciprocal();
  const signed = tangent.neg().where(zeta.lt(0), tangent).where(isRotated, 0);
  const cosine = signed.square().add(1).rsqrt();
  return { cosine, sine: signed.mul(cosine) };
}

/** The columns from `start` to the last that has a neighbour to be paired with, as pairs: [..., M, N] -> two of [..., M, pairs] */
export function neighbours(x: Tensor, start: 0 | 1): [Tensor, Tensor] {
  const n = x.shape[x.ndim - 1] - 2 * start;
  const all = x.shape.slice(1).map(() => null);
  const inner = start === 0 ? x : x.slice(...all, [1, n + 1]);
  const paired = inner.reshape([...x.shape.slice(0, -1), n / 2, 2]);
  return [paired.slice(...all, null, 0), paired.slice(...all, null, 1)];
}

/** Rotates pairs of neighbouring columns, and exchanges them: (p, q) becomes (sin p + cos q, cos p - sin q). x is [..., M, N]. */
export function rotateColumns(x: Tensor, start: 0 | 1, { cosine, sine }: Angles): Tensor {
  const [p, q] = neighbours(x, start);
  const [c, s] = [cosine.unsqueeze(-2), sine.unsqueeze(-2)];
  const pairs = stack([p.mul(s).add(q.mul(c)), p.mul(c).sub(q.mul(s))], -1);
  const turned = pairs.reshape([...x.shape.slice(0, -1), x.shape[x.ndim - 1] - 2 * start]);
  if (start === 0) return turned;
  const all = x.shape.slice(1).map(() => null);
  return concat([x.slice(...all, [0, 1]), turned, x.slice(...all, [-1])], -1);
}

/** The number of columns with which pairs are complete: a further column of zeros is exchanged, and never rotated. */
export const evenly = (n: number): number => n + (n % 2);

/**
 * The number of rounds on n columns, n even, after which what is left are rounding errors. A sweep is n rounds, in which each pair meets once; the
 * sweeps are an even number, after which each column is back at its place. Matrices whose eigenvalues differ by many orders of magnitude take
 * most: for sizes of 8, 32 and 100, at 16 orders, they took 9, 12 and 18 sweeps in float64, others at most 9.
 */
export const roundsOf = (n: number): number => (n < 2 ? 0 : 2 * (4 + Math.ceil(Math.log2(n))) * n);

/** Repeats rounds on n columns, n even: first of the pairs (0 1) (2 3) ..., then of (1 2) (3 4) .... */
export function sweep<State>(n: number, state: State, round: (state: State, start: 0 | 1) => State): State {
  const two = (before: State, _: Tensor): [State, null] => [round(round(before, 0), 1), null];
  return scan(two, state, arange(roundsOf(n) / 2))[0];
}
