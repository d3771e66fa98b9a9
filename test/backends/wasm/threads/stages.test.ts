// How a program is divided into stages: which tasks threads share, which one thread runs alone, and which stages wait for which.
import { compile, randn } from "chainrule";
import { afterEach, describe, expect, it, vi } from "vitest";
import { threadsFor } from "../../../../src/backends/wasm/surroundings.ts";
import { type Plan, planStages, type Work } from "../../../../src/backends/wasm/threads/stages.ts";
import type { Buffer, Loops } from "../../../../src/compiler/kernel.ts";

const kinds = { a: "argument", s: "state", t: "temporary" } as const;
const buffer = (name: string): Buffer => ({
  ...{ name, kind: kinds[name[0] as keyof typeof kinds], index: Number(name.slice(1)) },
  ...{ dtype: "float32", shape: [100] },
});
const access = (name: string) => ({ buffer: buffers[name], offset: 0, strides: [1] });
const buffers = Object.fromEntries(["a0", "s0", "t0", "t1", "t2", "t3"].map((name) => [name, buffer(name)]));

/** A kernel that reads some buffers and writes others: "a0 s0 -> t0". */
function kernel(text: string): Loops {
  const [reads, writes] = text.split(" -> ").map((names) => names.split(" "));
  return {
    ...{ kind: "loops", name: text, axes: [{ size: 100, kind: "each" }], reductions: [] },
    body: reads.map((name) => ({ kind: "load", access: access(name), dtype: "float32" })),
    stores: writes.map((name) => ({ access: access(name), value: 0, mode: "set" })),
    epilogue: { instructions: [], stores: [] },
  };
}

/** A task of one such kernel, or of several that are a chain: "a0 -> t0, t0 -> t1". */
function step(text: string, { time = 1e6, units = 32, ...rest }: Partial<Omit<Work, "kernels">> = {}): Work {
  return { kernels: text.split(", ").map(kernel), time, units, bound: false, mayFail: false, ...rest };
}

/** Temporaries do not share bytes, unless the test says so. */
const offsets = (places: Readonly<Record<string, number>> = {}) => ({
  offsets: new Map(Object.values(buffers).map((one, i) => [one, places[one.name] ?? 512 * i])),
});

/** One line for each stage: "k0 shared", "k1 k2 single after 0". */
const told = (plan: Plan | null): string[] =>
  plan?.stages.map(
    ({ tasks, kind, waits }) =>
      `${tasks.map((at) => `k${at}`).join(" ")} ${kind}${waits.length > 0 ? ` after ${waits.join(" ")}` : ""}`,
  ) ?? [];

describe("stages", () => {
  it("wait for stages whose results they read, and overtake the others", () => {
    const steps = [step("a0 -> t0"), step("a0 -> t1"), step("t0 -> t2"), step("t1 t2 -> t3")];
    const plan = planStages(steps, offsets());
    expect(told(plan)).toEqual(["k0 shared", "k1 shared", "k2 shared after 0", "k3 shared after 1 2"]);
    expect(plan?.last).toEqual([3]);
  });

  it("wait for readers of a state that they overwrite", () => {
    expect(told(planStages([step("s0 -> t0"), step("a0 -> s0")], offsets()))).toEqual([
      "k0 shared",
      "k1 shared after 0",
    ]);
  });

  it("wait for stages that used their bytes before, though they have no buffer in common", () => {
    const steps = [step("a0 -> t0"), step("t0 -> t1"), step("a0 -> t2")];
    expect(told(planStages(steps, offsets()))).toEqual(["k0 shared", "k1 shared after 0", "k2 shared"]);
    const shared = planStages(steps, offsets({ t0: 4096, t2: 4096 + 396 }));
    expect(told(shared)).toEqual(["k0 shared", "k1 shared after 0", "k2 shared after 1"]);
    const apart = planStages(steps, offsets({ t0: 4096, t2: 4096 + 400 }));
    expect(told(apart)).toEqual(["k0 shared", "k1 shared after 0", "k2 shared"]);
  });

  it("wait for all buffers that a chain reads or writes", () => {
    const chain = step("a0 -> t0, t0 -> t1");
    const after = [step("a0 -> t2"), step("t0 -> t3"), step("t1 -> s0")];
    expect(told(planStages([chain, ...after], offsets()))).toEqual([
      "k0 shared",
      "k1 shared",
      "k2 shared after 0",
      "k3 shared",
    ]);
    expect(told(planStages([step("a0 -> t2"), chain], offsets({ t2: 4096, t0: 4096 })))).toEqual([
      "k0 shared",
      "k1 shared after 0",
    ]);
  });

  it("join several short steps, which one thread runs", () => {
    const small = { time: 1000 };
    const steps = [step("a0 -> t0"), step("t0 -> t1", small), step("t1 -> t2", small), step("t2 -> t3")];
    expect(told(planStages(steps, offsets()))).toEqual(["k0 shared", "k1 k2 single after 0", "k3 shared after 1"]);
  });

  it("are not shared if there is one unit, or if they call functions that only the calling thread has", () => {
    const steps = [step("a0 -> t0"), step("a0 -> t1", { units: 1 }), step("a0 -> t2", { bound: true })];
    expect(told(planStages(steps, offsets()))).toEqual(["k0 shared", "k1 single", "k2 first"]);
  });

  it("wait for all earlier stages that may fail", () => {
    const steps = [step("a0 -> t0", { mayFail: true }), step("t0 -> t1")];
    const plan = planStages(steps, offsets());
    expect(told(plan)).toEqual(["k0 shared", "k1 shared"]);
    expect(plan?.last).toEqual([1]);
  });

  it("do not exist if the program is too short", () => {
    expect(planStages([step("a0 -> t0", { time: 10e3 })], offsets())).toBe(null);
    expect(planStages([step("a0 -> t0", { units: 1 })], offsets())).toBe(null);
    expect(planStages([], offsets())).toBe(null);
  });
});

describe("the number of threads", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it("is the option's, or else CHAINRULE_THREADS, or else the machine's", () => {
    vi.stubEnv("CHAINRULE_THREADS", "3");
    expect([threadsFor(5), threadsFor(null)]).toEqual([5, 3]);
    vi.stubEnv("CHAINRULE_THREADS", "");
    expect(threadsFor(null)).toBeGreaterThanOrEqual(1);
    expect(threadsFor(1000)).toBe(64);
  });

  it("is an error if it is not a number", () => {
    vi.stubEnv("CHAINRULE_THREADS", "many");
    expect(() => threadsFor(null)).toThrow(
      'CHAINRULE_THREADS: the number of threads is a whole number from 1, not "many"',
    );
    for (const threads of [0, -1, 1.5, Number.NaN])
      expect(() => compile(() => randn([1]), { threads })).toThrow("compile: threads is a whole number from 1, not");
  });

  it("is printed by explain(), with the kernels that threads share", () => {
    const weight = randn([256, 256]);
    const f = (threads: number) => {
      const compiled = compile(() => weight.matmul(weight).sum(), { threads });
      compiled();
      return compiled.explain();
    };
    expect(f(1)).toContain("── The threads: which kernels they share\none thread: one was asked for");
    expect(f(2)).toMatch(/── The threads: which kernels they share\nup to 2 threads\nshared by all: k0 \(\d+ units\)/);
    const small = compile((x: typeof weight) => x.add(1), { threads: 4 });
    small(randn([3]));
    expect(small.explain()).toContain("one thread: the program is too short to share");
  });
});
