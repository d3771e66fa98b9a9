// Memory allocation from lifetimes: every argument and temporary gets an offset in one arena, and buffers whose lifetimes do not overlap
// share bytes. The largest buffers are placed first, each into the smallest sufficient gap between buffers that live at the same time.
// States have memory of their own, since they outlive the program.

import type { Access, Buffer, KernelProgram } from "../compiler/kernel.ts";
import { readsOf, writesOf } from "../compiler/kernel-accesses.ts";
import { internal } from "../errors/error.ts";
import { describe } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { bytesOf } from "./elements.ts";

export interface Allocation {
  /** The first byte of each buffer in the arena. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** The size of the arena. */
  readonly bytes: number;
}

/** The positions of the first and the last kernel that need a buffer's contents. -1 is before all kernels, their number after them. */
interface Lifetime {
  readonly first: number;
  readonly last: number;
}

interface Placed extends Lifetime {
  readonly buffer: Buffer;
  readonly from: number;
  readonly to: number;
}

/** Bytes of a cache line; a multiple of a vector's 16 bytes. */
const alignment = 64;
/** Bytes after a buffer's last element that belong to it as well, since kernels read whole vectors. */
const margin = 16;

export const bytesOfBuffer = ({ dtype, shape }: Pick<Buffer, "dtype" | "shape">): number =>
  bytesOf(dtype) * sizeOf(shape);

const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/**
 * Arguments are all written before the first kernel, temporaries by the kernels; results are read after the last kernel. A buffer that no
 * kernel reads or writes has no lifetime. What a kernel reads and what it writes never share bytes, since its points may run in any
 * order. The parts of a chain may run in any order as well, so a buffer that one kernel of a chain touches lives for the whole chain. The
 * steps of a loop begin again at its first kernel, so a buffer that its kernels touch lives for the whole loop, unless each step fills it anew;
 * no difference is made between the two. Windows have no memory of their own, unless `withWindows` gives them some.
 */
export function lifetimes(
  { kernels, results, chains = [], repeats = [] }: KernelProgram,
  { withWindows = false }: { readonly withWindows?: boolean } = {},
): Map<Buffer, Lifetime> {
  const lives = new Map<Buffer, Lifetime>();
  const span = kernels.map((_, at): Lifetime => ({ first: at, last: at }));
  for (const { first, axes } of chains) span.fill({ first, last: first + axes.length - 1 }, first, first + axes.length);
  // Outer loops come after those inside of them.
  for (const { first, count } of repeats) span.fill({ first, last: first + count - 1 }, first, first + count);
  const extend = (buffer: Buffer, at: number) => {
    const { window } = buffer;
    if (window !== undefined) extend(window.of, at);
    if (buffer.kind === "state" || (window !== undefined && !withWindows)) return;
    const life = lives.get(buffer);
    if (life === undefined) lives.set(buffer, { first: at, last: at });
    else if (at < life.first || at > life.last)
      lives.set(buffer, { first: Math.min(life.first, at), last: Math.max(life.last, at) });
  };
  const extendAll = (accesses: readonly Access[], { first, last }: Lifetime) => {
    for (const { buffer } of accesses) {
      extend(buffer, first);
      if (last !== first) extend(buffer, last);
    }
  };
  for (const [at, kernel] of kernels.entries()) {
    extendAll(readsOf(kernel), span[at]);
    extendAll(writesOf(kernel), span[at]);
  }
  for (const buffer of results) extend(buffer, kernels.length);
  for (const buffer of lives.keys()) if (buffer.kind === "argument") extend(buffer, -1);
  return lives;
}

const meet = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;

export function allocate(program: KernelProgram): Allocation {
  const lives = [...lifetimes(program)].map(([buffer, life]) => ({ buffer, ...life, bytes: bytesOfBuffer(buffer) }));
  const placed: Placed[] = [];
  for (const { buffer, first, last, bytes } of lives.sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const length = align(bytes + margin);
    const from = tightestGap(placed, { first, last }, length);
    placed.splice(countUpTo(placed, from), 0, { buffer, first, last, from, to: from + length });
  }
  return {
    offsets: new Map(placed.map(({ buffer, from }) => [buffer, from])),
    bytes: placed.reduce((end, { to }) => Math.max(end, to), 0),
  };
}

/** How many buffers begin at an offset or before; they are sorted by their offsets. */
function countUpTo(placed: readonly Placed[], offset: number): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle].from <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The start of the smallest sufficient gap between buffers that live at the same time; without one, the end of the last of them. */
function tightestGap(placed: readonly Placed[], life: Lifetime, length: number): number {
  const { first, last } = life;
  let [best, shortest, end] = [-1, Infinity, 0];
  // Every buffer is compared with all others: this is written out, as calls would take most of the time.
  for (let i = 0; i < placed.length; i++) {
    const other = placed[i];
    if (other.first > last || first > other.last) continue;
    const gap = other.from - end;
    if (gap >= length && gap < shortest) {
      best = end;
      shortest = gap;
    }
    if (other.to > end) end = other.to;
  }
  return best < 0 ? end : best;
}

/** Throws where two buffers with overlapping lifetimes share bytes, or where a buffer has no place in the arena. */
export function verifyAllocation(program: KernelProgram, { offsets, bytes }: Allocation): void {
  const placed = [...lifetimes(program)].map(([buffer, life]): Placed => {
    const from = offsets.get(buffer);
    if (from === undefined) throw internal(`allocate: ${buffer.name} has no place`);
    const to = from + bytesOfBuffer(buffer) + margin;
    if (from < 0 || from % alignment !== 0 || to > bytes)
      throw internal(`allocate: ${buffer.name} lies at ${from} to ${to} of ${bytes} bytes`);
    return { buffer, ...life, from, to };
  });
  for (const [i, a] of placed.entries()) {
    for (const b of placed.slice(i + 1)) {
      if (meet(a, b) && a.from < b.to && b.from < a.to)
        throw internal(`allocate: ${a.buffer.name} and ${b.buffer.name} share bytes`);
    }
  }
}

/** One line for each buffer, by offset: its offset, type and size, and the first and the last kernel that need it. */
export function describeAllocation(program: KernelProgram, { offsets, bytes }: Allocation): string {
  const lives = lifetimes(program);
  const end = program.kernels.length;
  const moment = (at: number) => (at < 0 ? "start" : at >= end ? "end" : `${at}`);
  const lines = [...offsets]
    .sort(([a, from], [b, to]) => from - to || (lives.get(a)?.first ?? 0) - (lives.get(b)?.first ?? 0))
    .map(([buffer, from]) => {
      const { first, last } = lives.get(buffer) ?? { first: 0, last: 0 };
      return `${from}: ${buffer.name} ${describe(buffer)} ${bytesOfBuffer(buffer)} bytes, ${moment(first)} to ${moment(last)}`;
    });
  const alone = [...lives.keys()].reduce((sum, buffer) => sum + align(bytesOfBuffer(buffer) + margin), 0);
  return [`arena of ${bytes} bytes (${alone} if nothing were shared)`, ...lines.map((line) => `  ${line}`)].join("\n");
}
