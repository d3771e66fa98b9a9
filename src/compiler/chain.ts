// Kernels -> chains. A softmax is three loops over all rows, the second of which needs, of what the first made, only its own row. Cut into
// parts along their rows, such kernels can run one after the other on some parts, then on the next ones, while all that they hand
// to each other is in the cache. Each does at each part what it always does, so bits stay; what waits for what is what changes,
// so that buffers live as long as their chain (allocate.ts). Kernels that a chain overtakes have nothing to do with it.
import { sizeOf } from "../tensor/shape.ts";
import { bytesOf } from "./allocate.ts";
import {
  type Access,
  type Buffer,
  type Chain,
  collide,
  type Kernel,
  type KernelProgram,
  type Loops,
  readsOf,
  writesOf,
} from "./kernel.ts";
import { linesOf } from "./kernel-lines.ts";

/** Whether a backend can cut a kernel into units of work first of all along an axis. */
export type Cuts = (kernel: Loops, axis: number) => boolean;

/** Kernels that a chain looks past at most to find its next. */
const farthest = 8;
/**
 * What a chain is worth making for; tests change it. `parts`: fewer are too few to share. `bytes`: what the parts touch that are done
 * together; what touches less altogether is in the cache anyway. `most`: what a single part may touch. `streams`: whether one thread makes
 * chains, too, where parts are stretches that follow each other. It gains nothing by it: such a pass is read ahead while it computes (x86,
 * rows of 512 and of 1024: 0 to 10 % slower). Two threads gain 0 to 16 %: they wait for each other once rather than at each kernel.
 * Where the parts are scattered (the channels of images), one thread gains as well: 7 to 25 % of a batch norm with its gradient.
 */
export const worthwhile = { parts: 8, bytes: 1 << 20, most: 1 << 22, streams: false };

/** The part to which an element of a buffer belongs: floor(place / stride) - shift, modulo the number of parts. */
export interface Owner {
  readonly stride: number;
  readonly shift: number;
}

const modulo = (x: number, by: number): number => ((x % by) + by) % by;

/**
 * Whose elements an access touches, if at index i of an axis it is just those of part i: other axes move it by less than a step
 * along this one, or by whole rounds of all parts. null if that is not so, or if it is not seen.
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

/** A kernel, and the axis that is cut. */
interface Link {
  readonly kernel: Loops;
  readonly axis: number;
}

/** Loops over something, that cannot fail and read nothing beside their accesses. */
function isPlain(kernel: Kernel): kernel is Loops {
  const { body, bodyStores, instructions, stores } = linesOf(kernel);
  const lines = [...body, ...instructions];
  return (
    kernel.kind === "loops" &&
    kernel.axes.every(({ size }) => size > 0) &&
    lines.every((line) => line.kind !== "randomBits" && !(line.kind === "load" && line.indirection)) &&
    [...bodyStores, ...stores].every(({ indirection }) => indirection === undefined)
  );
}

/** Whether, of what any of these kernels writes, all of them touch at each part only what belongs to it. */
export function isAligned(links: readonly Link[]): boolean {
  const written = new Set(links.flatMap(({ kernel }) => writesOf(kernel)).map(({ buffer }) => buffer));
  const owners = new Map<Buffer, Owner | null>();
  return links.every(({ kernel, axis }) =>
    [...readsOf(kernel), ...writesOf(kernel)].every((access) => {
      if (!written.has(access.buffer)) return true;
      const owner = ownerOf(access, kernel, axis);
      const known = owners.get(access.buffer);
      if (known === undefined) owners.set(access.buffer, owner);
      return owner !== null && (known === undefined || sameOwner(owner, known));
    }),
  );
}

/** Why some kernels are no chain; null if they are one. */
export function complaintAbout(links: readonly { readonly kernel: Kernel; readonly axis: number }[]): string | null {
  const plain = links.flatMap(({ kernel, axis }) => (isPlain(kernel) ? [{ kernel, axis }] : []));
  if (plain.length < links.length) return "it has a kernel that may fail, or that is no loops";
  const [first] = plain.map(({ kernel, axis }) => kernel.axes[axis]);
  if (!plain.every(({ kernel: { axes }, axis }) => axes[axis]?.kind === "each" && axes[axis].size === first.size))
    return "its kernels have no parts in common";
  return isAligned(plain) ? null : "a part needs what another part writes";
}

/** The same kernels, as chains where that is worth it, for so many threads. */
export function chain(program: KernelProgram, cuts: Cuts, threads: number): KernelProgram {
  const kernels: Kernel[] = [];
  const chains: Chain[] = [];
  const left = [...program.kernels];
  while (left.length > 0) {
    const links = longest(left, cuts);
    const wanted = links.length >= 2 && (threads > 1 || worthwhile.streams || isScattered(links));
    const piece = wanted ? pieceOf(links) : null;
    if (piece === null) kernels.push(...left.splice(0, 1));
    else {
      const [{ kernel, axis }] = links;
      const parts = kernel.axes[axis].size;
      chains.push({ first: kernels.length, axes: links.map((link) => link.axis), parts, piece });
      for (const link of links) {
        kernels.push(link.kernel);
        left.splice(left.indexOf(link.kernel), 1);
      }
    }
  }
  return { ...program, kernels, chains };
}

/** The longest chain that starts with the first kernel. */
function longest(kernels: readonly Kernel[], cuts: Cuts): readonly Link[] {
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

/** Axes that may be cut, of a size if it is known. */
const axesOf = ({ axes }: Loops, size: number | null): number[] =>
  [...axes.keys()].filter(
    (i) => axes[i].kind === "each" && axes[i].size >= worthwhile.parts && (size === null || axes[i].size === size),
  );

function grow(first: Link, others: readonly Kernel[], cuts: Cuts): readonly Link[] {
  const links = [first];
  const parts = first.kernel.axes[first.axis].size;
  const overtaken: Kernel[] = [];
  for (const kernel of others) {
    if (overtaken.length > farthest) break;
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

/** Whether parts of the one find in the cache what those of the other had there. */
function shares(a: Link, b: Link): boolean {
  const touched = ({ kernel }: Link) => [...readsOf(kernel), ...writesOf(kernel)];
  return touched(a).some((one) =>
    touched(b).some(
      (other) =>
        one.buffer === other.buffer && sameOwner(ownerOf(one, a.kernel, a.axis), ownerOf(other, b.kernel, b.axis)),
    ),
  );
}

/** Whether what a part touches of some buffer is no single stretch: it lies among what the other parts touch. */
function isScattered(links: readonly Link[]): boolean {
  return links.some(({ kernel: { axes }, kernel, axis }) =>
    [...readsOf(kernel), ...writesOf(kernel)].some(({ strides }) => {
      const round = strides[axis] * axes[axis].size;
      return round > 0 && strides.some((stride, i) => axes[i].size > 1 && Math.abs(stride) >= round);
    }),
  );
}

/** How many parts are done together; null if one alone touches too much, or if everything fits at once. */
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
  if (fixed + each > worthwhile.most || fixed + parts * each <= worthwhile.bytes) return null;
  return Math.min(Math.max(1, Math.floor((worthwhile.bytes - fixed) / each)), parts);
}
