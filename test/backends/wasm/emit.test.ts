// Programs as one module: steps read the addresses of their buffers from the table, and run executes them in order and stops at a failure.
import { describe, expect, it } from "vitest";
import { emitProgram, mathImports } from "../../../src/backends/wasm/emit.ts";
import { table } from "../../../src/backends/wasm/layout.ts";
import type { Buffer, Instruction, Kernel, KernelProgram } from "../../../src/compiler/kernel.ts";
import { plainMachine } from "../../../src/schedule/machine.ts";
import { scheduleProgram } from "../../../src/schedule/program.ts";
import { describe as describeSchedule } from "../../../src/schedule/text.ts";
import type { DType } from "../../../src/tensor/dtype.ts";

const memory = new WebAssembly.Memory({ initial: 16, maximum: 16 });
const [floats, ints, doubles] = [
  new Float32Array(memory.buffer),
  new Int32Array(memory.buffer),
  new Float64Array(memory.buffer),
];
const places = { table: 1024, arena: 4096, scratch: 65536, state: 131072 };

const buffer = (name: string, size: number, dtype: DType = "float32"): Buffer => {
  const kind = ({ a: "argument", s: "state", t: "temporary" } as const)[name[0] as "a" | "s" | "t"];
  return { name, kind, index: Number(name.slice(1)), dtype, shape: [size] };
};
const load = (from: Buffer): Instruction => ({
  kind: "load",
  access: { buffer: from, offset: 0, strides: [1] },
  dtype: from.dtype,
});

/** A kernel that computes `to` from `from`, element by element. */
function map(from: readonly Buffer[], to: Buffer, body: readonly Instruction[]): Kernel {
  return {
    kind: "loops",
    name: `to-${to.name}`,
    axes: [{ size: to.shape[0], kind: "each" }],
    body: [...from.map(load), ...body],
    stores: [
      {
        access: { buffer: to, offset: 0, strides: [1] },
        value: from.length + body.length - 1,
        mode: "set",
      },
    ],
    reductions: [],
    epilogue: { instructions: [], stores: [] },
  };
}

function start(program: KernelProgram, offsets: ReadonlyMap<Buffer, number>) {
  const scheduled = scheduleProgram(program, plainMachine);
  const emitted = emitProgram(scheduled, { offsets }, { memory: { initial: 16, maximum: 16, shared: false } });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(emitted.bytes), {
    env: { memory },
    math: mathImports,
  });
  const word = (offset: number) => (places.table + offset) / 4;
  ints[word(table.arena)] = places.arena;
  ints[word(table.scratch)] = places.scratch;
  ints[word(table.failure)] = 0;
  ints[word(table.states)] = places.state;
  const call = (name: string, ...words: number[]) =>
    (exports[name] as (...words: number[]) => void)(places.table, ...words);
  return { scheduled, emitted, call, failure: () => [ints[word(table.failure)], ints[word(table.value)]] };
}

const add = (operands: readonly number[], dtype: DType = "float32"): Instruction => ({
  kind: "op",
  op: "add",
  operands,
  dtype,
});

describe("a program", () => {
  const [a0, t0, s0] = [buffer("a0", 10), buffer("t0", 10), buffer("s0", 10)];
  const program = {
    buffers: [a0, t0, s0],
    kernels: [map([a0], t0, [add([0, 0])]), map([t0, s0], s0, [add([0, 1])])],
    results: [t0],
  };
  const offsets = new Map([
    [a0, 0],
    [t0, 64],
  ]);

  it("runs its steps in order on arguments, temporaries and states", () => {
    const { scheduled, emitted, call, failure } = start(program, offsets);
    for (let i = 0; i < 10; i++) {
      floats[places.arena / 4 + i] = i;
      floats[places.state / 4 + i] = 100;
    }
    call("run");
    call("run");
    expect([...floats.subarray(places.state / 4, places.state / 4 + 10)]).toEqual(
      Array.from({ length: 10 }, (_, i) => 100 + 4 * i),
    );
    expect(failure()[0]).toBe(0);
    expect(scheduled.schedules.map(describeSchedule)).toEqual([
      "one unit, lanes along 10, 3 vectors at a time",
      "one unit, lanes along 10, 3 vectors at a time",
    ]);
    expect(emitted.tasks).toEqual([
      { steps: [0], units: 1 },
      { steps: [1], units: 1 },
    ]);
    expect({ scratch: emitted.scratch, sites: emitted.sites }).toEqual({ scratch: 0, sites: [] });
  });

  it("exports each step as well", () => {
    const { call } = start(program, offsets);
    floats[places.arena / 4] = 3;
    call("step0", places.scratch, 0, 1);
    expect(floats[places.arena / 4 + 16]).toBe(6);
  });

  it("may be empty", () => {
    start({ buffers: [], kernels: [], results: [] }, new Map()).call("run");
  });
});

it("float64 uses the op table's own functions", () => {
  const [a0, t0] = [buffer("a0", 5, "float64"), buffer("t0", 5, "float64")];
  const names = ["exp", "expm1", "log", "log1p", "sin", "cos", "atan", "erf", "tanh", "sigmoid"] as const;
  for (const name of names) {
    const kernels = [map([a0], t0, [{ kind: "op", op: name, operands: [0], dtype: "float64" }])];
    const { call } = start(
      { buffers: [a0, t0], kernels, results: [t0] },
      new Map([
        [a0, 0],
        [t0, 64],
      ]),
    );
    const at = places.arena / 8;
    doubles.set([0.3, 1, 2.5, 700, 0], at);
    call("run");
    expect([...doubles.subarray(at + 8, at + 13)]).toEqual([0.3, 1, 2.5, 700, 0].map(mathImports[name]));
  }
});

it("run stops after a step that read an index out of range", () => {
  const [a0, a1, t0, s0] = [buffer("a0", 6, "int32"), buffer("a1", 6), buffer("t0", 6), buffer("s0", 6)];
  const gather: Kernel = {
    ...map([a0], t0, []),
    kind: "loops",
    stores: [{ access: { buffer: t0, offset: 0, strides: [1] }, value: 1, mode: "set" }],
    reductions: [],
    epilogue: { instructions: [], stores: [] },
    body: [
      load(a0),
      {
        kind: "load",
        access: { buffer: a1, offset: 0, strides: [0] },
        indirection: { value: 0, stride: 1, size: 6 },
        dtype: "float32",
      },
    ],
  };
  const { emitted, call, failure } = start(
    { buffers: [a0, a1, t0, s0], kernels: [gather, map([t0], s0, [add([0, 0])])], results: [] },
    new Map([
      [a0, 0],
      [a1, 64],
      [t0, 128],
    ]),
  );
  ints.set([0, 5, 1, -7, 2, 9], places.arena / 4);
  floats[places.state / 4] = 77;
  call("run");
  expect(failure()).toEqual([1, -7]);
  expect(emitted.sites).toEqual([{ call: "gather", size: 6 }]);
  expect(floats[places.state / 4]).toBe(77);
});
