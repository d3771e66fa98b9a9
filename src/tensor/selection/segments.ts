// Elements that go to the same place, brought together by sorting the places. Sorting is stable, so that elements of one place stay in their order,
// and the last of them is found: it is the one that counts where a place can hold one element.
//
// Places 2 0 2 1 sort to 0 1 2 2, in the order 1 3 0 2; the last ones of their places are the elements 1, 3 and 2.
import { part } from "../order/scan.ts";
import { orderOf } from "../order/sort.ts";
import type { Tensor } from "../tensor.ts";

export interface Segments {
  /** The indices that sort the places along the dim, int32. */
  readonly order: Tensor;
  /** The places in this order. */
  readonly places: Tensor;
  /** For each of the `size` places, 1 + the rank in this order of the last element that goes there; 0 where none does. */
  readonly last: Tensor;
}

/** Groups the elements along a dim by their places, from 0 to size - 1. */
export function segmentsOf(places: Tensor, dim: number, size: number): Segments {
  const n = places.shape[dim];
  const order = orderOf(places, dim, false);
  const sorted = places.gather(dim, order);
  const differs = part(sorted, dim, 1, n).ne(part(sorted, dim, 0, n - 1));
  const isLast = differs.pad(
    places.shape.map((_, d) => [0, d === dim ? 1 : 0] as const),
    1,
  );
  const ranks = places
    .apply("iota", [], { length: n })
    .add(1)
    .reshape(places.shape.map((_, d) => (d === dim ? n : 1)))
    .expand(places.shape);
  const last = places.apply("scatterAdd", [ranks.where(isLast, 0), sorted], { dim, size });
  return { order, places: sorted, last };
}

/** For each place 1 + the index of the last element that goes there, and 0 where none does, int32. */
export function lastOf(places: Tensor, dim: number, size: number): Tensor {
  const { order, last } = segmentsOf(places, dim, size);
  return order.gather(dim, last.sub(1).maximum(0)).add(1).where(last.gt(0), 0);
}
