// Top-k for a small k, by insertion into a sorted list while the line is read.
import {
  add,
  breakIf,
  choose,
  declare,
  eq,
  load,
  loop,
  lt,
  min,
  mul,
  not,
  range,
  set,
  store,
  sub,
  variable,
} from "../../loops/build.ts";
import type { Expression, Statement } from "../../loops/program.ts";
import { elementAt, exceeds, type Line } from "./line.ts";

/** Inserts each element before all smaller ones in the list of the k largest, so that equal elements keep their order. */
export function insertLargest(line: Line): Statement[] {
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
