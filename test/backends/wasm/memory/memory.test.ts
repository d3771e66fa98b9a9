// The memory of all programs: it grows on allocation, and an error names what is too large.
import { describe, expect, it } from "vitest";
import { hasVectors, requireVectors } from "../../../../src/backends/wasm/features.ts";
import { Arena } from "../../../../src/backends/wasm/memory/arena.ts";
import { ProgramMemory } from "../../../../src/backends/wasm/memory/memory.ts";

const mib = 2 ** 20;

/** An engine that grants at pages `pages` pages. */
const engine = (pages: number) => ({
  make: (limits: { readonly initial: number; readonly maximum: number }) => {
    if (limits.maximum > pages) throw new RangeError("could not allocate memory");
    return new WebAssembly.Memory(limits);
  },
});

describe("one memory for all programs", () => {
  it("is created on first use, as large as the engine allows", () => {
    let made = 0;
    const memory = new ProgramMemory({
      make: (limits) => {
        made++;
        return new WebAssembly.Memory(limits);
      },
    });
    expect([made, memory.used]).toEqual([0, 0]);
    memory.allocate(4, "a tensor");
    memory.allocate(4, "a tensor");
    expect(made).toBe(1);
    expect(new ProgramMemory(engine(9000)).limits).toEqual({ initial: 16, maximum: 8192, shared: false });
    expect(() => new ProgramMemory(engine(100)).memory).toThrow(
      'compile: this engine grants WebAssembly less than 256 MiB of memory; free memory or use { backend: "reference" }',
    );
  });

  it("grows, keeps its contents, and returns new views of them", () => {
    const memory = new ProgramMemory();
    const address = memory.allocate(8, "a tensor");
    expect(address).toBeGreaterThan(0);
    expect(address % 64).toBe(0);
    const before = memory.views();
    expect(memory.views() === before).toBe(true);
    before.float64[address / 8] = Math.PI;
    const far = memory.allocate(40 * mib, "a tensor");
    const after = memory.views();
    expect(after === before).toBe(false);
    expect(after.float64[address / 8]).toBe(Math.PI);
    expect(after.uint8.length).toBeGreaterThanOrEqual(far + 40 * mib + 16);
    memory.free(far);
    expect(memory.allocate(40 * mib, "a tensor")).toBe(far);
  });

  it("names what is too large in an error, and stays usable", () => {
    const memory = new ProgramMemory(engine(4096));
    memory.allocate(100 * mib, "a tensor");
    const parts = [{ shape: [60000, 784], dtype: "float32" }] as const;
    expect(() => memory.allocate(200 * mib, "the program", parts)).toThrow(
      "compile: the program needs 200 MiB, but WebAssembly's memory is limited to 256 MiB, of which 100 MiB are in use; the largest tensors are float32[60000,784]: use smaller batches",
    );
    expect(memory.used).toBeLessThan(101 * mib);
    memory.allocate(100 * mib, "a tensor");
  });

  it("never reaches into the last page of 4 GiB", () => {
    const memory = new ProgramMemory();
    expect(() => memory.allocate(2 ** 32 - 65536 - 1024, "a tensor")).toThrow(
      "WebAssembly's memory is limited to 4 GiB",
    );
  });

  it("names the system's limit if the system refuses to grow it", () => {
    const memory = new ProgramMemory({
      make: (limits) => {
        const made = new WebAssembly.Memory(limits);
        made.grow = () => {
          throw new RangeError("failed to grow memory");
        };
        return made;
      },
    });
    expect(() => memory.allocate(2 * mib, "a tensor")).toThrow(
      "compile: a tensor needs 2 MiB, but the system grants no more than 1 MiB",
    );
    expect(memory.used).toBe(0);
  });
});

describe("the arena is as large as the largest program needs", () => {
  it("and never smaller", () => {
    const memory = new ProgramMemory();
    const arena = new Arena(memory);
    expect([arena.address, memory.used]).toEqual([0, 0]);
    arena.reserve(1000);
    const { address } = arena;
    arena.reserve(10);
    expect([arena.address, arena.bytes]).toEqual([address, 1000]);
    memory.allocate(4, "a tensor");
    arena.reserve(2000);
    expect([arena.address > address, arena.bytes]).toEqual([true, 2000]);
    expect(memory.used).toBeLessThan(3000);
  });

  it("and unchanged after a reservation that does not fit", () => {
    const memory = new ProgramMemory(engine(4096));
    const arena = new Arena(memory);
    arena.reserve(1000);
    expect(() => arena.reserve(300 * mib, [{ shape: [9], dtype: "bool" }])).toThrow(
      "compile: the program needs 300 MiB, but WebAssembly's memory is limited to 256 MiB; the largest tensors are bool[9]: use smaller batches",
    );
    expect(arena.bytes).toBe(1000);
    expect(arena.address).toBeGreaterThan(0);
  });
});

it("an engine without vectors is detected", () => {
  expect(hasVectors()).toBe(true);
  expect(() => requireVectors()).not.toThrow();
  expect(() => requireVectors(() => false)).toThrow(
    'compile: this engine has no WebAssembly SIMD; use { backend: "reference" }',
  );
});
