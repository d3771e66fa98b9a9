// Sorting along a dim, by the op topk with all elements. It sorts downwards and keeps equal elements in their order, and NaN is the largest. To
// sort upwards, the line is reversed before and after, so that equal elements keep their order too, and NaN comes last, as in PyTorch.
import { checkTensor, takes } from "../arguments.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of sort and argsort. */
export interface SortOptions {
  /** Whether the largest comes first; false if left out. */
  readonly descending?: boolean | undefined;
  /** Equal elements always keep their order; this option is there because PyTorch has it. */
  readonly stable?: boolean | undefined;
}

const names: OptionNames<SortOptions> = { descending: true, stable: true };

/** The indices, int32, that sort x along a dim. */
export function orderOf(x: Tensor, dim: number, descending: boolean): Tensor {
  if (x.ndim === 0) return x.apply("full", [], { shape: [], dtype: "int32", value: 0 });
  const n = x.shape[dim];
  if (descending) return x.apply("topk", [x], { dim, k: n });
  const reversed = x.flip(dim);
  return x
    .apply("topk", [reversed], { dim, k: n })
    .flip(dim)
    .neg()
    .add(n - 1);
}

function descendingOf(call: string, x: Tensor, options: SortOptions): boolean {
  checkTensor(call, "x", x);
  checkOptions(call, options, names);
  return options.descending ?? false;
}

/** Sorts along dim, the smallest first: the values, and the indices, int32, where they were. Equal elements keep their order; NaN is the largest. */
export function sort(x: Tensor, dim = -1, options: SortOptions = {}): { values: Tensor; indices: Tensor } {
  takes("sort", arguments.length, 3);
  const descending = descendingOf("sort", x, options);
  const place = normalizeDim("sort", dim, x.ndim);
  return within("sort", () => {
    const indices = orderOf(x, place, descending);
    return { values: x.ndim === 0 ? x : x.gather(place, indices), indices };
  });
}

/** The indices, int32, that sort x along dim, the smallest first. Equal elements keep their order; NaN is the largest. */
export function argsort(x: Tensor, dim = -1, options: SortOptions = {}): Tensor {
  takes("argsort", arguments.length, 3);
  const descending = descendingOf("argsort", x, options);
  const place = normalizeDim("argsort", dim, x.ndim);
  return within("argsort", () => orderOf(x, place, descending));
}
