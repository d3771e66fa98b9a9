// One thread for each of some items: the points of a box, the last axis fastest.
import { Block } from "../../loops/block.ts";
import { add, constant, div, lt, mul, rem } from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import type { Dispatch, GpuLimits } from "./dispatch.ts";
import type { Operands } from "./operands.ts";
import type { Indices } from "./points.ts";
import { dispatchOf, gridOf, groupNumber, groupThreads, newThreads, type Threads } from "./threads.ts";

/** The dispatch in which each thread has an item of a box of these sizes; none if the box is empty. */
export function eachItem(
  name: string,
  sizes: readonly number[],
  gpu: GpuLimits,
  operands: Operands,
  write: (block: Block, indices: Indices) => void,
): Dispatch[] {
  const items = sizes.reduce((product, size) => product * size, 1);
  if (items === 0) return [];
  const threads = newThreads();
  const workgroups = gridOf(Math.ceil(items / groupThreads), gpu);
  const block = new Block();
  eachThread(block, threads, workgroups, items, (inner, item) => {
    const axes = [...sizes.keys()].filter((axis) => sizes[axis] !== 1);
    write(
      inner,
      new Map(
        digitsOf(
          inner,
          item,
          axes.map((axis) => sizes[axis]),
        ).map((index, i) => [axes[i], index]),
      ),
    );
  });
  return [dispatchOf(name, threads, operands, block.statements, { workgroups, workgroupSize: [groupThreads, 1, 1] })];
}

/** Adds the statements for each item that a thread has: none past the last one. */
export function eachThread(
  block: Block,
  threads: Threads,
  workgroups: Dispatch["workgroups"],
  items: number,
  write: (inner: Block, item: Expression) => void,
): void {
  const item = block.let("item", add(mul(groupNumber(block, threads, workgroups), groupThreads), threads.local[0]));
  if (items === workgroups[0] * workgroups[1] * groupThreads) write(block, item);
  else block.if(lt(item, items), (inner) => write(inner, item));
}

/** The digits of a number in the mixed radix of some sizes, the last of which varies fastest. */
export function digitsOf(block: Block, number: Expression, sizes: readonly number[]): Expression[] {
  const digits: Expression[] = [];
  let rest = number;
  for (const [i, size] of [...sizes.entries()].toReversed()) {
    if (size === 1) {
      digits.unshift(constant("i32", 0));
      continue;
    }
    const isFirst = sizes.slice(0, i).every((outer) => outer === 1);
    digits.unshift(block.named("i", isFirst ? rest : rem(rest, size)));
    if (!isFirst) rest = block.named("rest", div(rest, size));
  }
  return digits;
}
