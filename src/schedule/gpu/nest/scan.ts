// Running sums in workgroups: a workgroup has a line. In each round its threads have a run of neighbouring elements each. A thread adds up its
// run, the sums of the runs are added up over the threads, and the thread goes over its run again, from the sum of all before it on:
//   runs of 2, 4 threads   x   1 2 | 3 4 | 5 6 | 7 8      sums of runs  3 7 11 15      before  0 3 10 21
//                          y   1 3 | 6 10 | 15 21 | 28 36
import type { Scan } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { add, barrier, constant, ge, load, lt, min, mul, shared, store } from "../../../loops/build.ts";
import type { Expression, Memory, Variable } from "../../../loops/program.ts";
import { valuesOf } from "../../body/body.ts";
import { narrow, typeOf } from "../../body/form.ts";
import { sizeOf } from "../../nest/nest.ts";
import type { Dispatch, GpuCut, GpuLimits } from "../dispatch.ts";
import { digitsOf } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import { type Indices, placeOf, pointOf } from "../points.ts";
import { dispatchOf, gridOf, groupNumber, groupThreads, newThreads, type Threads } from "../threads.ts";

/** Elements of a thread's run: enough that the sums over the threads are a small share. */
const run = 8;

export interface ScanLimits {
  /** Shorter lines, and lines that are so many that each thread of a GPU has one, are left to one thread each. */
  readonly minLength: number;
  readonly maxLines: number;
}

export const scanLimits: ScanLimits = { minLength: 256, maxLines: 8192 };

/** The dispatch of a running sum in workgroups; null where a thread a line is as good. */
export function cutScan(
  kernel: Scan,
  gpu: GpuLimits,
  site: SiteNumber,
  limits: ScanLimits = scanLimits,
): GpuCut | null {
  const lines = sizeOf(kernel.axes.slice(0, -1));
  const length = kernel.axes[kernel.axes.length - 1].size;
  if (gpu.software || lines === 0 || length < limits.minLength || lines > limits.maxLines) return null;
  return { dispatches: [dispatchOfLines(kernel, lines, length, gpu, site)], scratch: [] };
}

/** What the statements of a line need. */
interface Line {
  readonly kernel: Scan;
  readonly operands: Operands;
  readonly indices: Indices;
  readonly length: number;
}

function dispatchOfLines(kernel: Scan, lines: number, length: number, gpu: GpuLimits, site: SiteNumber): Dispatch {
  const threads: Threads = newThreads();
  const operands = new Operands(site);
  operands.buffer(kernel.store.buffer, "write");
  const block = new Block();
  const workgroups = gridOf(lines, gpu);
  const sums: Memory = {
    name: "sums",
    element: typeOf("single", kernel.reductions[0].dtype) === "f32" ? "f32" : "i32",
  };
  block.add(shared(sums, groupThreads));
  const number = block.named("line", groupNumber(block, threads, workgroups));
  const sizes = kernel.axes.slice(0, -1).map(({ size }) => size);
  const line: Line = { kernel, operands, indices: new Map(digitsOf(block, number, sizes).entries()), length };
  const before = block.let("before", constant(sums.element === "f32" ? "f32" : "i32", 0));
  const [thread] = threads.local;
  block.range(
    "first",
    0,
    length,
    (loop, first) => {
      const from = loop.let("from", add(first, mul(thread, run)));
      const to = loop.let("to", min(add(from, run), length));
      const sum = loop.let("sum", constant(before.type, 0));
      loop.range("i", from, to, (inner, i) => inner.set(sum, add(sum, valueAt(inner, line, i))));
      const own = sumOfEarlier(loop, sums, sum, thread);
      loop.set(own, add(own, before));
      loop.range("i", from, to, (inner, i) => {
        inner.set(own, narrowed(line, add(own, valueAt(inner, line, i))));
        const at = placeOf(kernel.store, placeIn(line, i));
        inner.add(store(operands.buffer(kernel.store.buffer, "write"), at, own));
      });
      loop.set(before, add(before, load(sums, groupThreads - 1)));
      loop.add(barrier);
    },
    groupThreads * run,
  );
  return dispatchOf(kernel.name, threads, operands, block.statements, {
    workgroups,
    workgroupSize: [groupThreads, 1, 1],
  });
}

const narrowed = ({ kernel }: Line, value: Expression): Expression =>
  narrow(value, "single", kernel.reductions[0].dtype);

const placeIn = ({ kernel, indices }: Line, i: Expression): Indices =>
  new Map([...indices, [kernel.axes.length - 1, i]]);

/** The element of a line that is added. */
function valueAt(block: Block, line: Line, i: Expression): Expression {
  const { body, reductions } = line.kernel;
  return valuesOf(pointOf(block, placeIn(line, i), line.operands), body, [])[reductions[0].value].value;
}

/**
 * The sum of the runs of earlier threads. In each step a thread adds what the thread `distance` before it has: after log₂ steps that is the
 * sum of all up to it. The memory keeps these sums.
 */
function sumOfEarlier(block: Block, sums: Memory, sum: Variable, thread: Variable): Variable {
  const upTo = block.let("upTo", sum);
  block.add(store(sums, thread, upTo));
  for (let distance = 1; distance < groupThreads; distance *= 2) {
    block.add(barrier);
    const other = block.let("other", constant(sum.type, 0));
    block.if(ge(thread, distance), (inner) => inner.set(other, load(sums, add(thread, -distance))));
    block.add(barrier);
    block.set(upTo, add(upTo, other));
    block.add(store(sums, thread, upTo));
  }
  block.add(barrier);
  const earlier = block.let("earlier", constant(sum.type, 0));
  block.if(lt(constant("i32", 0), thread), (inner) => inner.set(earlier, load(sums, add(thread, -1))));
  return earlier;
}
