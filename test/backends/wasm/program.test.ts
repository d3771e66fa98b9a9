// A program from kernels to results: arguments, states and results, and the states after a failure.
import { full, type Tensor, tensor, zeros } from "chainrule";
import { describe, expect, it } from "vitest";
import { emitProgram } from "../../../src/backends/wasm/emit.ts";
import { arena } from "../../../src/backends/wasm/memory/arena.ts";
import { programMemory } from "../../../src/backends/wasm/memory/memory.ts";
import { WasmProgram } from "../../../src/backends/wasm/program.ts";
import { printChapters } from "../../../src/compiler/chapters.ts";
import type { Access, Buffer, Instruction, Kernel, Loops, Store } from "../../../src/compiler/kernel.ts";
import { allocate, verifyAllocation } from "../../../src/schedule/allocate.ts";
import { plainMachine } from "../../../src/schedule/machine.ts";
import { scheduleProgram } from "../../../src/schedule/program.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { sizeOf, stridesOf } from "../../../src/tensor/shape.ts";

const kinds = { a: "argument", s: "state", t: "temporary" } as const;

function buffer(name: string, shape: readonly number[], dtype: DType = "float32"): Buffer {
  const kind = kinds[name[0] as keyof typeof kinds];
  return { name, kind, index: Number(name.slice(1)), dtype, shape };
}

const whole = (buffer: Buffer): Access => ({ buffer, offset: 0, strides: stridesOf(buffer.shape) });
const load = (access: Access): Instruction => ({ kind: "load", access, dtype: access.buffer.dtype });
const store = (buffer: Buffer, value: number): Store => ({ access: whole(buffer), value, mode: "set" });

const loops = (
  name: string,
  shape: readonly number[],
  body: readonly Instruction[],
  stores: readonly Store[],
): Loops => ({
  ...{ kind: "loops", name, body, stores, reductions: [] },
  axes: shape.map((size) => ({ size, kind: "each" })),
  epilogue: { instructions: [], stores: [] },
});

function programOf(
  kernels: readonly Kernel[],
  buffers: readonly Buffer[],
  results: readonly Buffer[],
  states: readonly Tensor[],
) {
  const program = scheduleProgram({ kernels, buffers, results }, plainMachine);
  const allocation = allocate(program);
  verifyAllocation(program, allocation);
  const emitted = emitProgram(program, allocation, { memory: programMemory.limits });
  return new WasmProgram(
    { graph: { nodes: [], updates: [], results: [] }, kernels: program, allocation, emitted },
    states,
  );
}

/** t0 = s0 + a0, then s0 ← t0 */
function accumulator(shape: readonly number[], state: Tensor): WasmProgram {
  const [a, s, t] = [buffer("a0", shape), buffer("s0", shape), buffer("t0", shape)];
  const add: Instruction = { kind: "op", op: "add", operands: [0, 1], dtype: "float32" };
  const kernels = [
    loops("add", shape, [load(whole(s)), load(whole(a)), add], [store(t, 2)]),
    loops("keep", shape, [load(whole(t))], [store(s, 0)]),
  ];
  return programOf(kernels, [a, s, t], [t], [state]);
}

const numbersOf = (program: WasmProgram, args: readonly Tensor[]) => program.run(args).map(({ data }) => [...data]);

describe("a run", () => {
  it("reads arguments, changes states in place, and returns new arrays", () => {
    const total = tensor([1, 2, 3]);
    const program = accumulator([3], total);
    const [first] = program.run([tensor([10, 20, 30])]);
    expect(total.toArray()).toEqual([11, 22, 33]);
    expect(total.version).toBe(1);
    const [second] = program.run([tensor([100, 100, 100])]);
    expect([...first.data]).toEqual([11, 22, 33]);
    expect([...second.data]).toEqual([111, 122, 133]);
    expect(total.toArray()).toEqual([111, 122, 133]);
    expect(total.version).toBe(2);
  });

  it("reads contents that were assigned between calls", () => {
    const total = tensor([1]);
    const program = accumulator([1], total);
    program.run([tensor([1])]);
    total.assign(tensor([100]));
    program.run([tensor([1])]);
    expect(total.item()).toBe(101);
    const kept = total.detach();
    program.run([tensor([1])]);
    expect([kept.item(), total.item()]).toEqual([101, 102]);
  });

  it("shares states with other programs, and arguments may be their states", () => {
    const [one, other] = [tensor([1, 1]), tensor([5, 5])];
    const [first, second, third] = [accumulator([2], one), accumulator([2], one), accumulator([2], other)];
    first.run([tensor([1, 2])]);
    second.run([tensor([10, 20])]);
    expect(one.toArray()).toEqual([12, 23]);
    expect(numbersOf(third, [one])).toEqual([[17, 28]]);
    expect(numbersOf(first, [other])).toEqual([[29, 51]]);
  });

  it("survives growth of the memory and of the arena", () => {
    const small = tensor([1, 1]);
    const program = accumulator([2], small);
    program.run([tensor([1, 1])]);
    const before = arena.address;
    const size = (arena.bytes + 2 ** 22) / 4;
    const large = zeros([size]);
    const next = accumulator([size], large);
    expect(arena.address).not.toBe(before);
    next.run([full([size], 2)]);
    program.run([tensor([1, 1])]);
    expect(small.toArray()).toEqual([3, 3]);
    expect(large.data.every((value) => value === 2)).toBe(true);
  });

  it("copies every dtype, and no bytes where there are none", () => {
    for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const) {
      for (const shape of [[5], [0], []]) {
        const [a, s, t] = [buffer("a0", shape, dtype), buffer("s0", shape, dtype), buffer("t0", shape, dtype)];
        const kernels = [
          loops("out", shape, [load(whole(s))], [store(t, 0)]),
          loops("in", shape, [load(whole(a))], [store(s, 0)]),
        ];
        const ones = Array.from({ length: sizeOf(shape) }, (_, i) => (i + 1) % 2);
        const given = shape.length === 0 ? tensor(1, { dtype }) : tensor(ones, { dtype });
        const state = zeros(shape, { dtype });
        expect(numbersOf(programOf(kernels, [a, s, t], [t, a], [state]), [given])).toEqual([ones.map(() => 0), ones]);
        expect(state.data).toEqual(given.data);
      }
    }
  });

  it("does not copy arguments that no kernel reads", () => {
    const [a0, a1, t] = [buffer("a0", [1000]), buffer("a1", [2]), buffer("t0", [2])];
    const program = programOf([loops("copy", [2], [load(whole(a1))], [store(t, 0)])], [a0, a1, t], [t], []);
    expect(numbersOf(program, [zeros([1000]), tensor([3, 4])])).toEqual([[3, 4]]);
    expect(printChapters(program.chapters())).not.toContain("a0 float32[1000] 4000 bytes");
  });
});

describe("an index out of range", () => {
  /** s0 ← a1 before or after t0 = a1[a0] */
  function gathering(order: "before" | "after", state: Tensor): WasmProgram {
    const [a0, a1, s0, t0] = [buffer("a0", [3], "int32"), buffer("a1", [10]), buffer("s0", [10]), buffer("t0", [3])];
    const place = { value: 0, stride: 1, size: 10 };
    const element: Instruction = {
      ...{ kind: "load", dtype: "float32", indirection: place },
      access: { buffer: a1, offset: 0, strides: [0] },
    };
    const gather = loops("gather", [3], [load(whole(a0)), element], [store(t0, 1)]);
    const keep = loops("keep", [10], [load(whole(a1))], [store(s0, 0)]);
    const kernels = order === "before" ? [keep, gather] : [gather, keep];
    return programOf(kernels, [a0, a1, s0, t0], [t0], [state]);
  }
  const places = (...values: number[]) => tensor(values, { dtype: "int32" });
  const values = tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

  it("is named in an error, and the next call works", () => {
    const program = gathering("after", zeros([10]));
    expect(() => program.run([places(1, 12, 99), values])).toThrow("gather: index 12 is outside of 0 to 9");
    expect(() => program.profile([places(0, 0, -1), values])).toThrow("gather: index -1 is outside of 0 to 9");
    expect(numbersOf(program, [places(3, 9, 0), values])).toEqual([[3, 9, 0]]);
  });

  it("leaves states unchanged if no kernel had written to them", () => {
    const state = full([10], 7);
    const program = gathering("after", state);
    expect(() => program.run([places(10, 0, 0), values])).toThrow("gather");
    expect(state.data.every((value) => value === 7)).toBe(true);
    expect(state.version).toBe(0);
  });

  it("makes states unreadable that may be half updated, until they are assigned", () => {
    const state = full([10], 7);
    const program = gathering("before", state);
    expect(() => program.run([places(10, 0, 0), values])).toThrow("gather");
    expect(() => state.data).toThrow("compile: a call that failed left this state half updated");
    expect(() => program.run([places(0, 0, 0), values])).toThrow("half updated");
    state.assign(zeros([10]));
    expect(numbersOf(program, [places(0, 1, 2), values])).toEqual([[0, 1, 2]]);
    expect(state.data).toEqual(values.data);
  });
});

it("a program that is too large for the memory is an error that names the largest tensors", () => {
  const huge = [2 ** 15, 2 ** 15];
  const [a, t0, t1] = [buffer("a0", [1]), buffer("t0", huge), buffer("t1", huge)];
  const one: Instruction = { kind: "load", access: { buffer: a, offset: 0, strides: [0, 0] }, dtype: "float32" };
  const kernels = [loops("fill", huge, [one], [store(t0, 0), store(t1, 0)])];
  expect(() => programOf(kernels, [a, t0, t1], [t0, t1], [])).toThrow(
    /^compile: the program needs 8 GiB, but WebAssembly's memory is limited to 4 GiB.*; the largest tensors are float32\[32768,32768\], float32\[32768,32768\]/,
  );
  const total = tensor([1]);
  expect(numbersOf(accumulator([1], total), [tensor([1])])).toEqual([[2]]);
});

it("explains itself: graph, kernels, steps, bytes", () => {
  expect(
    printChapters(accumulator([3], zeros([3])).chapters()).replace(/module of \d+/, "module of N"),
  ).toMatchInlineSnapshot(`
    "── The graph: what is computed, 0 values
    Each line is a value that never changes. A state is a tensor from outside the function: its line is its value before the call, and
    \`state 0 <- %9\` at the end gives its value after the call. After @ follows the composite that a value is part of.
    graph
      return

    ── The kernels: by which loops, 2 of them
    They run in this order. A headline has the indices, each with its size. The lines below it are computed at each point: v0, v1, ... are
    values, and a0[i0*10 + i1] is an element of a buffer: a are arguments, s states, t temporaries.
    a0 float32[3]
    s0 float32[3]
    t0 float32[3]

    k0 loops add: i0<3
      v0 = s0[i0]
      v1 = a0[i0]
      v2 = add(v0, v1)
      t0[i0] = v2

    k1 loops keep: i0<3
      v0 = t0[i0]
      s0[i0] = v0

    results t0

    ── The functions: how each kernel is divided
    Units are the parts of a kernel that threads can share. One instruction computes all lanes of a vector. A tile is the part of a
    product that stays in registers.
    k0 add: one unit, lanes along 3, a vector at a time
    k1 keep: one unit, lanes along 3, a vector at a time

    ── The loops: how each function runs, 2 of them
    For each kernel first its schedule, how it is cut, with the estimated time of one thread; then its loops, a function that computes the
    units from .. to. Kernels that differ in their buffers alone, or in the elements at which they begin, share one, which has the names
    of the first. f32x4 is a vector of four numbers, and a0[i .. +4] are four neighbours. What is unrolled is written once for each index.

    k0 add: one unit, about 0.0019 µs
      units  the whole nest
      loops  axis 0 (each 3) in steps of 4 lanes
      cost   3.17 instructions on vectors for each result
    add(s0: f32[], a0: f32[], t0: f32[], scratch: f32[], from: i32, to: i32, table: i32)
      for unit in from .. to
        let x = s0[0 .. +4]
        let x.2 = a0[0 .. +4]
        let add = x + x.2
        t0[0 .. +3] = add

    k1 keep: one unit, about 0.0015 µs
      units  the whole nest
      loops  axis 0 (each 3) in steps of 4 lanes
      cost   2.5 instructions on vectors for each result
    keep(t0: f32[], s0: f32[], scratch: f32[], from: i32, to: i32, table: i32)
      for unit in from .. to
        let x = t0[0 .. +4]
        s0[0 .. +3] = x

    ── The threads: which kernels they share
    one thread: one was asked for

    ── The memory: temporaries share one arena, where each lives from one kernel to another
    arena of 128 bytes (128 if nothing were shared)
      0: a0 float32[3] 12 bytes, start to 0
      64: t0 float32[3] 12 bytes, 0 to end
    scratch of 0 bytes
    1 states of 12 bytes
    module of N bytes"
  `);
});

it("profiles each kernel", () => {
  const state = zeros([3]);
  const { results, report } = accumulator([3], state).profile([tensor([1, 2, 3])]);
  expect([...results[0].data]).toEqual([1, 2, 3]);
  expect(state.toArray()).toEqual([1, 2, 3]);
  const [limit, ...lines] = report.split("\n");
  expect(limit).toMatch(/^limit of one thread: \d+\.\d GFLOP\/s, float32, without fused multiply-add$/);
  expect(lines.map((line) => line.split(/\s+/)[0])).toEqual(["", "add", "keep", "total"]);
});

it("a call costs microseconds, apart from copies", () => {
  const states = Array.from({ length: 10 }, (_, i) => full([4], i));
  const homes = states.map((_, i) => buffer(`s${i}`, [4]));
  const [a, t] = [buffer("a0", [4]), buffer("t0", [4])];
  const add: Instruction = { kind: "op", op: "add", operands: [0, 1], dtype: "float32" };
  const kernels = homes.map((home, i) =>
    loops(
      `step${i}`,
      [4],
      [load(whole(home)), load(whole(a)), add],
      [store(home, 2), ...(i === 9 ? [store(t, 2)] : [])],
    ),
  );
  const program = programOf(kernels, [a, t, ...homes], [t], states);
  const one = [full([4], 1)];
  const rounds = 20_000;
  for (let i = 0; i < rounds; i++) program.run(one);
  const start = performance.now();
  for (let i = 0; i < rounds; i++) program.run(one);
  const each = ((performance.now() - start) / rounds) * 1000;
  if (process.env.CHAINRULE_TIMES) console.log(`${each.toFixed(2)} µs a call`);
  expect(each).toBeLessThan(50);
  expect(states[3].toArray()).toEqual(Array.from({ length: 4 }, () => 3 + 2 * rounds));
});
