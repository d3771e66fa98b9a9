// Cuts loop nests and scans into dispatches.
import type { Loops, Scan } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { add, and, barrier, constant, div, eq, load, lt, min, mul, rem, shared, store } from "../../../loops/build.ts";
import type { Expression, Memory, Variable } from "../../../loops/program.ts";
import { type Nest, sizeOf } from "../../nest/nest.ts";
import { type Dispatch, type GpuCut, type GpuLimits, wordBytes } from "../dispatch.ts";
import { eachThread } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import { dispatchOf, gridOf, groupNumber, groupThreads, newThreads, type Threads } from "../threads.ts";
import { indicesOf, NestBuilder, type Share, type Totals, wordsOf } from "./build.ts";
import { type NestCut, type NestLimits, nestLimits, planNest } from "./plan.ts";
import type { TotalKind } from "./totals.ts";

/** The dispatches of a nest. */
export function cutNest(
  kernel: Loops | Scan,
  nest: Nest,
  gpu: GpuLimits,
  site: SiteNumber,
  limits: NestLimits = nestLimits,
): GpuCut {
  const points = sizeOf(nest.axes.filter(({ kind }) => kind === "each"));
  const serial = sizeOf(nest.axes.filter(({ kind }) => kind === "serial"));
  if (points * serial === 0) return { dispatches: [], scratch: [] };
  const cut = planNest(nest, wordsOf(nest), limits, gpu);
  const parts = { kernel, nest, cut, gpu, site, points };
  if (cut.sharers === 1) return { dispatches: [alone(parts)], scratch: [] };
  if (cut.parts === 1) return { dispatches: [sharedSums(parts)], scratch: [] };
  return inParts(parts);
}

interface NestParts {
  readonly kernel: Loops | Scan;
  readonly nest: Nest;
  readonly cut: NestCut;
  readonly gpu: GpuLimits;
  readonly site: SiteNumber;
  /** Points of the axes "each". */
  readonly points: number;
}

const workgroupSize = [groupThreads, 1, 1] as const;

/** A point for each thread. */
function alone({ kernel, nest, cut, gpu, site, points }: NestParts): Dispatch {
  const threads = newThreads();
  const operands = new Operands(site);
  const builder = new NestBuilder(nest, cut, operands);
  const workgroups = gridOf(Math.ceil(points / groupThreads), gpu);
  const block = new Block();
  eachThread(block, threads, workgroups, points, (inner, point) =>
    builder.point(inner, new Map(indicesOf(inner, nest, cut.each, point))),
  );
  return dispatchOf(kernel.name, threads, operands, block.statements, { workgroups, workgroupSize });
}

/** The place of a thread among those that share a point, and the place of the point in the workgroup. */
function placeOfThread(block: Block, { local }: Threads, { sharers, points, sharersAdjacent }: NestCut) {
  const [x] = local;
  if (points === 1) return { sharer: x, point: constant("i32", 0) };
  const [sharer, point] = sharersAdjacent ? [rem(x, sharers), div(x, sharers)] : [div(x, points), rem(x, points)];
  return { sharer: block.named("sharer", sharer), point: block.named("own", point) };
}

/**
 * Threads of a workgroup share each point: each adds up its share, then they combine their totals by halves, and one of them has the
 * epilogue, or stores the totals of a part.
 */
function sharedSums({ kernel, nest, cut, gpu, site, points }: NestParts): Dispatch {
  const threads = newThreads();
  const operands = new Operands(site);
  const builder = new NestBuilder(nest, cut, operands);
  const block = new Block();
  const groups = Math.ceil(points / cut.points);
  const workgroups = gridOf(groups * cut.parts, gpu);
  const { sharer, point: own } = placeOfThread(block, threads, cut);
  const memories = totalsInMemory(block, builder.kinds);
  const group = groupNumber(block, threads, workgroups);
  const part = cut.parts === 1 ? constant("i32", 0) : block.let("part", div(group, groups));
  const number = block.named("number", add(mul(cut.parts === 1 ? group : rem(group, groups), cut.points), own));
  const isWhole = points === groups * cut.points && groups * cut.parts === workgroups[0] * workgroups[1];
  // Threads past the last point compute the last one again and store nothing, since all threads have to reach the barriers.
  const exists = isWhole ? null : block.let("exists", and(lt(number, points), lt(part, cut.parts)));
  const point = isWhole ? number : block.let("point", min(number, points - 1));
  const length = sizeOf(cut.reduced.map((axis) => nest.axes[axis]));
  const share: Share = { ...shareOf(block, cut, length, part, sharer), stores: exists };
  builder.share(block, new Map(indicesOf(block, nest, cut.each, point)), share, (totals, epilogue) => {
    combineByHalves(block, { kinds: builder.kinds, memories, totals, cut, thread: threads.local[0], sharer });
    const isFirst = eq(sharer, 0);
    block.if(exists === null ? isFirst : and(isFirst, exists), (inner) => {
      if (cut.parts === 1) epilogue(inner);
      else storeTotals(inner, operands, totals, add(mul(part, points), point));
    });
  });
  return dispatchOf(kernel.name, threads, operands, block.statements, { workgroups, workgroupSize });
}

/** The reduced points of a thread. */
function shareOf(block: Block, { parts, sharers }: NestCut, length: number, part: Expression, sharer: Expression) {
  if (parts === 1) return { from: sharer, to: constant("i32", length), step: sharers };
  const each = Math.ceil(length / parts);
  const from = block.let("from", add(mul(part, each), sharer));
  return { from, to: block.let("to", min(mul(add(part, 1), each), length)), step: sharers };
}

/** The kernel in two dispatches: sums of parts, and their sums. */
function inParts(parts: NestParts): GpuCut {
  const { kernel, nest, cut, gpu, site, points } = parts;
  const first = sharedSums(parts);
  const threads = newThreads();
  const operands = new Operands(site);
  const builder = new NestBuilder(nest, cut, operands);
  const workgroups = gridOf(Math.ceil(points / groupThreads), gpu);
  const block = new Block();
  eachThread(block, threads, workgroups, points, (inner, point) => {
    const indices = new Map(indicesOf(inner, nest, cut.each, point));
    builder.combined(inner, indices, (totals) =>
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
  const second = dispatchOf(kernel.name, threads, operands, block.statements, { workgroups, workgroupSize });
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

interface Halves {
  readonly kinds: readonly TotalKind[];
  readonly memories: readonly (readonly Memory[])[];
  readonly totals: Totals;
  readonly cut: NestCut;
  readonly thread: Variable;
  readonly sharer: Expression;
}

/** Combines the totals of the threads that share a point: the second half is added to the first, until one thread has all. */
function combineByHalves(block: Block, { kinds, memories, totals, cut, thread, sharer }: Halves): void {
  const distance = cut.sharersAdjacent ? 1 : cut.points;
  const put = (inner: Block) => {
    for (const [i, total] of totals.entries())
      for (const [j, word] of total.entries()) inner.add(store(memories[i][j], thread, word));
  };
  put(block);
  for (let half = cut.sharers / 2; half >= 1; half /= 2) {
    block.add(barrier);
    block.if(lt(sharer, half), (inner) => {
      for (const [i, kind] of kinds.entries())
        kind.merge(
          inner,
          totals[i],
          memories[i].map((memory) => load(memory, add(thread, half * distance))),
        );
      if (half > 1) put(inner);
    });
  }
}
