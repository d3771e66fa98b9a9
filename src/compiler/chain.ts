// Which kernels may be a chain. A softmax is three loop nests over all rows; for each row the second needs only what the first wrote for this
// row. If such kernels are cut into parts along their rows, all of them can run on some parts, then all on the next parts, so that the
// values that they pass on are still in the cache. Each kernel computes the same for each part as without a chain, so no bit changes. Only
// the order changes, so buffers live as long as their chain (schedule/allocate.ts). schedule/chain.ts decides which kernels are worth a chain.
import type { Access, Buffer, Kernel, Loops } from "./kernel.ts";
import { instructionsOf, mayFail, readsOf, writesOf } from "./kernel-accesses.ts";

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

/** Whether both give every element to the same part. */
export const sameOwner = (a: Owner | null, b: Owner | null): boolean =>
  a !== null && b !== null && a.stride === b.stride && a.shift === b.shift;

/** A kernel of a chain, and the axis along which it is cut into parts. */
export interface Link {
  readonly kernel: Loops;
  readonly axis: number;
}

/** Whether a kernel is a loop nest that cannot fail: no axis of size 0, no random numbers, no indirection. */
export function isPlain(kernel: Kernel): kernel is Loops {
  if (kernel.kind !== "loops") return false;
  let known = plain.get(kernel);
  if (known === undefined) {
    known =
      kernel.axes.every(({ size }) => size > 0) &&
      !mayFail(kernel) &&
      instructionsOf(kernel).every((line) => line.kind !== "randomBits");
    plain.set(kernel, known);
  }
  return known;
}

/** Each kernel is asked about for every chain that it might join. */
const plain = new WeakMap<Kernel, boolean>();

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
