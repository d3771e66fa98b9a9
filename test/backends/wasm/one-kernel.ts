// Runs a single kernel as WebAssembly and by the plain loops of test/compiler/interpret.ts, on the same numbers, and compares all buffers
// that the kernel may have written. Guards between the buffers must not change.
import { expect } from "vitest";
import { Module } from "../../../src/backends/wasm/assembler/assembler.ts";
import { writeKernel } from "../../../src/backends/wasm/emit.ts";
import { kernelContext } from "../../../src/backends/wasm/kernel-context.ts";
import { bytesOf } from "../../../src/backends/wasm/layout.ts";
import type { Buffer, Convolution, Matmul, Topk } from "../../../src/compiler/kernel.ts";
import { mapAccesses, readsOf, writesOf } from "../../../src/compiler/kernel-accesses.ts";
import { plainMachine } from "../../../src/schedule/machine.ts";
import { type Schedule, schedule } from "../../../src/schedule/schedule.ts";
import { describe } from "../../../src/schedule/text.ts";
import { allocate, type DType, type TypedArray } from "../../../src/tensor/dtype.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import { interpret } from "../../compiler/interpret.ts";
import { guard, margin, memory, pages, views } from "./guarded-memory.ts";

export type Product = Matmul | Convolution | Topk;

const kinds = { a: "argument", s: "state", t: "temporary" } as const;

/** A row-major buffer by its name, as s1. */
export function buffer(name: string, shape: readonly number[], dtype: DType = "float32"): Buffer {
  const kind = kinds[name[0] as keyof typeof kinds];
  return { name, kind, index: Number(name.slice(1)), dtype, shape };
}

export const buffersOf = (kernel: Product): Buffer[] => [
  ...new Set([...readsOf(kernel), ...writesOf(kernel)].map((access) => access.buffer)),
];

const dataOf = (given: ReadonlyMap<Buffer, TypedArray>, buffer: Buffer): TypedArray =>
  given.get(buffer) ?? allocate(buffer.dtype, sizeOf(buffer.shape)).fill(7);

/** The contents of each buffer after the kernel; the units are run in `parts` calls, the last of them first. */
export function runKernel(
  kernel: Product,
  given: ReadonlyMap<Buffer, TypedArray>,
  { parts = 1, relaxed = false }: { readonly parts?: number; readonly relaxed?: boolean } = {},
): { readonly after: Map<Buffer, TypedArray>; readonly written: Schedule; readonly bytes: number } {
  const module = new Module({ initial: pages, maximum: pages, shared: false });
  const written = schedule(kernel, { ...plainMachine, relaxed });
  module.export("run", writeKernel(kernelContext(module, { kernels: [kernel] }), written));
  const bytes = module.bytes();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory },
    math: { exp: Math.exp, tanh: Math.tanh },
  });
  const run = exports.run as (...parameters: number[]) => void;
  const buffers = buffersOf(kernel);
  const places = new Map<Buffer, number>();
  let end = 1024;
  for (const one of buffers) {
    places.set(one, end);
    end += Math.ceil((sizeOf(one.shape) * bytesOf(one.dtype)) / 64) * 64 + margin;
  }
  const scratch = end;
  end += written.scratchBytes + margin;
  expect(end).toBeLessThan(pages * 65536);
  views.uint8.fill(guard, 0, end);
  const viewOf = (one: Buffer): TypedArray => {
    const first = (places.get(one) ?? 0) / bytesOf(one.dtype);
    return views[one.dtype].subarray(first, first + sizeOf(one.shape));
  };
  for (const one of buffers) viewOf(one).set(dataOf(given, one));
  const { units, buffers: pointers } = written;
  const cuts = Array.from({ length: parts + 1 }, (_, i) => Math.floor((i * units) / parts));
  for (let part = parts - 1; part >= 0; part--) {
    views.float32.fill(Number.NaN, scratch / 4, scratch / 4 + Math.ceil(written.scratchBytes / 4));
    run(...pointers.map((one) => places.get(one) ?? 0), scratch, cuts[part], cuts[part + 1], 0);
  }
  const after = new Map(buffers.map((one) => [one, viewOf(one).slice()]));
  for (const one of buffers) viewOf(one).fill(0);
  for (const one of buffers) {
    const from = (places.get(one) ?? 0) + sizeOf(one.shape) * bytesOf(one.dtype);
    expect(views.uint8.subarray(from, from + margin).every((byte) => byte === guard)).toBe(true);
  }
  expect(views.uint8.subarray(scratch + written.scratchBytes, end).every((byte) => byte === guard)).toBe(true);
  return { after, written, bytes: bytes.length };
}

/** The contents of each buffer by the definition. */
export function expectedOf(kernel: Product, given: ReadonlyMap<Buffer, TypedArray>): Map<Buffer, TypedArray> {
  const buffers = buffersOf(kernel);
  // The interpreter fills temporaries with arbitrary numbers; here all buffers are states, so that their contents are defined.
  const homes = new Map(buffers.map((one, index): [Buffer, Buffer] => [one, { ...one, kind: "state", index }]));
  const moved = mapAccesses(kernel, (access) => ({ ...access, buffer: homes.get(access.buffer) ?? access.buffer }));
  const states = buffers.map((one) => ({ shape: one.shape, dtype: one.dtype, data: dataOf(given, one) }));
  const after = interpret({ buffers: [...homes.values()], kernels: [moved], results: [] }, [], states).states;
  return new Map(buffers.map((one, i) => [one, after[i].data]));
}

/** Checks that both agree, for every division of the work: to the bit, or, for floats, within `within` of the largest. */
export function expectSame(
  kernel: Product,
  given: ReadonlyMap<Buffer, TypedArray>,
  within = 0,
): ReturnType<typeof runKernel> {
  const expected = expectedOf(kernel, given);
  const results = [1, 2, 5].map((parts) => runKernel(kernel, given, { parts }));
  for (const { after } of results) {
    for (const [one, values] of after) {
      const reference: ArrayLike<number> = expected.get(one) ?? [];
      const bound = within * Array.from(reference).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const wrong = values.findIndex((value, i) => {
        const difference = Math.abs(value - reference[i]);
        return !(Object.is(value, reference[i]) || value === reference[i] || difference <= bound);
      });
      if (wrong >= 0)
        throw new Error(
          `${one.name}[${wrong}] is ${values[wrong]}, not ${reference[wrong]}; ${describe(results[0].written)}\n${JSON.stringify(kernel)}`,
        );
    }
  }
  return results[0];
}
