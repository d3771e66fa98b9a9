// Each rule of the kernel verifier finds programs that break it.
import { expect, it } from "vitest";
import {
  type Access,
  type Axis,
  type Buffer,
  type Convolution,
  type Instruction,
  type Kernel,
  type KernelProgram,
  type Loops,
  type Matmul,
  noLines,
  productLines,
  type Scan,
  type Store,
  type Topk,
} from "../../src/compiler/kernel.ts";
import { rules, verify } from "../../src/compiler/kernel-rules.ts";

const buffer = (kind: Buffer["kind"], index: number, shape: readonly number[], more: Partial<Buffer> = {}): Buffer => ({
  name: `${kind[0]}${index}`,
  kind,
  index,
  dtype: "float32",
  shape,
  ...more,
});

const a = buffer("argument", 0, [4, 6]);
const s = buffer("state", 0, [4, 6]);
const t = buffer("temporary", 0, [4, 6]);
const u = buffer("temporary", 1, [4]);
const places = buffer("temporary", 2, [4, 2], { dtype: "int32" });
const key = buffer("argument", 1, [2], { dtype: "int32" });

const at = (buffer: Buffer, offset: number, ...strides: number[]): Access => ({ buffer, offset, strides });
const load = (access: Access, more: Partial<Instruction> = {}) =>
  ({ kind: "load", access, dtype: access.buffer.dtype, ...more }) as Instruction;
const set = (access: Access, value: number): Store => ({ access, value, mode: "set" });
const each = (...sizes: number[]): Axis[] => sizes.map((size) => ({ size, kind: "each" }));
const none = { instructions: [], stores: [] };

const loops: Loops = {
  kind: "loops",
  name: "neg",
  axes: each(4, 6),
  body: [load(at(a, 0, 6, 1)), { kind: "op", op: "neg", operands: [0], dtype: "float32" }],
  stores: [set(at(t, 0, 6, 1), 1)],
  reductions: [],
  epilogue: none,
};

const sum: Loops = {
  ...loops,
  name: "sum",
  axes: [...each(4), { size: 6, kind: "reduce" }],
  body: [load(at(a, 0, 6, 1))],
  stores: [],
  reductions: [{ combine: "sum", value: 0, dtype: "float32" }],
  epilogue: { instructions: [], stores: [set(at(u, 0, 1), 1)] },
};

const matmul: Matmul = {
  kind: "matmul",
  ...productLines,
  name: "matmul",
  axes: [...each(4, 4), { size: 6, kind: "reduce" }],
  a: at(a, 0, 6, 0, 1),
  b: at(a, 0, 0, 6, 1),
  epilogue: { instructions: [], stores: [set(at(t, 0, 6, 1), 0)] },
};

const convolution: Convolution = {
  kind: "convolution",
  ...productLines,
  name: "conv",
  axes: each(1, 1, 1, 3, 5),
  channels: 1,
  ...({ size: [4, 6], kernel: [2, 2], stride: [1, 1], padding: [0, 0] } as const),
  ...({ inputDilation: [1, 1], kernelDilation: [1, 1] } as const),
  x: at(a, 0, 0, 0, 0, 6, 1),
  w: at(a, 0, 0, 0, 0, 6, 1),
  epilogue: { instructions: [], stores: [set(at(t, 0, 0, 0, 0, 6, 1), 0)] },
};

const scan: Scan = {
  kind: "scan",
  ...noLines,
  name: "cumsum",
  axes: [...each(4), { size: 6, kind: "serial" }],
  body: [load(at(a, 0, 6, 1))],
  reductions: [{ combine: "sum", value: 0, dtype: "float32" }],
  store: at(t, 0, 6, 1),
};

const topk: Topk = {
  kind: "topk",
  ...noLines,
  name: "topk",
  axes: each(4),
  x: at(a, 0, 6, 1),
  y: at(places, 0, 2, 1),
  size: 6,
  k: 2,
};

const program = (kernels: readonly Kernel[], more: Partial<KernelProgram> = {}): KernelProgram => ({
  buffers: [a, key, s, t, u, places],
  kernels,
  results: [],
  ...more,
});

const withBody = (...body: Instruction[]): Loops => ({ ...loops, body, stores: [] });
const withStore = (...stores: Store[]): Loops => ({ ...loops, stores });

/** A kernel that reads the result of `loops` row by row. */
const copy: Loops = { ...loops, name: "copy", body: [load(at(t, 0, 6, 1))], stores: [set(at(s, 0, 6, 1), 0)] };
const chain = { first: 0, axes: [0, 0], parts: 4, piece: 2 };

const loop = { first: 0, count: 2, times: 4, reverse: false };

/** For each rule, programs that break it. */
const violations: Readonly<Record<string, readonly KernelProgram[]>> = {
  "the list has each buffer once, named by its kind and index": [
    program([], { buffers: [a, a] }),
    program([], { buffers: [{ ...a, name: "x" }] }),
  ],
  "accesses and results are buffers of the program": [
    program([loops], { buffers: [a] }),
    program([], { buffers: [], results: [a] }),
  ],
  "axes are each, then serial, then reduce, as the kind of kernel requires": [
    program([{ ...sum, axes: sum.axes.toReversed() }]),
    program([{ ...sum, reductions: [], epilogue: none }]),
    program([{ ...scan, axes: each(4, 6) }]),
    program([{ ...matmul, axes: each(4, 4, 6) }]),
    program([{ ...convolution, axes: each(1, 1, 3, 5) }]),
    program([{ ...topk, axes: [{ size: 4, kind: "serial" }] }]),
  ],
  "a kernel has the lines of its kind": [
    program([{ ...loops, epilogue: { instructions: [], stores: [set(at(t, 0, 6, 1), 1)] } }]),
    program([{ ...scan, stores: [set(at(u, 0, 1), 0)] }]),
    program([{ ...scan, reductions: [] }]),
    program([{ ...matmul, body: loops.body }]),
    program([{ ...convolution, stores: [set(at(t, 0, 0, 0, 0, 6, 1), 0)] }]),
    program([{ ...topk, body: loops.body }]),
  ],
  "an access has a stride for each axis": [
    program([withStore(set(at(t, 0, 6), 1))]),
    program([{ ...sum, epilogue: { ...none, stores: [set(at(u, 0, 1, 0), 1)] } }]),
    program([{ ...topk, y: at(places, 0, 2) }]),
  ],
  "offsets and strides are whole numbers": [program([withBody(load(at(a, 0.5, 2, 1)))])],
  "an access stays within its buffer": [
    program([withBody(load(at(a, 1, 6, 1)))]),
    program([withBody(load(at(a, 0, -6, 1)))]),
    program([
      withBody(load(at(key, 0, 0, 0)), load(at(a, 0, 6, 1), { indirection: { value: 0, stride: 1, size: 2 } })),
    ]),
    program([{ ...convolution, size: [5, 6] }]),
    program([{ ...topk, k: 3 }]),
  ],
  "a value is computed before it is used, and an epilogue uses none of the body": [
    program([withBody({ kind: "op", op: "neg", operands: [0], dtype: "float32" })]),
    program([withStore(set(at(t, 0, 6, 1), 2))]),
    program([{ ...sum, epilogue: { ...none, stores: [set(at(u, 0, 1), 0)] } }]),
    program([{ ...matmul, epilogue: { ...none, stores: [set(at(t, 0, 6, 1), 1)] } }]),
  ],
  "dtypes are those of buffers and of the op table": [
    program([withBody(load(at(a, 0, 6, 1), { dtype: "float64" }))]),
    program([withBody(load(at(a, 0, 6, 1)), { kind: "op", op: "lt", operands: [0, 0], dtype: "float32" })]),
    program([withBody(load(at(a, 0, 6, 1)), load(at(a, 0, 0, 0), { indirection: { value: 0, stride: 1, size: 2 } }))]),
    program([{ ...sum, reductions: [{ combine: "argmax", value: 0, dtype: "float32" }] }]),
    program([{ ...topk, y: at(t, 0, 6, 1) }, withStore(set(at(places, 0, 2, 0), 1))]),
  ],
  "operands have the dtype and the strides that their kernel takes": [
    program([{ ...matmul, a: at(a, 0, 6, 1, 1) }]),
    program([{ ...topk, y: at(t, 0, 6, 1) }]),
    program([{ ...scan, store: at(places, 0, 2, 0) }]),
  ],
  "stores of independent points write different places": [
    program([withStore(set(at(t, 0, 6, 0), 1))]),
    program([withStore(set(at(t, 0, 1, 1), 1))]),
    program([withStore({ ...set(at(t, 0, 0, 1), 1), mode: "add" })]),
    program([{ ...scan, store: at(t, 0, 0, 1) }]),
  ],
  "arguments are only read": [program([withStore(set(at({ ...a, kind: "argument" }, 0, 6, 1), 1))])],
  "a temporary is written before it is read": [
    program([withBody(load(at(t, 0, 6, 1)))]),
    program([withStore({ ...set(at(t, 0, 6, 1), 1), mode: "add" })]),
    program([], { results: [t] }),
  ],
  "a state is written by one kernel, once": [
    program([withStore(set(at(s, 0, 6, 1), 1)), withStore(set(at(s, 0, 6, 1), 1))]),
    program([withStore(set(at(s, 0, 6, 1), 1), set(at(s, 0, 6, 1), 0))]),
  ],
  "of a buffer that it writes, a kernel reads only the element that it writes": [
    program([{ ...withBody(load(at(s, 5, 6, -1))), stores: [set(at(s, 0, 6, 1), 0)] }]),
    program([{ ...matmul, b: at(s, 0, 0, 6, 1), epilogue: { ...none, stores: [set(at(s, 0, 6, 1), 0)] } }]),
  ],
  "chains follow each other, each of two kernels at least": [
    program([loops, copy], { chains: [{ ...chain, axes: [0] }] }),
    program([loops, copy], { chains: [{ ...chain, first: 1 }] }),
    program([loops, copy, copy], { chains: [chain, { ...chain, first: 1 }] }),
  ],
  "a part of a chain needs nothing that another part writes": [
    program([loops, { ...copy, body: [load(at(t, 0, 0, 1))] }], { chains: [chain] }),
    program([loops, { ...copy, body: [load(at(t, 18, -6, 1))] }], { chains: [chain] }),
    program([loops, copy], { chains: [{ ...chain, axes: [0, 1] }] }),
    program([loops, copy], { chains: [{ ...chain, parts: 3 }] }),
    program([loops, copy], { chains: [{ ...chain, piece: 5 }] }),
    program([sum, scan], { chains: [chain] }),
  ],
  "a loop is several kernels of the program, and ends within the loops around it": [
    program([loops, copy], { repeats: [{ ...loop, count: 3 }] }),
    program([loops, copy], { repeats: [{ ...loop, times: 0 }] }),
    program([loops, copy, copy], { repeats: [loop, { ...loop, first: 1 }] }),
    program([loops, copy, copy], { repeats: [{ ...loop, count: 3 }, loop] }),
  ],
  "a window is an element of its owner along dim 0, and only kernels of its loop use it": [
    windowed({ shape: [5] }),
    windowed({ dtype: "float64" }),
    windowed({ window: { of: a, repeat: 1 } }),
    { ...windowed({}), repeats: [{ ...loop, first: 1, count: 1 }] },
  ],
};

function copyOf(kernel: Loops): Loops {
  return { ...kernel, stores: [] };
}

/** A loop that reads the rows of a through a window, which is changed. */
function windowed(change: Partial<Buffer>): KernelProgram {
  const w = buffer("window", 0, [6], { window: { of: a, repeat: 0 }, ...change });
  const row: Loops = {
    ...loops,
    axes: each(Math.min(6, w.shape[0])),
    body: [load(at(w, 0, 1)), { kind: "op", op: "neg", operands: [0], dtype: w.dtype }],
    stores: [set(at(buffer("temporary", 0, [6], { dtype: w.dtype }), 0, 1), 1)],
  };
  const [{ access }] = row.stores;
  return { buffers: [a, access.buffer, w], kernels: [row, copyOf(row)], results: [], repeats: [{ ...loop, times: 4 }] };
}

it("a loop whose kernels read an element through a window is valid", () => {
  verify(windowed({}));
});

it("each kind of kernel is valid, alone and one after the other", () => {
  for (const kernel of [loops, sum, matmul, convolution, scan, topk]) verify(program([kernel]));
  verify(program([loops, sum, matmul, convolution, scan, topk], { results: [t, u, places] }));
});

it("kernels whose rows need only the same row of earlier kernels are a valid chain", () => {
  verify(program([loops, copy], { chains: [chain] }));
});

it("an update in place, and adding to zeros, are valid", () => {
  verify(program([{ ...withBody(load(at(s, 0, 6, 1))), stores: [set(at(s, 0, 6, 1), 0)] }]));
  const meeting: Loops = { ...loops, axes: [...each(4), { size: 6, kind: "serial" }] };
  const zeros: Loops = {
    ...loops,
    axes: each(4),
    body: [{ kind: "constant", value: 0, dtype: "float32" }],
    stores: [set(at(u, 0, 1), 0)],
  };
  verify(program([zeros, { ...meeting, stores: [{ ...set(at(u, 0, 1, 0), 1), mode: "add" }] }]));
});

it("kernels with an axis of size 0 are valid, whatever their accesses", () => {
  verify(program([{ ...loops, axes: each(0, 6) }]));
});

it("every rule is broken by some program here", () => {
  expect(Object.keys(violations).sort()).toEqual(Object.keys(rules).sort());
});

for (const [claim, programs] of Object.entries(violations)) {
  it(claim, () => {
    for (const broken of programs) {
      expect(rules[claim](broken)).not.toEqual([]);
      expect(() => verify(broken)).toThrow("internal: ");
    }
  });
}

it("verify's message has the rule and the kernel", () => {
  const message = `internal: an access stays within its buffer, but: a0[1 + i0*6 + i1] in loops neg: i0<4 i1<6
  v0 = a0[1 + i0*6 + i1]`;
  expect(() => verify(program([withBody(load(at(a, 1, 6, 1)))]))).toThrow(message);
});
