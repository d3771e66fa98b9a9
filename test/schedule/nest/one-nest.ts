// Runs one loop nest or scan as WebAssembly, with several divisions of its units of work, and by the plain loops of the interpreter, on the
// same numbers; then compares its buffers and the guards between them.
import { expect } from "vitest";
import { Module } from "../../../src/backends/wasm/assembler/assembler.ts";
import { mathImports, writeKernel } from "../../../src/backends/wasm/emit.ts";
import { kernelContext, type Site } from "../../../src/backends/wasm/kernel-context.ts";
import { bytesOf, table } from "../../../src/backends/wasm/layout.ts";
import type { Access, Buffer, Loops, Scan } from "../../../src/compiler/kernel.ts";
import { readsOf, writesOf } from "../../../src/compiler/kernel-accesses.ts";
import { scheduleNest } from "../../../src/schedule/nest/schedule.ts";
import { describe } from "../../../src/schedule/text.ts";
import type { DType, TypedArray } from "../../../src/tensor/dtype.ts";
import { guard, margin, memory, pages, views } from "../../backends/wasm/guarded-memory.ts";
import { interpret } from "../../compiler/interpret.ts";

/** Buffers of a test are states, so that their contents are defined before and readable afterwards. */
export class Buffers {
  readonly all: Buffer[] = [];
  readonly data: TypedArray[] = [];

  add(dtype: DType, data: ArrayLike<number>): Buffer {
    const index = this.all.length;
    const buffer = { name: `s${index}`, kind: "state", index, dtype, shape: [data.length] } as const;
    this.all.push(buffer);
    this.data.push(new (views[dtype].constructor as new (data: ArrayLike<number>) => TypedArray)(data));
    return buffer;
  }
}

export const access = (buffer: Buffer, strides: readonly number[], offset = 0): Access => ({ buffer, offset, strides });

export interface Outcome {
  readonly after: TypedArray[];
  readonly description: string;
  readonly failure: { readonly site: Site; readonly value: number } | null;
}

/** A kernel as WebAssembly. */
interface Compiled {
  readonly schedule: ReturnType<typeof scheduleNest>;
  readonly sites: readonly Site[];
  readonly run: (...parameters: number[]) => void;
}

function compiled(kernel: Loops | Scan): Compiled {
  const module = new Module({ initial: pages, maximum: pages, shared: false });
  const context = kernelContext(module, { kernels: [kernel] });
  const schedule = scheduleNest(kernel);
  module.export("run", writeKernel(context, schedule));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
    env: { memory },
    math: mathImports,
  });
  return { schedule, sites: context.sites, run: exports.run as Compiled["run"] };
}

/** The contents of the buffers after all units were run. */
export const runNest = (kernel: Loops | Scan, buffers: Buffers): Outcome => runInParts(compiled(kernel), buffers, 1);

/** The units are run in `parts` calls, the last first. */
function runInParts({ schedule, sites, run }: Compiled, { all, data }: Buffers, parts: number): Outcome {
  const tableAt = 1024;
  const places: number[] = [];
  let end = 2048;
  for (const [i, buffer] of all.entries()) {
    places.push(end);
    end += Math.ceil((data[i].length * bytesOf(buffer.dtype)) / 64) * 64 + margin;
  }
  expect(end).toBeLessThan(pages * 65536);
  views.uint8.fill(guard, 0, end);
  views.uint8.fill(0, tableAt, tableAt + table.states);
  const viewOf = (i: number) => {
    const first = places[i] / bytesOf(all[i].dtype);
    return views[all[i].dtype].subarray(first, first + data[i].length);
  };
  for (const i of all.keys()) viewOf(i).set(data[i]);
  const { units, buffers: pointers } = schedule;
  const cuts = Array.from({ length: parts + 1 }, (_, i) => Math.floor((i * units) / parts));
  for (let part = parts - 1; part >= 0; part--)
    run(...pointers.map(({ index }) => places[index]), 0, cuts[part], cuts[part + 1], tableAt);
  const after = all.map((_, i) => viewOf(i).slice());
  for (const i of all.keys()) {
    const from = places[i] + data[i].length * bytesOf(all[i].dtype);
    const to = i + 1 < all.length ? places[i + 1] : end;
    if (!views.uint8.subarray(from, to).every((byte) => byte === guard))
      throw new Error(`${all[i].name} is written past its end; ${describe(schedule)}`);
  }
  const failure = views.int32[(tableAt + table.failure) / 4];
  return {
    after,
    description: describe(schedule),
    failure: failure === 0 ? null : { site: sites[failure - 1], value: views.int32[(tableAt + table.value) / 4] },
  };
}

const used = (kernel: Loops | Scan): Set<Buffer> =>
  new Set([...readsOf(kernel), ...writesOf(kernel)].map(({ buffer }) => buffer));

/** Checks that both agree, for every division of the work: to the bit (but for the sign of 0), or within a number of ulps. */
export function expectSame(kernel: Loops | Scan, buffers: Buffers, note = "", ulp = 0): TypedArray[] {
  const { all, data } = buffers;
  for (const buffer of used(kernel)) expect(all).toContain(buffer);
  const states = all.map(({ dtype, shape }, i) => ({ dtype, shape, data: data[i] }));
  const expected = interpret({ buffers: all, kernels: [kernel], results: [] }, [], states).states;
  const routine = compiled(kernel);
  for (const parts of [1, 3]) {
    const { after, description } = runInParts(routine, buffers, parts);
    for (const [i, values] of after.entries()) {
      const want = expected[i].data;
      const wrong = firstDifference(values, want, ulp);
      if (wrong >= 0)
        throw new Error(
          `${all[i].name}[${wrong}] is ${values[wrong]}, not ${want[wrong]}; ${parts} parts; ${description}; ${note}\n${JSON.stringify(kernel)}`,
        );
    }
  }
  return expected.map((state) => state.data);
}

/** The first place where numbers differ by more than a number of ulps; -1 where there is none. */
function firstDifference(values: ArrayLike<number>, want: ArrayLike<number>, ulp: number): number {
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [values[i], want[i]];
    if (x === y || Object.is(x, y)) continue;
    if (!(Math.abs(x - y) <= ulp * Math.max(2 ** -23 * Math.abs(y), 2 ** -149))) return i;
  }
  return -1;
}
