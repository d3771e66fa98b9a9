// Top-k of long lines on a GPU: runs are sorted, then merged two by two, n · log²n steps in all. A thread has an element and finds its own place, so
// that threads need not know of each other: the number of elements before it in its run is known, and in the other run a binary search
// finds it. Of equal elements, those of the left run come first. A dispatch merges all runs of a length:
//   x = [3 7 5 7 1 9 2 8], runs of 2:  [7 3] [7 5] [9 1] [8 2]  ->  [7 7 5 3] [9 8 2 1]  ->  [9 8 7 7 5 3 2 1]
// Only the first k elements of a run can be among the first k of all: the others are left out.
import type { Topk } from "../../compiler/kernel.ts";
import { Block } from "../../loops/block.ts";
import {
  add,
  and,
  breakIf,
  constant,
  div,
  eq,
  ge,
  gt,
  load,
  loop,
  lt,
  max,
  min,
  mul,
  or,
  rem,
  set,
  shiftRight,
  store,
  sub,
  xor,
} from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import { type Dispatch, type GpuCut, type GpuLimits, wordBytes } from "./dispatch.ts";
import { eachItem } from "./items.ts";
import { orderOf } from "./nest/totals.ts";
import { Operands, type SiteNumber } from "./operands.ts";
import { type Indices, placeOf } from "./points.ts";

export interface MergeLimits {
  /** In shorter lines, each element is compared with all others. */
  readonly minSize: number;
  /** Elements of a run at first, which are compared with each other. */
  readonly run: number;
}

export const mergeLimits: MergeLimits = { minSize: 512, run: 32 };

/** The dispatches; null for short lines, and for more elements than scratch memory may have. */
export function cutMerges(kernel: Topk, gpu: GpuLimits, site: SiteNumber, limits: MergeLimits): GpuCut | null {
  const { axes, size, k } = kernel;
  const lines = axes.reduce((product, axis) => product * axis.size, 1);
  const bytes = lines * size * wordBytes;
  if (size < limits.minSize || k === 0 || lines === 0 || bytes > gpu.bindingBytes) return null;
  const merging: Merging = { kernel, gpu, site };
  const dispatches = runsOf(merging, limits.run);
  let from = 0;
  let width = limits.run;
  do {
    dispatches.push(...mergeOf(merging, width, from));
    from = 2 - from;
    width *= 2;
  } while (width < size);
  return { dispatches, scratch: [bytes, bytes, bytes, bytes] };
}

interface Merging {
  readonly kernel: Topk;
  readonly gpu: GpuLimits;
  readonly site: SiteNumber;
}

/** A dispatch with a thread for each element of each line. */
function eachElement(
  { kernel, gpu }: Merging,
  operands: Operands,
  write: (block: Block, indices: Indices, line: Expression, place: Expression) => void,
): Dispatch[] {
  const { name, axes, size } = kernel;
  return eachItem(name, [...axes.map((axis) => axis.size), size], gpu, operands, (block, item) => {
    const line = axes.reduce<Expression>(
      (number, axis, i) => add(mul(number, axis.size), item.get(i) ?? 0),
      constant("i32", 0),
    );
    write(block, item, block.named("line", mul(line, size)), item.get(axes.length) ?? constant("i32", 0));
  });
}

/** Sorted runs of the lines: keys in scratch memory 0, indices in 1. */
function runsOf(merging: Merging, width: number): Dispatch[] {
  const { axes, x, size, k } = merging.kernel;
  const operands = new Operands(merging.site);
  const memory = operands.buffer(x.buffer);
  const [keys, places] = [0, 1].map((index) => operands.scratch(index, "i32", "write"));
  return eachElement(merging, operands, (block, indices, line, own) => {
    const keyAt = (inner: Block, index: Expression) =>
      orderOf(
        inner,
        x.buffer.dtype,
        inner.let("x", load(memory, placeOf(x, new Map([...indices, [axes.length, index]])))),
      );
    const key = block.named("order", keyAt(block, own));
    const first = block.named("first", mul(div(own, width), width));
    const rank = block.let("rank", constant("i32", 0));
    block.range("other", first, min(add(first, width), size), (inner, other) => {
      const one = inner.named("otherOrder", keyAt(inner, other));
      inner.add(set(rank, add(rank, or(gt(one, key), and(eq(one, key), lt(other, own))))));
    });
    block.if(lt(rank, k), (inner) => {
      const at = inner.let("at", add(line, add(first, rank)));
      inner.add(store(keys, at, key));
      inner.add(store(places, at, own));
    });
  });
}

/** Merges runs of a width, from the scratch memories `from` and `from + 1` to the other two, or the last two runs to the result. */
function mergeOf(merging: Merging, width: number, from: number): Dispatch[] {
  const { axes, y, size, k } = merging.kernel;
  const operands = new Operands(merging.site);
  const [keys, places] = [from, from + 1].map((index) => operands.scratch(index, "i32", "read"));
  const isLast = 2 * width >= size;
  return eachElement(merging, operands, (block, indices, line, own) => {
    const run = block.named("run", div(own, width));
    const offset = block.named("offset", rem(own, width));
    block.if(lt(offset, k), (inner) => {
      const key = inner.let("key", load(keys, add(line, own)));
      const other = inner.let("other", mul(xor(run, 1), width));
      const length = inner.let("length", max(min(sub(size, other), Math.min(width, k)), 0));
      const before = countBefore(inner, { key, isRight: rem(run, 2), length }, (at) =>
        load(keys, add(line, add(other, at))),
      );
      const rank = inner.let("rank", add(offset, before));
      inner.if(lt(rank, k), (last) => {
        const place = last.let("place", load(places, add(line, own)));
        if (isLast) {
          const at = placeOf(y, new Map([...indices, [axes.length, rank]]));
          last.add(store(operands.buffer(y.buffer, "write"), at, place));
          return;
        }
        const at = last.let("at", add(line, add(mul(div(run, 2), 2 * width), rank)));
        last.add(store(operands.scratch(2 - from, "i32", "write"), at, key));
        last.add(store(operands.scratch(3 - from, "i32", "write"), at, place));
      });
    });
  });
}

/** The number of elements of the other run that come before a key: equal ones do if the key's run is the right one. */
function countBefore(
  block: Block,
  { key, isRight, length }: { readonly key: Expression; readonly isRight: Expression; readonly length: Expression },
  keyAt: (at: Expression) => Expression,
): Expression {
  const right = block.named("isRight", isRight);
  const low = block.let("low", constant("i32", 0));
  const high = block.let("high", length);
  const body = new Block();
  body.add(breakIf(ge(low, high)));
  const middle = body.let("middle", shiftRight(add(low, high), 1));
  const found = body.let("found", keyAt(middle));
  body.if(
    or(gt(found, key), and(right, eq(found, key))),
    (inner) => inner.set(low, add(middle, 1)),
    (inner) => inner.set(high, middle),
  );
  block.add(loop(...body.statements));
  return low;
}
