// Lets a kernel overwrite a temporary in place: where its last reader writes a new temporary of the same type at exactly the places that
// it reads, the two become one buffer. So less memory is touched, and a cache line that was read is the one that is written. It is safe
// because each point of a kernel reads its element before it writes it, as states need anyway.
import { sizeOf } from "../tensor/shape.ts";
import { type Access, type Buffer, type Kernel, type KernelProgram, sameAccess } from "./kernel.ts";
import { mapAccesses, placesOf, readsOf, writesOf } from "./kernel-accesses.ts";

export function inPlace(program: KernelProgram): KernelProgram {
  const { kernels, results } = program;
  const [first, last] = [new Map<Buffer, number>(), new Map<Buffer, number>()];
  for (const [at, kernel] of kernels.entries()) {
    for (const { buffer } of [...readsOf(kernel), ...writesOf(kernel)]) {
      if (!first.has(buffer)) first.set(buffer, at);
      last.set(buffer, at);
    }
  }
  for (const buffer of results) last.set(buffer, kernels.length);
  /** For each buffer that is overwritten, the buffer that it becomes. */
  const becomes = new Map<Buffer, Buffer>();
  for (const [at, kernel] of kernels.entries()) {
    for (const { access, mode, indirection } of kernel.stores) {
      const { buffer } = access;
      const isNew =
        first.get(buffer) === at && writesOf(kernel).filter((write) => write.buffer === buffer).length === 1;
      if (buffer.kind !== "temporary" || !isNew || mode !== "set" || indirection) continue;
      const old = readLike(access, kernel).find((read) => last.get(read) === at && !becomes.has(read));
      if (old !== undefined) becomes.set(old, buffer);
    }
  }
  if (becomes.size === 0) return program;
  const of = (buffer: Buffer): Buffer => {
    const next = becomes.get(buffer);
    return next === undefined ? buffer : of(next);
  };
  const buffers = program.buffers.filter((buffer) => !becomes.has(buffer));
  const touches = (kernel: Kernel) => placesOf(kernel).some(({ access }) => becomes.has(access.buffer));
  const replaced = kernels.map((kernel) =>
    touches(kernel) ? mapAccesses(kernel, (at) => ({ ...at, buffer: of(at.buffer) })) : kernel,
  );
  return { ...program, buffers, kernels: replaced };
}

/** The temporaries, of the type of the stored one, that a kernel reads only at the place where it stores, and does not write. */
function readLike(store: Access, kernel: Kernel): Buffer[] {
  const { dtype, shape } = store.buffer;
  const plain = kernel.body.flatMap((line) =>
    line.kind === "load" && !line.indirection && sameAccess(line.access, store) ? [line.access.buffer] : [],
  );
  if (plain.length === 0) return plain;
  const all = [...readsOf(kernel), ...writesOf(kernel)].map(({ buffer }) => buffer);
  const count = (list: readonly Buffer[], buffer: Buffer) => list.filter((other) => other === buffer).length;
  return [...new Set(plain)].filter(
    (buffer) =>
      buffer.kind === "temporary" &&
      buffer.dtype === dtype &&
      sizeOf(buffer.shape) === sizeOf(shape) &&
      count(all, buffer) === count(plain, buffer),
  );
}
