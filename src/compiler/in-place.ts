// What a kernel reads for the last time, element for element where it writes something new, is overwritten: two temporaries become one.
// So less memory is touched, and a line of the cache that was read is the one that is written. Kernels treat states like this
// anyway: each point reads its element before it writes it.
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
  /** Of each buffer that is overwritten the one that it becomes. */
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
  return { ...program, buffers, kernels: kernels.map((kernel) => moved(kernel, of)) };
}

/** The temporaries that a kernel reads just where it stores, and does nothing else with, of the same type as what it stores. */
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

/** The same kernel on other buffers. */
function moved(kernel: Kernel, of: (buffer: Buffer) => Buffer): Kernel {
  const access = (at: Access): Access => ({ ...at, buffer: of(at.buffer) });
  const line = (instruction: Instruction): Instruction => {
    switch (instruction.kind) {
      case "load":
        return { ...instruction, access: access(instruction.access) };
      case "randomBits":
        return { ...instruction, key: access(instruction.key), counter: access(instruction.counter) };
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
