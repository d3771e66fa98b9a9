// Top-k of a line that is much longer than k: the elements that exceed the k-th of those before are collected. When there are 4 k they are sorted, and
// k of them stay. In random order, few elements are collected once the first ones are sorted: about k · ln(size / k).
import {
  add,
  breakIf,
  choose,
  declare,
  eq,
  ge,
  load,
  loop,
  or,
  range,
  set,
  store,
  variable,
} from "../../loops/build.ts";
import type { Memory, Statement } from "../../loops/program.ts";
import { elementAt, exceeds, type Line, storeRanks } from "./line.ts";
import { mergeSort } from "./merge.ts";

/** How many are collected before they are sorted. */
export const capacityFor = (k: number): number => 4 * k;

/** Finds the k largest, and stores their indices. An element that equals the k-th comes after it and is left out. */
export function selectLargest(line: Line, lists: Memory): Statement[] {
  const { size, k } = line;
  const capacity = capacityFor(k);
  const [i, count, place, sorted] = [variable("i"), variable("count"), variable("place"), variable("sorted")];
  const [value, least] = [variable("value", "f64"), variable("least", "f64")];
  const hasLeast = variable("hasLeast");
  const isFull = ge(count, capacity);
  const isAtEnd = eq(i, size);
  return [
    declare(i, 0),
    declare(count, 0),
    // Until k are known, each element exceeds the least.
    declare(least, -Infinity),
    declare(hasLeast, 0),
    loop(
      loop(
        breakIf(or(isFull, isAtEnd)),
        declare(value, elementAt(line, i)),
        choose(or(eq(hasLeast, 0), exceeds(value, least)), [store(lists, count, i), set(count, add(count, 1))]),
        set(i, add(i, 1)),
      ),
      ...mergeSort(line, { lists, count, capacity, sorted }),
      range(place, 0, k, [store(lists, place, load(lists, add(place, sorted)))]),
      breakIf(isAtEnd),
      set(count, k),
      set(least, elementAt(line, load(lists, k - 1))),
      set(hasLeast, 1),
    ),
    ...storeRanks(line, (rank) => load(lists, rank)),
  ];
}
