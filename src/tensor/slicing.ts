// Tensor's slice and narrow, whose bounds may be 0-d tensors. An index and a start that a tensor holds are read where they are used, also by a
// program; bounds that decide the size of the result have to be known.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { isTensor } from "./copies.ts";
import { describe } from "./dtype.ts";
import { type Bound, type Range, rangesOf } from "./reshaping.ts";
import { normalizeDim } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

function checkBound(call: string, bound: Tensor): Tensor {
  if (bound.ndim !== 0 || (bound.dtype !== "int32" && bound.dtype !== "uint8"))
    throw new ChainruleError("dtype", call, `bounds are numbers or 0-d int32 or uint8 tensors, not ${describe(bound)}`);
  return bound.to("int32");
}

/** A bound as a number. */
function known<B extends Bound | null | undefined>(bound: B): Exclude<B, Tensor> {
  if (!isTensor(bound)) return bound as Exclude<B, Tensor>;
  const whole = checkBound("slice", bound);
  if (tracing() !== null)
    throw new ChainruleError(
      "traced",
      "slice",
      "a range whose bounds are tensors has a size that contents decide; in a compiled function use narrow(dim, start, length)",
    );
  return whole.item() as Exclude<B, Tensor>;
}

/** An index counted from either end of a dim of n elements, as one from 0. */
const fromStart = (index: Tensor, n: number): Tensor => index.where(index.ge(0), index.add(n));

/** x without one dim: what stands at this index. */
function at(x: Tensor, dim: number, index: Tensor): Tensor {
  const place = fromStart(checkBound("slice", index), x.shape[dim]);
  return x.indexSelect(dim, place).reshape(x.shape.toSpliced(dim, 1));
}

export function slice(x: Tensor, ranges: readonly Range[]): Tensor {
  const plain = ranges.map((range) => {
    if (isTensor(range)) return null;
    if (typeof range !== "object" || range === null) return range;
    const [start, stop, step] = range;
    return [known(start), known(stop), known(step)] as const;
  });
  const { starts, sizes, steps, keptDims } = rangesOf(x.shape, plain);
  const sliced = x.apply("slice", [x], { starts, sizes, steps });
  const kept = keptDims.length === x.ndim ? sliced : sliced.reshape(keptDims.map((dim) => sizes[dim]));
  // The last dim first, so that those before it keep their places.
  return ranges.reduceRight<Tensor>(
    (y, range, dim) => (isTensor(range) ? at(y, keptDims.indexOf(dim), range) : y),
    kept,
  );
}

/** `length` elements along dim from `start` on, which counts from the end if it is negative. */
export function narrow(x: Tensor, dim: number, start: Bound, length: number): Tensor {
  const place = normalizeDim("narrow", dim, x.ndim);
  if (x.ndim === 0) throw new ChainruleError("shape", "narrow", "a 0-d tensor has no dim to narrow");
  const n = x.shape[place];
  checkWhole("narrow", "length", length, { from: 0, to: n });
  if (isTensor(start)) {
    const first = fromStart(checkBound("narrow", start), n);
    return x.indexSelect(place, x.apply("iota", [], { length }).add(first));
  }
  checkWhole("narrow", "start", start, { from: -n, to: n });
  const first = start < 0 ? start + n : start;
  if (first + length > n)
    throw new ChainruleError(
      "index",
      "narrow",
      `${length} elements from ${start} on reach beyond dim ${dim} of ${describe(x)}`,
      { start, length },
    );
  return x.slice(...x.shape.map((_, d) => (d === place ? ([first, first + length] as const) : null)));
}
