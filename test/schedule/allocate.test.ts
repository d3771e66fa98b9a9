// Offsets in the arena: buffers with overlapping lifetimes never share bytes, and most others do.
import { describe, expect, it } from "vitest";
import type { Access, Buffer, Kernel, KernelProgram } from "../../src/compiler/kernel.ts";
import {
  allocate,
  bytesOfBuffer,
  describeAllocation,
  lifetimes,
  verifyAllocation,
} from "../../src/schedule/allocate.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { leastTime } from "../least-time.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";

const kinds = { a: "argument", s: "state", t: "temporary" } as const;

/** A buffer by its name, such as t3. */
function buffer(name: string, size: number, dtype: DType = "float32"): Buffer {
  const kind = kinds[name[0] as keyof typeof kinds];
  return { name, kind, index: Number(name.slice(1)), dtype, shape: [size] };
}

const access = (buffer: Buffer): Access => ({ buffer, offset: 0, strides: [1] });

/** A kernel that reads some buffers and writes others. */
function kernel(at: number, reads: readonly Buffer[], writes: readonly Buffer[]): Kernel {
  return {
    kind: "loops",
    name: `k${at}`,
    axes: [{ size: 1, kind: "each" }],
    body: reads.map((buffer) => ({ kind: "load", access: access(buffer), dtype: buffer.dtype })),
    stores: writes.map((buffer) => ({ access: access(buffer), value: 0, mode: "set" })),
    reductions: [],
    epilogue: { instructions: [], stores: [] },
  };
}

function program(steps: readonly (readonly [readonly Buffer[], readonly Buffer[]])[], results: readonly Buffer[]) {
  const kernels = steps.map(([reads, writes], at) => kernel(at, reads, writes));
  return { buffers: [...new Set([...steps.flat(2), ...results])], kernels, results } satisfies KernelProgram;
}

const placesOf = (given: KernelProgram) => {
  const allocation = allocate(given);
  verifyAllocation(given, allocation);
  return describeAllocation(given, allocation);
};

describe("buffers share bytes when they do not live at the same time", () => {
  it("a chain needs two places", () => {
    const [a0, t0, t1, t2, t3] = ["a0", "t0", "t1", "t2", "t3"].map((name) => buffer(name, 100));
    const chain = [
      [[a0], [t0]],
      [[t0], [t1]],
      [[t1], [t2]],
      [[t2], [t3]],
    ] as const;
    expect(placesOf(program(chain, [t3]))).toMatchInlineSnapshot(`
      "arena of 896 bytes (2240 if nothing were shared)
        0: a0 float32[100] 400 bytes, start to 0
        0: t1 float32[100] 400 bytes, 1 to 2
        0: t3 float32[100] 400 bytes, 3 to end
        448: t0 float32[100] 400 bytes, 0 to 1
        448: t2 float32[100] 400 bytes, 2 to 3"
    `);
  });

  it("the smallest gap that fits is taken", () => {
    const [t0, t1, t2, t3] = [buffer("t0", 1000), buffer("t1", 500), buffer("t2", 12), buffer("t3", 400)];
    const steps = [
      [[], [t0]],
      [[], [t1]],
      [[t1], [t2]],
      [[t0], [t3]],
    ] as const;
    expect(placesOf(program(steps, [t2, t3]))).toMatchInlineSnapshot(`
      "arena of 6144 bytes (7808 if nothing were shared)
        0: t0 float32[1000] 4000 bytes, 0 to 3
        4032: t1 float32[500] 2000 bytes, 1 to 2
        4032: t3 float32[400] 1600 bytes, 3 to end
        6080: t2 float32[12] 48 bytes, 2 to end"
    `);
  });

  it("arguments live from the start, or have no place if no kernel reads them; results live to the end; states are not in the arena", () => {
    const [a0, a1, s0] = [buffer("a0", 3, "uint8"), buffer("a1", 2, "float64"), buffer("s0", 1000)];
    const [t0, t1] = [buffer("t0", 1), buffer("t1", 1, "bool")];
    const given = program(
      [
        [[s0], [t0]],
        [[a0], [t1]],
      ],
      [t0, a1],
    );
    const unused = { ...given, buffers: [...given.buffers, buffer("a2", 1000)] };
    expect(placesOf(unused)).toBe(placesOf(given));
    expect(placesOf(given)).toMatchInlineSnapshot(`
      "arena of 256 bytes (256 if nothing were shared)
        0: a1 float64[2] 16 bytes, start to end
        64: t0 float32[1] 4 bytes, 0 to end
        128: a0 uint8[3] 3 bytes, start to 1
        192: t1 bool[1] 1 bytes, 1 to 1"
    `);
  });
});

it("empty buffers and empty programs have places, too", () => {
  const a0 = buffer("a0", 0);
  expect(allocate(program([[[a0], []]], [a0]))).toEqual({ offsets: new Map([[a0, 0]]), bytes: 64 });
  expect(allocate({ buffers: [], kernels: [], results: [] })).toEqual({ offsets: new Map(), bytes: 0 });
});

it("verifyAllocation finds buffers that overlap, end after the arena, are not aligned or are missing", () => {
  const [t0, t1] = [buffer("t0", 100), buffer("t1", 100)];
  const given = program([[[], [t0, t1]]], [t0, t1]);
  const verify = (t0At: number, t1At: number, bytes = 4096) =>
    verifyAllocation(given, { offsets: new Map([t0At, t1At].map((at, i) => [[t0, t1][i], at])), bytes });
  expect(() => verify(0, 448)).not.toThrow();
  expect(() => verify(0, 384)).toThrow("internal: allocate: t0 and t1 share bytes");
  expect(() => verify(0, 450)).toThrow("internal: allocate: t1 lies at 450 to 866 of 4096 bytes");
  expect(() => verify(0, 448, 860)).toThrow("t1 lies at 448 to 864 of 860 bytes");
  expect(() => verifyAllocation(given, { offsets: new Map([[t0, 0]]), bytes: 4096 })).toThrow("t1 has no place");
});

/** Kernels that each write a buffer or two and read some of those written before. */
function randomProgram(draw: Draw, length: number): KernelProgram {
  const buffers = Array.from({ length: draw.whole(0, 3) }, (_, i) => buffer(`a${i}`, draw.whole(0, 5000)));
  let count = 0;
  const steps = Array.from({ length }, () => {
    const recent = buffers.slice(-draw.whole(1, 12));
    const reads = recent.length === 0 ? [] : Array.from({ length: draw.whole(0, 3) }, () => draw.pick(recent));
    const writes = Array.from({ length: draw.whole(1, 2) }, () =>
      buffer(`t${count++}`, draw.pick([0, 1, draw.whole(1, 300), draw.whole(1, 5000)]), draw.pick(["float32", "bool"])),
    );
    buffers.push(...writes);
    return [reads, writes] as const;
  });
  return program(
    steps,
    Array.from({ length: draw.whole(1, 3) }, () => draw.pick(buffers)),
  );
}

it("random programs: valid, and the arena is not much larger than the buffers that live at once", () => {
  let [needed, taken] = [0, 0];
  for (let seed = firstSeed; seed < firstSeed + 100; seed++) {
    const given = randomProgram(new Draw(seed), 40);
    const allocation = allocate(given);
    try {
      verifyAllocation(given, allocation);
    } catch (error) {
      throw new Error(`seed ${seed}\n${describeAllocation(given, allocation)}`, { cause: error });
    }
    const lives = [...lifetimes(given)];
    const alive = (at: number) =>
      lives.reduce((sum, [b, { first, last }]) => sum + (first <= at && at <= last ? bytesOfBuffer(b) : 0), 0);
    needed += Math.max(...given.kernels.map((_, at) => alive(at)));
    taken += allocation.bytes;
  }
  expect(taken / needed).toBeLessThan(1.25);
});

it("a thousand buffers take milliseconds", () => {
  const given = randomProgram(new Draw(1), 1000);
  expect(leastTime(() => allocate(given))).toBeLessThan(300);
});
