// Kernels -> chains. A softmax is three loop nests over all rows; for each row the second needs only what the first wrote for this row. If
// such kernels are cut into parts along their rows, all of them can run on some parts, then all on the next parts, so that the values
// that they pass on are still in the cache. Each kernel computes the same for each part as without a chain, so no bit changes. Only the
// order changes, so buffers live as long as their chain (allocate.ts). A chain moves its kernels before other kernels that stood between
// them; these neither read what the chain writes nor write what it touches.
import { sizeOf } from "../tensor/shape.ts";
import { bytesOf } from "./allocate.ts";
import type { Access, Buffer, Chain, Kernel, KernelProgram, Loops } from "./kernel.ts";
import { collide, instructionsOf, mayFail, readsOf, writesOf } from "./kernel-accesses.ts";

/** Tells whether a backend can divide a kernel into units of work along this axis before any other. */
export type Cuts = (kernel: Loops, axis: number) => boolean;

/** How many kernels outside of a chain may stand between two kernels of it. */
const maxOvertakenKernels = 8;
/**
 * When kernels become a chain; tests change these.
 * - `minParts`: fewer parts are too few to share among threads.
 * - `pieceBytes`: how much memory the parts that are done together touch. Kernels that touch less in all stay in the cache anyway.
 * - `maxPartBytes`: how much memory a single part may touch.
 * - `contiguousOnOneThread`: whether one thread makes chains, too, where each part is one contiguous stretch of its buffers. One thread
 *   gains nothing from it, since the processor prefetches such loops (x86, rows of 512 and of 1024: 0 to 10 % slower). Two threads gain
 *   0 to 16 %: they wait for each other once rather than at each kernel. Where the parts are scattered (the channels of images), one
 *   thread gains as well: 7 to 25 % of a batch norm with its gradient.
 */
export const chainLimits = {
  minParts: 8,
  pieceBytes: 1 << 20,
  maxPartBytes: 1 << 22,
  contiguousOnOneThread: false,
};

/** Gives the part to which each element of a buffer belongs: floor(position / stride) - shift, modulo the number of parts. */
export interface Owner {
  readonly stride: number;
  readonly shift: number;
}

const modulo = (x: number, by: number): number => ((x % by) + by) % by;

/**
 * The owner for which, at each index i of an axis, an access touches elements of part i alone: the other axes together move the access by
 * less than this axis's stride, or by multiples of stride · parts. null if there is none, or if these tests do not find it.
 */
export function ownerOf({ offset, strides }: Access, { axes }: Kernel, axis: number): Owner | null {
  const stride = strides[axis] ?? 0;
  if (stride <= 0) return null;
  const parts = axes[axis].size;
  let [low, reach] = [offset, 0];
  for (const [i, step] of strides.entries()) {
    if (i === axis || step % (stride * parts) === 0) continue;
    const span = (axes[i].size - 1) * step;
    low += Math.min(span, 0);
    reach += Math.abs(span);
  }
  if (modulo(low, stride) + reach >= stride) return null;
  return { stride, shift: modulo(Math.floor(low / stride), parts) };
}

const sameOwner = (a: Owner | null, b: Owner | null): boolean =>
  a !== null && b !== null && a.stride === b.stride && a.shift === b.shift;

/** A kernel of a chain, and the axis along which it is cut into parts. */
interface Link {
  readonly kernel: Loops;
  readonly axis: number;
}

/** Whether a kernel is a loop nest that cannot fail: no axis of size 0, no random numbers, no indirection. */
function isPlain(kernel: Kernel): kernel is Loops {
  return (
    kernel.kind === "loops" &&
    kernel.axes.every(({ size }) => size > 0) &&
    !mayFail(kernel) &&
    instructionsOf(kernel).every((line) => line.kind !== "randomBits")
  );
}

/** Whether each buffer that one of these kernels writes has one owner for all of them: each part touches its own elements alone. */
export function isAligned(links: readonly Link[]): boolean {
  const written = new Set(links.flatMap(({ kernel }) => writesOf(kernel)).map(({ buffer }) => buffer));
  const owners = new Map<Buffer, Owner | null>();
  return links.every(({ kernel, axis }) =>
    [...readsOf(kernel), ...writesOf(kernel)].every((access) => {
      if (!written.has(access.buffer)) return true;
      const owner = ownerOf(access, kernel, axis);
      const other = owners.get(access.buffer);
      if (other === undefined) owners.set(access.buffer, owner);
      return owner !== null && (other === undefined || sameOwner(owner, other));
    }),
  );
}

/** The reason why kernels cannot be a chain; null if they can. */
export function complaintAbout(links: readonly { readonly kernel: Kernel; readonly axis: number }[]): string | null {
  const plain = links.flatMap(({ kernel, axis }) => (isPlain(kernel) ? [{ kernel, axis }] : []));
  if (plain.length < links.length) return "it has a kernel that may fail, or that is not a loop nest";
  const [first] = plain.map(({ kernel, axis }) => kernel.axes[axis]);
  if (!plain.every(({ kernel: { axes }, axis }) => axes[axis]?.kind === "each" && axes[axis].size === first.size))
    return "its kernels do not have the same number of parts";
  return isAligned(plain) ? null : "a part needs what another part writes";
}

/** The program with its kernels joined into chains where the limits above allow it. */
export function chain(program: KernelProgram, cuts: Cuts, threads: number): KernelProgram {
  const kernels: Kernel[] = [];
  const chains: Chain[] = [];
  const remaining = [...program.kernels];
  while (remaining.length > 0) {
    const links = longestChain(remaining, cuts);
    const isWorthwhile = links.length >= 2 && (threads > 1 || chainLimits.contiguousOnOneThread || isScattered(links));
    const piece = isWorthwhile ? pieceOf(links) : null;
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
  return { ...program, kernels, chains };
}

/** The longest chain that starts with the first kernel. */
function longestChain(kernels: readonly Kernel[], cuts: Cuts): readonly Link[] {
  let best: readonly Link[] = [];
  const [first] = kernels;
  if (!isPlain(first)) return best;
  for (const axis of axesOf(first, null)) {
    if (!isAligned([{ kernel: first, axis }]) || !cuts(first, axis)) continue;
    const links = grow({ kernel: first, axis }, kernels.slice(1), cuts);
    if (links.length > best.length) best = links;
  }
  return best;
}

/** The axes along which a kernel may be cut; with a `size`, only those of this size. */
const axesOf = ({ axes }: Loops, size: number | null): number[] =>
  [...axes.keys()].filter(
    (i) => axes[i].kind === "each" && axes[i].size >= chainLimits.minParts && (size === null || axes[i].size === size),
  );

/** The chain that starts with `first` and takes from `others`, in order, each kernel that fits. */
function grow(first: Link, others: readonly Kernel[], cuts: Cuts): readonly Link[] {
  const links = [first];
  const parts = first.kernel.axes[first.axis].size;
  const overtaken: Kernel[] = [];
  for (const kernel of others) {
    if (overtaken.length > maxOvertakenKernels) break;
    const axis = isPlain(kernel) && overtaken.every((other) => !collide(other, kernel)) ? joins(kernel) : undefined;
    if (axis === undefined || !isPlain(kernel)) overtaken.push(kernel);
    else links.push({ kernel, axis });
  }
  return links;

  function joins(kernel: Loops): number | undefined {
    return axesOf(kernel, parts).find((axis) => {
      const link = { kernel, axis };
      return (
        links.some((other) => shares(other, link)) &&
        isAligned([...links, link]) &&
        pieceOf([...links, link]) !== null &&
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
function pieceOf(links: readonly Link[]): number | null {
  const [{ kernel, axis }] = links;
  const parts = kernel.axes[axis].size;
  const [common, own] = [new Map<Buffer, number>(), new Map<Buffer, number>()];
  for (const { kernel, axis } of links) {
    for (const { buffer, strides } of [...readsOf(kernel), ...writesOf(kernel)]) {
      const points = strides.reduce((n, stride, i) => (stride === 0 || i === axis ? n : n * kernel.axes[i].size), 1);
      const bytes = bytesOf({ dtype: buffer.dtype, shape: [Math.min(points, sizeOf(buffer.shape))] });
      const of = strides[axis] === 0 ? common : own;
      of.set(buffer, Math.max(of.get(buffer) ?? 0, bytes));
    }
  }
  const sum = (of: ReadonlyMap<Buffer, number>) => [...of.values()].reduce((total, bytes) => total + bytes, 0);
  const [fixed, each] = [sum(common), sum(own)];
  if (fixed + each > chainLimits.maxPartBytes || fixed + parts * each <= chainLimits.pieceBytes) return null;
  return Math.min(Math.max(1, Math.floor((chainLimits.pieceBytes - fixed) / each)), parts);
}
