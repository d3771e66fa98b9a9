// Lets a kernel overwrite a temporary in place: where its last reader writes a new temporary of the same type at exactly the places that
// it reads, the two become one buffer. So less memory is touched, and a cache line that was read is the one that is written. It is safe
// because each point of a kernel reads its element before it writes it, as states need anyway.
import { sizeOf } from "../tensor/shape.ts";
import { type Access, type Buffer, type Kernel, type KernelProgram, ownerOf, sameAccess } from "./kernel.ts";
import { mapAccesses, placesOf, readsOf, writesOf } from "./kernel-accesses.ts";

export function inPlace(program: KernelProgram): KernelProgram {
  const { kernels, results, repeats = [] } = program;
  // The kernels of a loop were done when the loop was lowered, and each reads its buffers again and again.
  const isRepeated = (at: number) => repeats.some(({ first, count }) => at >= first && at < first + count);
  const [first, last] = [new Map<Buffer, number>(), new Map<Buffer, number>()];
  for (const [at, kernel] of kernels.entries()) {
    for (const { access } of placesOf(kernel)) {
      const buffer = ownerOf(access.buffer);
      if (!first.has(buffer)) first.set(buffer, at);
      last.set(buffer, at);
    }
  }
  for (const buffer of results) last.set(buffer, kernels.length);
  /** For each buffer that is overwritten, the buffer that it becomes. */
  const becomes = new Map<Buffer, Buffer>();
  for (const [at, kernel] of kernels.entries()) {
    if (isRepeated(at)) continue;
    const loads = loadsOf(kernel, (buffer) => last.get(buffer) === at);
    if (loads.length === 0) continue;
    for (const { access, mode, indirection } of kernel.stores) {
      const { buffer } = access;
      if (buffer.kind !== "temporary" || first.get(buffer) !== at || mode !== "set" || indirection) continue;
      if (writesOf(kernel).filter((write) => write.buffer === buffer).length !== 1) continue;
      const old = loads.find((load) => !becomes.has(load.buffer) && isReadLike(load, access, kernel));
      if (old !== undefined) becomes.set(old.buffer, buffer);
    }
  }
  if (becomes.size === 0) return program;
  const of = (buffer: Buffer): Buffer => {
    const next = becomes.get(buffer);
    return next === undefined ? buffer : of(next);
  };
  const windows = new Map<Buffer, Buffer>();
  /** A window of a buffer that another one becomes is a window of that one. */
  const moved = (buffer: Buffer): Buffer => {
    const { window } = buffer;
    if (window === undefined) return of(buffer);
    const known = windows.get(buffer);
    if (known !== undefined) return known;
    const owner = moved(window.of);
    const made = owner === window.of ? buffer : { ...buffer, window: { ...window, of: owner } };
    windows.set(buffer, made);
    return made;
  };
  const buffers = program.buffers.filter((buffer) => !becomes.has(buffer)).map(moved);
  const touches = (kernel: Kernel) => placesOf(kernel).some(({ access }) => moved(access.buffer) !== access.buffer);
  const replaced = kernels.map((kernel) =>
    touches(kernel) ? mapAccesses(kernel, (at) => ({ ...at, buffer: moved(at.buffer) })) : kernel,
  );
  return { ...program, buffers, kernels: replaced };
}

/** The loads from temporaries that a kernel reads last. */
const loadsOf = ({ body }: Kernel, isLast: (buffer: Buffer) => boolean): Access[] =>
  body.flatMap((line) => {
    if (line.kind !== "load" || line.indirection || line.access.buffer.kind !== "temporary") return [];
    return isLast(line.access.buffer) ? [line.access] : [];
  });

/**
 * Whether a kernel reads a buffer, of the type of the stored one, only at the place where it stores, and does not write it: all accesses of
 * the buffer are loads from there.
 */
function isReadLike(load: Access, store: Access, kernel: Kernel): boolean {
  const { buffer } = load;
  const { dtype, shape } = store.buffer;
  if (buffer.dtype !== dtype || !sameAccess(load, store) || sizeOf(buffer.shape) !== sizeOf(shape)) return false;
  const isAlike = (access: Access) => access.buffer === buffer && sameAccess(access, store);
  const count = kernel.body.filter((line) => line.kind === "load" && !line.indirection && isAlike(line.access)).length;
  const all = [...readsOf(kernel), ...writesOf(kernel)].filter((access) => access.buffer === buffer);
  return all.length === count;
}
