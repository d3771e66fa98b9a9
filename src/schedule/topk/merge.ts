// Bottom-up merge sort of indices by the elements of a line. It is stable: of two runs, the elements of the first come before equal ones of the second.
//
//   runs of 1   3 | 9 | 4 | 7      runs of 2   9 3 | 7 4      runs of 4   9 7 4 3
import {
  add,
  breakIf,
  choose,
  constant,
  declare,
  eq,
  ge,
  load,
  loop,
  lt,
  min,
  mul,
  range,
  set,
  store,
  variable,
} from "../../loops/build.ts";
import type { Expression, Memory, Statement, Variable } from "../../loops/program.ts";
import { elementAt, exceeds, type Line, storeRanks } from "./line.ts";

/** Two lists of so many indices, i32. */
export const bytesOfLists = (size: number): number => 2 * size * 4;

/** Sorts the indices of the whole line, and stores the first k. */
export function mergeSortLine(line: Line, lists: Memory): Statement[] {
  const [i, sorted] = [variable("i"), variable("sorted")];
  return [
    range(i, 0, line.size, [store(lists, i, i)]),
    ...mergeSort(line, { lists, count: constant("i32", line.size), capacity: line.size, sorted }),
    ...storeRanks(line, (rank) => load(lists, add(sorted, rank))),
  ];
}

/** A list of indices at the beginning of `lists`; a second one begins at `capacity`. */
interface List {
  readonly lists: Memory;
  readonly count: Expression;
  readonly capacity: number;
  /** Where the sorted list begins. */
  readonly sorted: Variable;
}

/** Sorts a list, back and forth between its place and the second one. */
export function mergeSort(line: Line, { lists, count, capacity, sorted }: List): Statement[] {
  const [target, other, width, first] = ["target", "other", "width", "first"].map((name) => variable(name));
  return [
    declare(sorted, 0),
    declare(target, capacity),
    declare(width, 1),
    loop(
      breakIf(ge(width, count)),
      declare(first, 0),
      loop(
        breakIf(ge(first, count)),
        ...mergeRuns(line, { lists, count, source: sorted, target, width, first }),
        set(first, add(first, mul(width, 2))),
      ),
      declare(other, sorted),
      set(sorted, target),
      set(target, other),
      set(width, mul(width, 2)),
    ),
  ];
}

/** Two neighbouring sorted runs of `source`, which are merged into `target`. */
interface Runs {
  readonly lists: Memory;
  readonly count: Expression;
  readonly source: Variable;
  readonly target: Variable;
  readonly width: Variable;
  readonly first: Variable;
}

/** Merges the runs [first, first + width) and [first + width, first + 2 · width). The list may end within them. */
function mergeRuns(line: Line, { lists, count, source, target, width, first }: Runs): Statement[] {
  const [left, middle, right, end, to] = ["left", "middle", "right", "end", "to"].map((name) => variable(name));
  const [a, b] = [variable("a", "f64"), variable("b", "f64")];
  const read = (place: Variable) => elementAt(line, load(lists, place));
  const move = (place: Variable) => [
    store(lists, to, load(lists, place)),
    set(to, add(to, 1)),
    set(place, add(place, 1)),
  ];
  const moveAll = (place: Variable, limit: Variable) => loop(breakIf(eq(place, limit)), ...move(place));
  return [
    declare(left, add(source, first)),
    declare(to, add(target, first)),
    declare(middle, add(source, min(add(first, width), count))),
    declare(right, middle),
    declare(end, add(source, min(add(first, mul(width, 2)), count))),
    choose(lt(right, end), [
      declare(a, read(left)),
      declare(b, read(right)),
      loop(
        choose(
          exceeds(b, a),
          [...move(right), breakIf(eq(right, end)), set(b, read(right))],
          [...move(left), breakIf(eq(left, middle)), set(a, read(left))],
        ),
      ),
    ]),
    moveAll(left, middle),
    moveAll(right, end),
  ];
}
