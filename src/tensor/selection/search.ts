// Searching in sorted sequences, by halving the step: the place moves forward by 2ᵏ, ..., 4, 2, 1 wherever all elements before it stay below the
// value. A sequence of 10⁶ takes 20 steps.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { isTensor } from "../copies.ts";
import { describe } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { constant, type Operand, operands } from "../promotion.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of searchsorted and bucketize. */
export interface SearchOptions {
  /** Whether the place after equal elements is taken; false if left out. */
  readonly right?: boolean | undefined;
}

/** What searchsorted takes. */
export interface SearchSortedOptions extends SearchOptions {
  /** The indices that sort the sequence, int32 of its shape, as `argsort` gives them; left out if it is sorted. */
  readonly sorter?: Tensor | undefined;
}

const names: OptionNames<SearchOptions> = { right: true };
const sortedNames: OptionNames<SearchSortedOptions> = { right: true, sorter: true };

/** The number of elements of the sequence, along its last dim, that come before each value. */
function search(sequence: Tensor, values: Tensor, isRight: boolean): Tensor {
  const n = sequence.shape[sequence.ndim - 1];
  let place = constant(values, 0, "int32");
  if (n === 0) return place;
  for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
    const next = place.add(step);
    const element = sequence.gather(-1, next.minimum(n).sub(1));
    // NaN come after all numbers.
    const isBefore = (isRight ? element.gt(values) : element.ge(values)).logicalNot();
    place = next.where(isBefore.logicalAnd(next.le(n)), place);
  }
  return place;
}

/**
 * For each value the place, int32, at which it would be inserted into the sorted sequence: before equal elements, or with { right: true } after
 * them. The sequence is a vector, or has the leading dims of the values; it runs along its last dim.
 */
export function searchsorted(sequence: Tensor, values: Operand, options: SearchSortedOptions = {}): Tensor {
  takes("searchsorted", arguments.length, 3);
  checkTensor("searchsorted", "sequence", sequence);
  checkOptions("searchsorted", options, sortedNames);
  const { right = false, sorter } = options;
  if (sorter !== undefined) checkTensor("searchsorted", "sorter", sorter);
  if (!isTensor(values) && typeof values !== "number")
    throw new ChainruleError("type", "searchsorted", `values are a tensor or a number, not ${shown(values)}`);
  return within("searchsorted", () => {
    const wanted = isTensor(values) ? values : constant(sequence.reshape([-1]).sum(), values, sequence.dtype);
    if (
      sequence.ndim === 0 ||
      (sequence.ndim > 1 && !sameShape(sequence.shape.slice(0, -1), wanted.shape.slice(0, -1)))
    )
      throw new ChainruleError(
        "shape",
        "searchsorted",
        `${describe(sequence)} is no vector, and does not have the leading dims of ${describe(wanted)}`,
      );
    const flat = sequence.ndim === 1 ? wanted.reshape([-1]) : wanted;
    const [like] = operands("searchsorted", flat.reshape([-1]).slice([0, 0]), sequence.reshape([-1]).slice([0, 0]));
    const [row, all] = [sequence.detach().to(like.dtype), flat.detach().to(like.dtype)];
    return search(sorter === undefined ? row : row.gather(-1, sorter), all, right).reshape(wanted.shape);
  });
}

/**
 * For each element of x the number, int32, of the bucket between the sorted boundaries that it falls into: i where boundaries[i - 1] < x ≤
 * boundaries[i], or with { right: true } where boundaries[i - 1] ≤ x < boundaries[i].
 */
export function bucketize(x: Tensor, boundaries: Tensor, options: SearchOptions = {}): Tensor {
  takes("bucketize", arguments.length, 3);
  checkTensor("bucketize", "x", x);
  checkTensor("bucketize", "boundaries", boundaries);
  checkOptions("bucketize", options, names);
  if (boundaries.ndim !== 1)
    throw new ChainruleError("shape", "bucketize", `the boundaries are a vector, not ${describe(boundaries)}`);
  return within("bucketize", () => searchsorted(boundaries, x, options));
}
