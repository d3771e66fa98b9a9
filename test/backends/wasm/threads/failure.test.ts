// A thread that fails, is killed or never answers: the call throws an error at once or after the deadline, or succeeds with correct
// results, and the next program works.
import { compile, full, randn, type Tensor, threadsReady, zeros } from "chainrule";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Module } from "../../../../src/backends/wasm/assembler/assembler.ts";
import { emitProgram } from "../../../../src/backends/wasm/emit.ts";
import { table } from "../../../../src/backends/wasm/layout.ts";
import { programMemory } from "../../../../src/backends/wasm/memory/memory.ts";
import { WasmProgram } from "../../../../src/backends/wasm/program.ts";
import { type Pool, poolFor, type Waiting } from "../../../../src/backends/wasm/threads/pool.ts";
import { writeShare } from "../../../../src/backends/wasm/threads/share.ts";
import type { Buffer, Kernel } from "../../../../src/compiler/kernel.ts";
import { allocate } from "../../../../src/schedule/allocate.ts";
import { plainMachine } from "../../../../src/schedule/machine.ts";
import { scheduleProgram } from "../../../../src/schedule/program.ts";
import { everythingShared, joined, shareAsUsual, shareEverything, together } from "./together.ts";

/** How the programs of a test wait; a test may change it between two runs of a program. */
let waiting: { -readonly [K in keyof Waiting]: Waiting[K] };

beforeEach(async () => {
  waiting = { ...together };
  shareEverything(2, { waiting });
  await threadsReady();
});
afterEach(shareAsUsual);

const size = 2 ** 16;

/** s0 ← 2 · s0; with `fault`, worker threads run other code instead. */
function doubling(state: Tensor, fault: "trap" | "hang" | null): WasmProgram {
  const s0: Buffer = { name: "s0", kind: "state", index: 0, dtype: "float32", shape: [size] };
  const access = { buffer: s0, offset: 0, strides: [1] };
  const kernel: Kernel = {
    ...{ kind: "loops", name: "double", axes: [{ size, kind: "each" }], reductions: [] },
    body: [
      { kind: "load", access, dtype: "float32" },
      { kind: "op", op: "add", operands: [0, 0], dtype: "float32" },
    ],
    stores: [{ access, value: 1, mode: "set" }],
    epilogue: { instructions: [], stores: [] },
  };
  const kernels = scheduleProgram({ buffers: [s0], kernels: [kernel], results: [] }, { ...plainMachine, threads: 2 });
  const allocation = allocate(kernels);
  const emitted = emitProgram(kernels, allocation, {
    memory: programMemory.limits,
    threads: 2,
    sharing: everythingShared,
  });
  const graph = { nodes: [], updates: [], results: [] };
  const bytes = fault === null ? emitted.bytes : faulty(fault, emitted);
  return new WasmProgram({ graph, kernels, allocation, emitted: { ...emitted, bytes, scratch: 64 } }, [state], waiting);
}

/** The same stages with a step that is slow on the calling thread, where it does nothing, and fails on the others. */
function faulty(
  fault: "trap" | "hang",
  { plan, threads, tasks }: ReturnType<typeof emitProgram>,
): Uint8Array<ArrayBuffer> {
  if (plan === null) throw new Error("nothing is shared");
  const module = new Module(programMemory.limits);
  const parameters = ["i32", "i32", "i32", "i32"] as const;
  const part = module.function("part", { parameters, results: [] }, (code, words, scratch) => {
    code.get(words).memory("i32.load", table.scratch).get(scratch).op("i32.ne");
    code.if(() => {
      if (fault === "trap") code.op("unreachable");
      else code.loop((again) => code.br(again));
    });
    const i = code.local("i32");
    code.for(
      i,
      () => code.i32(0),
      () => code.i32(1_000_000),
      1,
      () => {},
    );
  });
  module.export("step0", part);
  module.export(
    "run",
    module.function("run", { parameters: ["i32"], results: [] }, () => {}),
  );
  const shared = [{ callee: part, units: tasks[0].units, mayFail: false, steps: [0] }];
  module.export("share", writeShare(module, shared, { plan, threads, scratch: 64 }));
  return module.bytes();
}

/** Kills all workers, as the system may do; the pool learns of it in a later task of the event loop. */
function kill(): Pool {
  const pool = poolFor(2);
  for (const worker of pool.workers) worker.terminate();
  return pool;
}
const heardOf = (pool: Pool) => expect.poll(() => pool.isOver).toBe(true);

async function worksAgain(): Promise<void> {
  expect(await threadsReady()).toBe(2);
  const state = full([size], 3);
  doubling(state, null).run([]);
  expect(joined()).toBe(1);
  expect(state.data.every((value) => value === 6)).toBe(true);
}

it("a worker that traps is an error at once, and its states are refused until they are assigned", async () => {
  const [state, other] = [full([size], 1), full([4], 5)];
  const program = doubling(state, "trap");
  const start = performance.now();
  expect(() => program.run([])).toThrow("compile: a thread failed: RuntimeError: unreachable");
  expect(performance.now() - start).toBeLessThan(2000);
  expect(() => state.data).toThrow("compile: a call that failed left this state half updated");
  expect(other.toArray()).toEqual([5, 5, 5, 5]);
  state.assign(full([size], 7));
  doubling(state, null).run([]);
  expect(state.data.every((value) => value === 14)).toBe(true);
  await worksAgain();
});

it("a worker that does not return is an error after the deadline", async () => {
  waiting.slices = 4;
  const state = full([size], 1);
  const program = doubling(state, "hang");
  const start = performance.now();
  expect(() => program.run([])).toThrow("compile: a thread did not finish in time");
  expect(performance.now() - start).toBeGreaterThan(150);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(() => state.data).toThrow("half updated");
  await worksAgain();
});

it("a worker that is killed while it waits does not disturb the next call", async () => {
  const state = full([size], 1);
  const program = doubling(state, null);
  program.run([]);
  waiting.forWorkers = false;
  const pool = kill();
  for (let i = 0; i < 5; i++) program.run([]);
  expect(state.data.every((value) => value === 64)).toBe(true);
  await heardOf(pool);
  program.run([]);
  expect(state.data.every((value) => value === 128)).toBe(true);
  waiting.forWorkers = true;
  await worksAgain();
});

it("a worker that is killed at any moment causes neither wrong numbers nor a hang", async () => {
  waiting.slices = 4;
  waiting.forWorkers = false;
  const [a, b, sum] = [randn([200, 200]), randn([200, 200]), zeros([200, 200])];
  const reference = compile(() => a.matmul(b).relu().matmul(b), { threads: 1 })();
  let refused = 0;
  for (let i = 0; i < 25; i++) {
    await threadsReady();
    let pool = poolFor(2);
    const step = compile(() => void sum.assign(a.matmul(b).relu().matmul(b)), { threads: 2 });
    step();
    for (let k = 0; k < 8; k++) {
      if (k === i % 8) pool = kill();
      try {
        step();
        expect(sum.data.every((value, at) => value === reference.data[at])).toBe(true);
      } catch (error) {
        expect(`${error}`).toMatch(/did not finish in time|half updated/);
        refused++;
        sum.assign(zeros([200, 200]));
      }
    }
    await heardOf(pool);
  }
  expect(refused).toBeLessThan(25);
}, 120_000);

it("workers drop programs that were collected, and load more programs than the log has entries", async () => {
  waiting.forWorkers = false;
  for (let i = 0; i < 200; i++) {
    const state = full([size], i);
    doubling(state, null).run([]);
    expect(state.data[size - 1]).toBe(2 * i);
  }
  waiting.forWorkers = true;
  await worksAgain();
});
