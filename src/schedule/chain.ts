// Joins kernels into chains where that is worth it (compiler/chain.ts says what a chain is, and which kernels may be one). A chain moves its
// kernels before other kernels that stood between them; these neither read what the chain writes nor write what it touches.

import { isAligned, isPlain, type Link, ownerOf, sameOwner } from "../compiler/chain.ts";
import type { Buffer, Chain, Kernel, KernelProgram, Loops } from "../compiler/kernel.ts";
import { collide, readsOf, writesOf } from "../compiler/kernel-accesses.ts";
import { sizeOf } from "../tensor/shape.ts";
import { bytesOfBuffer } from "./allocate.ts";
import { type ChainLimits, chainLimits } from "./limits.ts";

/** Tells whether a kernel can be divided into units of work along this axis before any other. */
export type Cuts = (kernel: Loops, axis: number) => boolean;

/** How many kernels outside of a chain may stand between two kernels of it. */
const maxOvertakenKernels = 8;

/** The program with its kernels joined into chains where the limits allow it. */
export function chain(program: KernelProgram, cuts: Cuts, threads: number, limits = chainLimits): KernelProgram {
  const kernels: Kernel[] = [];
  const chains: Chain[] = [];
  for (const segment of segmentsOf(program)) chainSegment([...segment], { kernels, chains }, cuts, threads, limits);
  return { ...program, kernels, chains };
}

/** The kernels between the starts and the ends of loops: a chain is in a loop, or outside of it. */
function segmentsOf({ kernels, repeats = [] }: KernelProgram): (readonly Kernel[])[] {
  const ends = new Set([kernels.length, ...repeats.flatMap(({ first, count }) => [first, first + count])]);
  const sorted = [...ends].sort((a, b) => a - b);
  return sorted.map((end, i) => kernels.slice(sorted[i - 1] ?? 0, end));
}

function chainSegment(
  remaining: Kernel[],
  { kernels, chains }: { readonly kernels: Kernel[]; readonly chains: Chain[] },
  cuts: Cuts,
  threads: number,
  limits: ChainLimits,
): void {
  while (remaining.length > 0) {
    const links = longestChain(remaining, cuts, limits);
    const isWorthwhile = links.length >= 2 && (threads > 1 || limits.contiguousOnOneThread || isScattered(links));
    const piece = isWorthwhile ? pieceOf(links, limits) : null;
    if (piece === null) kernels.push(...remaining.splice(0, 1));
    else {
      const [{ kernel, axis }] = links;
      const parts = kernel.axes[axis].size;
      chains.push({ first: kernels.length, axes: links.map((link) => link.axis), parts, piece });
      for (const link of links) {
        kernels.push(link.kernel);
        remaining.splice(remaining.indexOf(link.kernel), 1);
      }
    }
  }
}

/** The longest chain that starts with the first kernel. */
function longestChain(kernels: readonly Kernel[], cuts: Cuts, limits: ChainLimits): readonly Link[] {
  let best: readonly Link[] = [];
  const [first] = kernels;
  if (!isPlain(first)) return best;
  for (const axis of axesOf(first, null, limits)) {
    if (!isAligned([{ kernel: first, axis }]) || !cuts(first, axis)) continue;
    const links = grow({ kernel: first, axis }, kernels.slice(1), cuts, limits);
    if (links.length > best.length) best = links;
  }
  return best;
}

/** The axes along which a kernel may be cut; with a `size`, only those of this size. */
function axesOf({ axes }: Loops, size: number | null, { minParts }: ChainLimits): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < axes.length; i++) {
    const own = axes[i].size;
    if (axes[i].kind === "each" && own >= minParts && (size === null || own === size)) found.push(i);
  }
  return found;
}

/** The chain that starts with `first` and takes from `others`, in order, each kernel that fits. */
function grow(first: Link, others: readonly Kernel[], cuts: Cuts, limits: ChainLimits): readonly Link[] {
  const links = [first];
  const parts = first.kernel.axes[first.axis].size;
  const overtaken: Kernel[] = [];
  for (const kernel of others) {
    if (overtaken.length > maxOvertakenKernels) break;
    const axis = isPlain(kernel) ? axisOf(kernel) : undefined;
    if (axis === undefined || !isPlain(kernel)) overtaken.push(kernel);
    else links.push({ kernel, axis });
  }
  return links;

  /** The axis along which a kernel is cut if it joins the chain. */
  function axisOf(kernel: Loops): number | undefined {
    const axes = axesOf(kernel, parts, limits);
    if (axes.length === 0 || overtaken.some((other) => collide(other, kernel))) return undefined;
    return axes.find((axis) => {
      const link = { kernel, axis };
      return (
        links.some((other) => shares(other, link)) &&
        isAligned([...links, link]) &&
        pieceOf([...links, link], limits) !== null &&
        cuts(kernel, axis)
      );
    });
  }
}

/** Whether two kernels touch elements of one buffer in the same parts, so that the second finds them in the cache. */
function shares(a: Link, b: Link): boolean {
  const touched = ({ kernel }: Link) => [...readsOf(kernel), ...writesOf(kernel)];
  return touched(a).some((one) =>
    touched(b).some(
      (other) =>
        one.buffer === other.buffer && sameOwner(ownerOf(one, a.kernel, a.axis), ownerOf(other, b.kernel, b.axis)),
    ),
  );
}

/** Whether in some buffer the elements of a part are no contiguous stretch, but interleaved with those of the other parts. */
function isScattered(links: readonly Link[]): boolean {
  return links.some(({ kernel: { axes }, kernel, axis }) =>
    [...readsOf(kernel), ...writesOf(kernel)].some(({ strides }) => {
      const round = strides[axis] * axes[axis].size;
      return round > 0 && strides.some((stride, i) => axes[i].size > 1 && Math.abs(stride) >= round);
    }),
  );
}

/** How many parts are done together; null if a single part touches too much, or if all parts together fit into the cache. */
function pieceOf(links: readonly Link[], limits: ChainLimits): number | null {
  const [{ kernel, axis }] = links;
  const parts = kernel.axes[axis].size;
  const [common, own] = [new Map<Buffer, number>(), new Map<Buffer, number>()];
  for (const { kernel, axis } of links) {
    for (const { buffer, strides } of [...readsOf(kernel), ...writesOf(kernel)]) {
      const points = strides.reduce((n, stride, i) => (stride === 0 || i === axis ? n : n * kernel.axes[i].size), 1);
      const bytes = bytesOfBuffer({ dtype: buffer.dtype, shape: [Math.min(points, sizeOf(buffer.shape))] });
      const of = strides[axis] === 0 ? common : own;
      of.set(buffer, Math.max(of.get(buffer) ?? 0, bytes));
    }
  }
  const sum = (of: ReadonlyMap<Buffer, number>) => [...of.values()].reduce((total, bytes) => total + bytes, 0);
  const [fixed, each] = [sum(common), sum(own)];
  if (fixed + each > limits.maxPartBytes || fixed + parts * each <= limits.pieceBytes) return null;
  return Math.min(Math.max(1, Math.floor((limits.pieceBytes - fixed) / each)), parts);
}
