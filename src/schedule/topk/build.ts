// The routine of top-k: a method for each line.
import { declare, range, variable } from "../../loops/build.ts";
import type { Memory, Routine, Statement } from "../../loops/program.ts";
import type { Failures } from "../body/points.ts";
import { indexAt, memoryOf } from "../routine.ts";
import { insertLargest } from "./insertion.ts";
import type { Line } from "./line.ts";
import { mergeSortLine } from "./merge.ts";
import type { TopkMethod, TopkSchedule } from "./plan.ts";
import { radixSortLine } from "./radix.ts";
import { selectLargest } from "./selection.ts";

const methods = {
  insertion: insertLargest,
  selection: selectLargest,
  radix: radixSortLine,
  merge: mergeSortLine,
} satisfies Record<TopkMethod, (line: Line, scratch: Memory) => Statement[]>;

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
    dtype: x.buffer.dtype,
  };
  const unit = variable("line");
  const body = [
    declare(line.firstX, indexAt(x, unit, sizes)),
    declare(line.firstY, indexAt(y, unit, sizes)),
    ...methods[method](line, scratch),
  ];
  const [from, to] = [variable("from"), variable("to")];
  return {
    name,
    memories: [line.x, line.y, scratch],
    parameters: [from, to, failures.table],
    body: units === 0 ? [] : [range(unit, from, to, body)],
  };
}
