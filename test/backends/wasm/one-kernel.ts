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

/** A kernel as WebAssembly. */
interface Compiled {
  readonly kernel: Product;
  readonly written: Schedule;
  readonly bytes: number;
  readonly run: (...parameters: number[]) => void;
}

/** What a run leaves behind. */
export interface Ran {
  /** The contents of each buffer. */
  readonly after: Map<Buffer, TypedArray>;
  readonly written: Schedule;
  readonly bytes: number;
}

function compiled(kernel: Product, relaxed: boolean): Compiled {
  const module = new Module({ initial: pages, maximum: pages, shared: false });
  const written = schedule(kernel, { ...plainMachine, relaxed });
  module.export("run", writeKernel(kernelContext(module, { kernels: [kernel] }), written));
  const bytes = module.bytes();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory },
    math: { exp: Math.exp, tanh: Math.tanh },
  });
  return { kernel, written, bytes: bytes.length, run: exports.run as Compiled["run"] };
}

/** The contents of each buffer after the kernel. */
export const runKernel = (
  kernel: Product,
  given: ReadonlyMap<Buffer, TypedArray>,
  { relaxed = false }: { readonly relaxed?: boolean } = {},
): Ran => runInParts(compiled(kernel, relaxed), given, 1);

/** The units are run in `parts` calls, the last of them first. */
function runInParts(
  { kernel, written, bytes, run }: Compiled,
  given: ReadonlyMap<Buffer, TypedArray>,
  parts: number,
): Ran {
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
  return { after, written, bytes };
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
export function expectSame(kernel: Product, given: ReadonlyMap<Buffer, TypedArray>, within = 0): Ran {
  const expected = expectedOf(kernel, given);
  const routine = compiled(kernel, false);
  const results = [1, 2, 5].map((parts) => runInParts(routine, given, parts));
  for (const [one, reference] of expected) {
    let largest = 0;
    for (const x of reference) largest = Math.max(largest, Math.abs(x));
    for (const { after } of results) {
      const values: ArrayLike<number> = after.get(one) ?? [];
      const wrong = firstDifference(values, reference, within * largest);
      if (wrong >= 0)
        throw new Error(
          `${one.name}[${wrong}] is ${values[wrong]}, not ${reference[wrong]}; ${describe(routine.written)}\n${JSON.stringify(kernel)}`,
        );
    }
  }
  return results[0];
}

/** The first place where numbers differ by more than a bound; -1 where there is none. NaN equals NaN alone. */
function firstDifference(values: ArrayLike<number>, reference: ArrayLike<number>, bound: number): number {
  if (values.length !== reference.length) return Math.min(values.length, reference.length);
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [values[i], reference[i]];
    if (x !== y && !Object.is(x, y) && !(Math.abs(x - y) <= bound)) return i;
  }
  return -1;
}
