// Distances between all pairs of two sets of vectors.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { constant } from "../promotion.ts";
import { norm } from "../statistics/norm.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** Sets of more vectors than this have Euclidean distances by a matrix product, as in PyTorch. */
const maxDirect = 25;

/** √(|a|² + |b|² - 2 a·b), with the gradient 0 where it is 0. Distances that are small beside the vectors lose digits. */
function byProduct(a: Tensor, b: Tensor): Tensor {
  const squares = (x: Tensor) => x.square().sum(-1, true);
  const product = a.matmul(b.transpose()).mul(-2);
  const total = squares(a).add(squares(b).transpose()).add(product);
  const isZero = total.le(0);
  return constant(total, 0).where(isZero, total.where(isZero.logicalNot(), 1).sqrt());
}

/**
 * The p-norm distances of each vector of a to each of b: [.., n, d] and [.., m, d] give [.., n, m]. Leading dims broadcast. Where either set
 * has more than 25 vectors, Euclidean distances follow from a matrix product, so that small distances of long vectors lose digits.
 */
export function cdist(a: Tensor, b: Tensor, p = 2): Tensor {
  takes("cdist", arguments.length, 3);
  checkTensor("cdist", "a", a);
  checkTensor("cdist", "b", b);
  checkNumber("cdist", "p", p, { from: 0, to: Infinity });
  if (a.ndim < 2 || b.ndim < 2 || a.shape.at(-1) !== b.shape.at(-1))
    throw new ChainruleError(
      "shape",
      "cdist",
      `takes vectors of one length, [.., n, d] and [.., m, d], not ${describe(a)} and ${describe(b)}`,
    );
  if (!isFloating(a.dtype) || !isFloating(b.dtype))
    throw new ChainruleError("dtype", "cdist", `is for float32 and float64, not ${describe(a)} and ${describe(b)}`);
  return within("cdist", () => {
    const [n, m] = [a.shape[a.ndim - 2], b.shape[b.ndim - 2]];
    if (p === 2 && (n > maxDirect || m > maxDirect)) return byProduct(a, b);
    const differences = a.unsqueeze(-2).sub(b.unsqueeze(-3));
    return a.shape.at(-1) === 0 ? differences.sum(-1) : norm(differences, p, -1);
  });
}
