// Top-k as a loop program. For each line of x it finds the indices of its k largest elements as defined in ops/reductions.ts: the largest
// first, NaN counts as the largest, and equal elements keep their order. A small k is done by insertion into a sorted list while the line
// is read. For a large k (a random permutation needs all elements) the indices of the whole line are merge-sorted. Elements of every dtype
// are compared as f64, which holds them exactly.
import type { Topk } from "../compiler/kernel.ts";
import {
  add,
  and,
  breakIf,
  choose,
  declare,
  eq,
  f64,
  ge,
  gt,
  load,
  loop,
  lt,
  min,
  mul,
  ne,
  not,
  or,
  range,
  set,
  store,
  sub,
  variable,
} from "../loops/build.ts";
import type { Expression, Memory, Routine, Statement, Variable } from "../loops/program.ts";
import type { Failures } from "./body/points.ts";
import { topkTime } from "./cost/time.ts";
import type { Cut } from "./cut.ts";
import { indexAt, memoryOf } from "./routine.ts";

/** Largest k that is done by insertion. */
const maxInsertedK = 16;

/** A line of x and its results in y: the indices of their first elements, and the elements from one to the next. */
interface Line {
  readonly x: Memory;
  readonly y: Memory;
  readonly firstX: Variable;
  readonly firstY: Variable;
  readonly stride: number;
  readonly rank: number;
  readonly size: number;
  readonly k: number;
}

/** "insertion": into a sorted list of k. "sort": the indices of the whole line are merge-sorted. */
export interface TopkSchedule extends Cut<Topk> {
  readonly method: "insertion" | "sort";
}

/** Schedules top-k; a unit is a line. */
export function scheduleTopk(kernel: Topk): TopkSchedule {
  const { axes, x, y, size, k } = kernel;
  const method = k > maxInsertedK ? "sort" : "insertion";
  const lines = axes.reduce((product, axis) => product * axis.size, 1);
  return {
    kind: "topk",
    kernel,
    buffers: [x.buffer, y.buffer],
    units: size * k === 0 ? 0 : lines,
    scratchBytes: method === "sort" ? bytesOfLists(size) : 0,
    time: topkTime(method, lines, size),
    method,
  };
}

/** Two lists of the indices of a line, i32. */
const bytesOfLists = (size: number): number => 2 * size * 4;

/** The schedule in words, for explain(). */
export const describeTopk = ({ kernel: { size, k }, method }: TopkSchedule): string =>
  method === "sort" ? `lines of ${size} merge-sorted` : `the ${k} largest of lines of ${size} by insertion`;

/** The routine that computes a range of lines. */
export function topkRoutine({ kernel, units, method }: TopkSchedule, failures: Failures): Routine {
  const { name, axes, x, y, size, k } = kernel;
  const sizes = axes.map((axis) => axis.size);
  const scratch: Memory = { name: "scratch", element: "i32" };
  const line: Line = {
    x: memoryOf(x.buffer),
    y: memoryOf(y.buffer),
    firstX: variable("firstX"),
    firstY: variable("firstY"),
    stride: x.strides[sizes.length],
    rank: y.strides[sizes.length],
    size,
    k,
  };
  const unit = variable("line");
  const body = [
    declare(line.firstX, indexAt(x, unit, sizes)),
    declare(line.firstY, indexAt(y, unit, sizes)),
    ...(method === "sort" ? sortIndices(line, scratch) : insertLargest(line)),
  ];
  const [from, to] = [variable("from"), variable("to")];
  return {
    name,
    memories: [line.x, line.y, scratch],
    parameters: [from, to, failures.table],
    body: units === 0 ? [] : [range(unit, from, to, body)],
  };
}

/** The element of x at an index of the line. */
const elementAt = ({ x, firstX, stride }: Line, index: Expression): Expression =>
  f64(load(x, add(firstX, mul(index, stride))));

/** Whether `one` comes before `other`: it is larger, or it is NaN and the other is not. */
const exceeds = (one: Variable, other: Variable): Expression => or(gt(one, other), and(ne(one, one), eq(other, other)));

/** Inserts each element before all smaller ones in the list of the k largest, so that equal elements keep their order. */
function insertLargest(line: Line): Statement[] {
  const { y, firstY, rank, size, k } = line;
  const [i, j] = [variable("i"), variable("j")];
  const [value, ranked] = [variable("value", "f64"), variable("ranked", "f64")];
  const place = (of: Expression) => add(firstY, mul(of, rank));
  const before = place(sub(j, 1));
  return [
    range(i, 0, size, [
      declare(value, elementAt(line, i)),
      // j: the length of the list so far, then the rank of the element.
      declare(j, min(i, k)),
      loop(
        breakIf(eq(j, 0)),
        declare(ranked, elementAt(line, load(y, before))),
        breakIf(not(exceeds(value, ranked))),
        choose(lt(j, k), [store(y, place(j), load(y, before))]),
        set(j, sub(j, 1)),
      ),
      choose(lt(j, k), [store(y, place(j), i)]),
    ]),
  ];
}

/** Sorts the indices 0, 1, … by bottom-up merge sort between the two halves of scratch, and stores the first k. The sort is stable. */
function sortIndices(line: Line, lists: Memory): Statement[] {
  const { y, firstY, rank, size, k } = line;
  const [source, target, other] = [variable("source"), variable("target"), variable("other")];
  const [i, to, width, first] = [variable("i"), variable("to"), variable("width"), variable("first")];
  return [
    declare(source, 0),
    declare(target, size),
    range(i, 0, size, [store(lists, i, i)]),
    declare(width, 1),
    loop(
      breakIf(ge(width, size)),
      declare(first, 0),
      loop(
        breakIf(ge(first, size)),
        ...mergeRuns(line, { lists, source, target, width, first }),
        set(first, add(first, mul(width, 2))),
      ),
      declare(other, source),
      set(source, target),
      set(target, other),
      set(width, mul(width, 2)),
    ),
    range(to, 0, k, [store(y, add(firstY, mul(to, rank)), load(lists, add(source, to)))]),
  ];
}

/** Two neighbouring sorted runs of `source`, which are merged into `target`. */
interface Runs {
  readonly lists: Memory;
  readonly source: Variable;
  readonly target: Variable;
  readonly width: Variable;
  readonly first: Variable;
}

/** Merges the runs [first, first + width) and [first + width, first + 2 · width). The line may end within them. */
function mergeRuns(line: Line, { lists, source, target, width, first }: Runs): Statement[] {
  const { size } = line;
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
    declare(middle, add(source, min(add(first, width), size))),
    declare(right, middle),
    declare(end, add(source, min(add(first, mul(width, 2)), size))),
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
