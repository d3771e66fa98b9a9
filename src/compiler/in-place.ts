// Lets a kernel overwrite a temporary in place: where its last reader writes a new temporary of the same type at exactly the places that
// it reads, the two become one buffer. So less memory is touched, and a cache line that was read is the one that is written. It is safe
// because each point of a kernel reads its element before it writes it, as states need anyway.
import { sizeOf } from "../tensor/shape.ts";
import {
  type Access,
  type Buffer,
  type Epilogue,
  type Instruction,
  type Kernel,
  type KernelProgram,
  type Loops,
  readsOf,
  type Store,
  sameAccess,
  withWords,
  writesOf,
} from "./kernel.ts";

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
    if (kernel.kind !== "loops") continue;
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
  return { ...program, buffers, kernels: kernels.map((kernel) => withBuffers(kernel, of)) };
}

/** The temporaries, of the type of the stored one, that a kernel reads only at the place where it stores, and does not write. */
function readLike(store: Access, kernel: Loops): Buffer[] {
  const { dtype, shape } = store.buffer;
  const plain = kernel.body.flatMap((line) =>
    line.kind === "load" && !line.indirection && sameAccess(line.access, store) ? [line.access.buffer] : [],
  );
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

/** The kernel with its buffers replaced. */
function withBuffers(kernel: Kernel, of: (buffer: Buffer) => Buffer): Kernel {
  const access = (at: Access): Access => ({ ...at, buffer: of(at.buffer) });
  const line = (instruction: Instruction): Instruction => {
    switch (instruction.kind) {
      case "load":
        return { ...instruction, access: access(instruction.access) };
      case "randomBits":
        return withWords(instruction, access);
      case "constant":
      case "position":
      case "op":
        return instruction;
      default:
        return instruction satisfies never;
    }
  };
  const store = (one: Store): Store => ({ ...one, access: access(one.access) });
  const epilogue = ({ instructions, stores }: Epilogue): Epilogue => ({
    instructions: instructions.map(line),
    stores: stores.map(store),
  });
  switch (kernel.kind) {
    case "loops": {
      const { body, stores } = kernel;
      return { ...kernel, body: body.map(line), stores: stores.map(store), epilogue: epilogue(kernel.epilogue) };
    }
    case "scan":
      return { ...kernel, body: kernel.body.map(line), store: access(kernel.store) };
    case "matmul":
      return { ...kernel, a: access(kernel.a), b: access(kernel.b), epilogue: epilogue(kernel.epilogue) };
    case "convolution":
      return { ...kernel, x: access(kernel.x), w: access(kernel.w), epilogue: epilogue(kernel.epilogue) };
    case "topk":
      return { ...kernel, x: access(kernel.x), y: access(kernel.y) };
    default:
      return kernel satisfies never;
  }
}
