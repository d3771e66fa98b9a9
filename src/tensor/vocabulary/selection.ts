// Tensor's methods that choose elements: indexing as in Python, writing at indices, sorting, repeating. All other functions that choose elements
// are no methods, so that programs that do not call them do not carry them.
import { takes } from "../arguments.ts";
import { argsort, type SortOptions, sort } from "../order/sort.ts";
import { type Index, index } from "../selection/index.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { Reductions } from "./reductions.ts";

export abstract class Selection extends Reductions {
  /**
   * Indexes as Python does, with an item for each dim, first dim first. A number is that index, and drops the dim. null is all of the dim, and
   * [start, stop, step] a range, also with a negative step. "..." is all of the dims that no other item stands for. Tensors of int32 or
   * uint8 are indices; several broadcast, and their common shape stands in the place of the first, or in front if others are between
   * them. A bool tensor is a mask of as many dims as it has; it throws in a compiled function, since its contents decide the size.
   */
  index(this: Tensor, ...items: Index[]): Tensor {
    return within("index", () => index(this, items));
  }
  /** Sorts along dim, the smallest first: the values, and the indices, int32, where they were. Equal ones keep their order; NaN is the largest. */
  sort(this: Tensor, dim = -1, options: SortOptions = {}): { values: Tensor; indices: Tensor } {
    takes("sort", arguments.length, 2);
    return sort(this, dim, options);
  }
  /** The indices, int32, that sort along dim, the smallest first. Equal elements keep their order; NaN is the largest. */
  argsort(this: Tensor, dim = -1, options: SortOptions = {}): Tensor {
    takes("argsort", arguments.length, 2);
    return argsort(this, dim, options);
  }
}
