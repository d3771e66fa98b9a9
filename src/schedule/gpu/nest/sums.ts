// Sums in threads, whatever they are sums of: a thread has one, or threads of a workgroup share one, or workgroups have parts of it that a
// second dispatch combines. The order in which a sum is rounded follows from its size alone.
import { Block } from "../../../loops/block.ts";
import {
  add,
  and,
  barrier,
  constant,
  div,
  eq,
  load,
  lt,
  min,
  mul,
  rem,
  select,
  shared,
  store,
} from "../../../loops/build.ts";
import type { Expression, Memory, Variable } from "../../../loops/program.ts";
import { type Dispatch, type GpuCut, type GpuLimits, wordBytes } from "../dispatch.ts";
import { eachThread } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import type { Indices } from "../points.ts";
import { dispatchOf, gridOf, groupNumber, groupThreads, newThreads, type Threads } from "../threads.ts";
import type { SumCut } from "./plan.ts";
import type { TotalKind } from "./totals.ts";

/** The numbers of each total. */
export type Totals = readonly (readonly Variable[])[];

/** The terms of a thread, by their numbers: from, from + step, …, below to. */
export interface Share {
  readonly from: Expression;
  readonly to: Expression;
  readonly step: number;
}

/** What is summed at a point, and what is done with the totals. */
export interface Summed {
  readonly kinds: readonly TotalKind[];
  /** Adds all of a point, for one thread. */
  point(block: Block, indices: Indices): void;
  /** Adds a thread's share of a point's totals; `finish` gets what adds the epilogue to a block. */
  share(
    block: Block,
    indices: Indices,
    share: Share,
    finish: (totals: Totals, epilogue: (inner: Block) => void) => void,
  ): void;
  /** Adds the totals of a point that `combine` brings, and the epilogue. */
  combined(block: Block, indices: Indices, combine: (totals: Totals) => void): void;
}

/** Sums at a number of points. */
export interface Sums {
  readonly name: string;
  readonly points: number;
  /** Terms of a sum. */
  readonly length: number;
  indices(block: Block, point: Expression): Indices;
  terms(operands: Operands): Summed;
}

/** The dispatches of sums. */
export function cutSums(sums: Sums, cut: SumCut, gpu: GpuLimits, site: SiteNumber): GpuCut {
  if (sums.points === 0) return { dispatches: [], scratch: [] };
  if (cut.parts === 1 && cut.sharers === 1) return { dispatches: [alone(sums, gpu, site)], scratch: [] };
  if (cut.parts === 1) return { dispatches: [sharedSums(sums, cut, gpu, site)], scratch: [] };
  return inParts(sums, cut, gpu, site);
}

const workgroupSize = [groupThreads, 1, 1] as const;

/** A point for each thread. */
function alone({ name, points, indices, terms }: Sums, gpu: GpuLimits, site: SiteNumber): Dispatch {
  const threads = newThreads();
  const operands = new Operands(site);
  const builder = terms(operands);
  const workgroups = gridOf(Math.ceil(points / groupThreads), gpu);
  const block = new Block();
  eachThread(block, threads, workgroups, points, (inner, point) => builder.point(inner, indices(inner, point)));
  return dispatchOf(name, threads, operands, block.statements, { workgroups, workgroupSize });
}

/** The place of a thread among those that share a point, and the place of the point in the workgroup. */
function placeOfThread(block: Block, { local }: Threads, { sharers, points, sharersAdjacent }: SumCut) {
  const [x] = local;
  if (points === 1) return { sharer: x, point: constant("i32", 0) };
  const [sharer, point] = sharersAdjacent ? [rem(x, sharers), div(x, sharers)] : [div(x, points), rem(x, points)];
  return { sharer: block.named("sharer", sharer), point: block.named("own", point) };
}

/**
 * Threads of a workgroup share each point: each adds up its share, then they combine their totals, and one of them has the
 * epilogue, or stores the totals of a part.
 */
function sharedSums(sums: Sums, cut: SumCut, gpu: GpuLimits, site: SiteNumber): Dispatch {
  const { name, points, length, indices, terms } = sums;
  const threads = newThreads();
  const operands = new Operands(site);
  const builder = terms(operands);
  const block = new Block();
  const groups = Math.ceil(points / cut.points);
  const workgroups = gridOf(groups * cut.parts, gpu);
  const { sharer, point: place } = placeOfThread(block, threads, cut);
  const memories = cut.sharers === 1 ? [] : totalsInMemory(block, builder.kinds);
  const group = groupNumber(block, threads, workgroups);
  const part = cut.parts === 1 ? constant("i32", 0) : block.let("part", div(group, groups));
  const number = block.named("number", add(mul(cut.parts === 1 ? group : rem(group, groups), cut.points), place));
  const isWhole = points === groups * cut.points && groups * cut.parts === workgroups[0] * workgroups[1];
  // Threads past the last point have no terms and store nothing; all threads have to reach the barriers.
  const exists = isWhole ? null : block.let("exists", and(lt(number, points), lt(part, cut.parts)));
  const point = isWhole ? number : block.let("point", min(number, points - 1));
  const own = shareOf(block, cut, length, part, sharer);
  const share = exists === null ? own : { ...own, to: block.let("to", select(exists, own.to, 0)) };
  builder.share(block, indices(block, point), share, (totals, epilogue) => {
    if (cut.sharers > 1)
      combine(block, { kinds: builder.kinds, memories, totals, cut, thread: threads.local[0], sharer });
    const isFirst = eq(sharer, 0);
    block.if(exists === null ? isFirst : and(isFirst, exists), (inner) => {
      if (cut.parts === 1) epilogue(inner);
      else storeTotals(inner, operands, totals, add(mul(part, points), point));
    });
  });
  return dispatchOf(name, threads, operands, block.statements, { workgroups, workgroupSize });
}

/** The reduced points of a thread. */
function shareOf(
  block: Block,
  { parts, sharers }: SumCut,
  length: number,
  part: Expression,
  sharer: Expression,
): Share {
  if (parts === 1) return { from: sharer, to: constant("i32", length), step: sharers };
  const each = Math.ceil(length / parts);
  const from = block.let("from", add(mul(part, each), sharer));
  return { from, to: block.let("to", min(mul(add(part, 1), each), length)), step: sharers };
}

/** The kernel in two dispatches: sums of parts, and their sums. */
function inParts(sums: Sums, cut: SumCut, gpu: GpuLimits, site: SiteNumber): GpuCut {
  const { name, points, indices, terms } = sums;
  const first = sharedSums(sums, cut, gpu, site);
  const threads = newThreads();
  const operands = new Operands(site);
  const builder = terms(operands);
  const workgroups = gridOf(Math.ceil(points / groupThreads), gpu);
  const block = new Block();
  eachThread(block, threads, workgroups, points, (inner, point) => {
    builder.combined(inner, indices(inner, point), (totals) =>
      inner.range("part", 0, cut.parts, (loop, part) => {
        const at = loop.let("at", add(mul(part, points), point));
        let index = 0;
        for (const [i, kind] of builder.kinds.entries())
          kind.merge(
            loop,
            totals[i],
            totals[i].map(({ type }) => load(operands.scratch(index++, type === "f32" ? "f32" : "i32", "read"), at)),
          );
      }),
    );
  });
  const second = dispatchOf(name, threads, operands, block.statements, { workgroups, workgroupSize });
  const words = builder.kinds.flatMap(({ start }) => start);
  return { dispatches: [first, second], scratch: words.map(() => points * cut.parts * wordBytes) };
}

function storeTotals(block: Block, operands: Operands, totals: Totals, at: Expression): void {
  const place = block.named("at", at);
  for (const [index, total] of totals.flat().entries())
    block.add(store(operands.scratch(index, total.type === "f32" ? "f32" : "i32", "write"), place, total));
}

/** Memory of the workgroup for the totals of all threads, a memory for each number of a total. */
const totalsInMemory = (block: Block, kinds: readonly TotalKind[]): readonly (readonly Memory[])[] =>
  kinds.map(({ start }) =>
    start.map(({ name, type }) => {
      const memory: Memory = { name: `${name}s`, element: type };
      block.add(shared(memory, groupThreads));
      return memory;
    }),
  );

interface Combining {
  readonly kinds: readonly TotalKind[];
  readonly memories: readonly (readonly Memory[])[];
  readonly totals: Totals;
  readonly cut: SumCut;
  readonly thread: Variable;
  readonly sharer: Expression;
}

/** Totals that a thread combines at a time. By twos, 64 threads would wait for each other six times; by eights, twice. */
const combined = 8;

/**
 * Combines the totals of the threads that share a point, until one thread has all:
 *   64 threads   0 8 16 … 56 to 0, 1 9 17 … 57 to 1, …      8 threads   0 1 2 … 7 to 0
 */
function combine(block: Block, { kinds, memories, totals, cut, thread, sharer }: Combining): void {
  const distance = cut.sharersAdjacent ? 1 : cut.points;
  const put = (inner: Block) => {
    for (const [i, total] of totals.entries())
      for (const [j, word] of total.entries()) inner.add(store(memories[i][j], thread, word));
  };
  put(block);
  for (let left = cut.sharers; left > 1; ) {
    const next = Math.max(left / combined, 1);
    const others = left;
    block.add(barrier);
    block.if(lt(sharer, next), (inner) => {
      inner.range(
        "other",
        next,
        others,
        (loop, other) => {
          const at = loop.let("at", add(thread, mul(other, distance)));
          for (const [i, kind] of kinds.entries())
            kind.merge(
              loop,
              totals[i],
              memories[i].map((memory) => load(memory, at)),
            );
        },
        next,
      );
      if (next > 1) put(inner);
    });
    left = next;
  }
}
