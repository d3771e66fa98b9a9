// Which kernels become a chain, its parts, and that its buffers do not share bytes.
import { describe, expect, it } from "vitest";
import { ownerOf } from "../../src/compiler/chain.ts";
import type { Access, Axis, Buffer, Kernel, KernelProgram, Loops } from "../../src/compiler/kernel.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";
import { allocate, describeAllocation, verifyAllocation } from "../../src/schedule/allocate.ts";
import { type Cuts, chain } from "../../src/schedule/chain.ts";
import { type ChainLimits, chainLimits } from "../../src/schedule/limits.ts";

const unlimited = { ...chainLimits, pieceBytes: 0, maxPartBytes: Infinity, contiguousOnOneThread: true };

const kinds = { a: "argument", s: "state", t: "temporary" } as const;
const buffer = (name: string, ...shape: number[]): Buffer => {
  const kind = kinds[name[0] as keyof typeof kinds];
  return { name, kind, index: Number(name.slice(1)), dtype: "float32", shape };
};
const at = (buffer: Buffer, strides: readonly number[], offset = 0): Access => ({ buffer, strides, offset });
const each = (...sizes: number[]): Axis[] => sizes.map((size) => ({ size, kind: "each" }));

/** A kernel that stores the element of the first access at the second, and reads more buffers. */
const copy = (axes: readonly Axis[], from: Access, to: Access, ...more: Access[]): Loops => ({
  kind: "loops",
  name: `to-${to.buffer.name}`,
  axes,
  reductions: [],
  body: [from, ...more].map((access) => ({ kind: "load", access, dtype: "float32" })),
  stores: [{ access: to, value: 0, mode: "set" }],
  epilogue: { instructions: [], stores: [] },
});

/** The sum of each row. */
const sum = (rows: number, columns: number, from: Buffer, to: Buffer): Loops => ({
  kind: "loops",
  name: "sum",
  axes: [...each(rows), { size: columns, kind: "reduce" }],
  stores: [],
  body: [{ kind: "load", access: at(from, [columns, 1]), dtype: "float32" }],
  reductions: [{ combine: "sum", value: 0, dtype: "float32" }],
  epilogue: { instructions: [], stores: [{ access: at(to, [1]), value: 1, mode: "set" }] },
});

/** Makes chains as for a backend that can cut every kernel, without limits on sizes. */
function chained(
  kernels: readonly Kernel[],
  buffers: readonly Buffer[],
  results: readonly Buffer[],
  cuts: Cuts = () => true,
): KernelProgram {
  const program = chain({ buffers, kernels, results }, cuts, 1, unlimited);
  verify(program);
  return program;
}
const chainTexts = ({ kernels, chains = [] }: KernelProgram): string[] =>
  chains.map(({ first, axes }) => axes.map((axis, i) => `${kernels[first + i].name} along i${axis}`).join(", "));

const [rows, columns] = [16, 32];
const [a0, t0, t1, t2] = [
  buffer("a0", rows, columns),
  buffer("t0", rows),
  buffer("t1", rows, columns),
  buffer("t2", rows, columns),
];
const whole = [columns, 1];
const reduce = sum(rows, columns, a0, t0);
const divide = copy(each(rows, columns), at(a0, whole), at(t1, whole), at(t0, [1, 0]));

describe("the elements of a part", () => {
  const kernel = (...sizes: number[]) => copy(each(...sizes), at(a0, []), at(a0, []));
  const owner = (strides: readonly number[], offset: number, sizes: readonly number[], axis: number) =>
    ownerOf(at(a0, strides, offset), kernel(...sizes), axis);

  it("are one stretch, or one stretch in each round of all parts", () => {
    expect(owner([32, 1], 0, [16, 32], 0)).toEqual({ stride: 32, shift: 0 });
    expect(owner([32, 1], 33, [15, 31], 0)).toEqual({ stride: 32, shift: 1 });
    expect(owner([32, -1], 31, [16, 32], 0)).toEqual({ stride: 32, shift: 0 });
    expect(owner([1024, 32, 1], 0, [4, 32, 32], 1)).toEqual({ stride: 32, shift: 0 });
  });

  it("have no owner where elements of other parts may be among them", () => {
    expect(owner([32, 1], 1, [15, 32], 0)).toBe(null);
    expect(owner([0, 1], 0, [16, 32], 0)).toBe(null);
    expect(owner([-32, 1], 480, [16, 32], 0)).toBe(null);
    expect(owner([1000, 32, 1], 0, [4, 32, 32], 1)).toBe(null);
  });

  it("are exactly the elements that the part's indices reach: all indices are tried", () => {
    const sizes = [3, 4, 5];
    const steps = [-20, -5, -1, 0, 1, 2, 5, 6, 20, 24];
    let owners = 0;
    for (const s0 of steps)
      for (const s1 of steps)
        for (const s2 of steps)
          for (const offset of [0, 1, 7, 100]) {
            const found = owner([s0, s1, s2], offset, sizes, 1);
            if (found === null) continue;
            owners++;
            for (let i = 0; i < 3; i++)
              for (let j = 0; j < 4; j++)
                for (let k = 0; k < 5; k++) {
                  const place = offset + i * s0 + j * s1 + k * s2;
                  const part = (((Math.floor(place / found.stride) - found.shift) % 4) + 4) % 4;
                  if (part !== j) throw new Error(`[${s0}, ${s1}, ${s2}] from ${offset}: ${place} is not of part ${j}`);
                }
          }
    expect(owners).toBeGreaterThan(100);
  });
});

describe("kernels become a chain", () => {
  it("if each row needs only the earlier kernels' results for this row", () => {
    const program = chained([reduce, divide], [a0, t0, t1], [t1]);
    expect(chainTexts(program)).toEqual(["sum along i0, to-t1 along i0"]);
    expect(program.chains?.[0]).toMatchObject({ first: 0, parts: rows, piece: 1 });
  });

  it("also along an inner axis, such as the channels of images", () => {
    const [x, y, z] = [buffer("a1", 4, 16, 8), buffer("t3", 4, 16, 8), buffer("t4", 4, 16, 8)];
    const strides = [128, 8, 1];
    const first = copy(each(16, 4, 8), at(x, [8, 128, 1]), at(y, [8, 128, 1]));
    expect(chainTexts(chained([first, copy(each(4, 16, 8), at(y, strides), at(z, strides))], [x, y, z], [z]))).toEqual([
      "to-t3 along i0, to-t4 along i1",
    ]);
  });

  it("and overtake kernels that they do not depend on", () => {
    const [t3, s0] = [buffer("t3", 7), buffer("s0", 7)];
    const other = copy(each(7), at(s0, [1]), at(t3, [1]));
    const program = chained([reduce, other, divide], [a0, s0, t0, t1, t3], [t1, t3]);
    expect(program.kernels).toEqual([reduce, divide, other]);
  });

  it("but not kernels that they depend on", () => {
    const s0 = buffer("s0", rows, columns);
    const update = copy(each(7), at(a0, [1]), at(s0, [1]));
    const last = copy(each(rows, columns), at(s0, whole), at(t1, whole), at(t0, [1, 0]));
    expect(chainTexts(chained([reduce, update, last], [a0, s0, t0, t1], [t1]))).toEqual([]);
  });

  it("not if a row needs another row, a column or all rows", () => {
    const square = (name: string) => buffer(name, 16, 16);
    const [x, y, z] = [square("a1"), square("t3"), square("t4")];
    const first = copy(each(16, 16), at(x, [16, 1]), at(y, [16, 1]));
    const inRows = (kernels: readonly Kernel[]) =>
      chainTexts(chained(kernels, [x, y, z], [z], (_, axis) => axis === 0));
    const reading = (read: Access) => inRows([first, copy(each(16, 16), read, at(z, [16, 1]))]);
    expect(reading(at(y, [16, 1]))).toHaveLength(1);
    for (const read of [at(y, [1, 16]), at(y, [-16, 1], 240), at(y, [0, 1]), at(y, [0, 0])])
      expect(reading(read)).toEqual([]);
    const rest = each(15, 16);
    const next = (offset: number) => copy(rest, at(y, [16, 1], offset), at(z, [16, 1]));
    expect(inRows([copy(rest, at(x, [16, 1]), at(y, [16, 1])), next(0)])).toHaveLength(1);
    expect(inRows([copy(rest, at(x, [16, 1]), at(y, [16, 1])), next(16)])).toEqual([]);
  });

  it("not if one may fail, or has another number of parts", () => {
    const gather: Loops = {
      ...divide,
      body: divide.body.map((line) =>
        line.kind === "load" ? { ...line, indirection: { value: 0, stride: 0, size: 1 } } : line,
      ),
    };
    const program = { buffers: [a0, t0, t1], kernels: [reduce, gather], results: [t1] };
    expect(chain(program, () => true, 1, unlimited).chains).toEqual([]);
    const half = copy(each(8, columns), at(a0, whole), at(t1, whole), at(t0, [1, 0]));
    expect(chainTexts(chained([reduce, half], [a0, t0, t1], [t1]))).toEqual([]);
  });

  it("not if a backend cannot cut them, if everything fits into the cache, if a part is too large, or on one thread", () => {
    const program = { buffers: [a0, t0, t1], kernels: [reduce, divide], results: [t1] };
    const made = (cuts: boolean, threads: number, more: Partial<ChainLimits>) =>
      chain(program, () => cuts, threads, { ...chainLimits, ...more }).chains?.length;
    expect(made(true, 2, { pieceBytes: 1024 })).toBe(1);
    expect(made(false, 2, { pieceBytes: 1024 })).toBe(0);
    expect(made(true, 2, {})).toBe(0);
    expect(made(true, 2, { pieceBytes: 1024, maxPartBytes: 100 })).toBe(0);
    expect(made(true, 1, { pieceBytes: 1024 })).toBe(0);
  });

  it("with pieces that fill the cache", () => {
    const program = { buffers: [a0, t0, t1], kernels: [reduce, divide], results: [t1] };
    const [{ piece }] = chain(program, () => true, 2, { ...chainLimits, pieceBytes: 1024 }).chains ?? [];
    // Each part touches a row of each matrix and one number.
    expect(piece).toBe(Math.floor(1024 / (4 * (2 * columns + 1))));
  });
});

describe("the buffers of a chain", () => {
  const [t3, t4] = [buffer("t3", rows, columns), buffer("t4", rows, columns)];
  const map = (from: Buffer, to: Buffer) => copy(each(rows, columns), at(from, whole), at(to, whole));
  // Without a chain, t1 is dead when t3 is written, and t2 is dead when t4 is written.
  const kernels = [map(a0, t1), map(t1, t2), map(t2, t3), map(t3, t4)];
  const plain: KernelProgram = { buffers: [a0, t1, t2, t3, t4], kernels, results: [t4] };

  it("never share bytes, since its kernels are interleaved", () => {
    const program = chained(kernels, plain.buffers, [t4]);
    expect(chainTexts(program)).toHaveLength(1);
    const allocation = allocate(program);
    verifyAllocation(program, allocation);
    const places = [...allocation.offsets.values()].sort((a, b) => a - b);
    for (const [i, place] of places.entries())
      if (i > 0) expect(place - places[i - 1]).toBeGreaterThanOrEqual(4 * rows * columns);
    expect(describeAllocation(program, allocation)).toContain("t1 float32[16,32] 2048 bytes, 0 to 3");
  });

  it("live longer than those of kernels that run one after the other", () => {
    const program = chained(kernels, plain.buffers, [t4]);
    const allocation = allocate(plain);
    verifyAllocation(plain, allocation);
    expect(() => verifyAllocation(program, allocation)).toThrow("share bytes");
  });
});
