// States in the memory: readable and writable from outside, whatever programs do to them in between.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { tensor, zeros } from "chainrule";
import { expect, it } from "vitest";
import { homeOf, settle } from "../../../../src/backends/wasm/memory/home.ts";
import { programMemory } from "../../../../src/backends/wasm/memory/memory.ts";

it("a tensor has one home, and its contents move there without a change of version", () => {
  const weight = tensor([1, 2, 3]);
  const home = homeOf(weight);
  expect(homeOf(weight)).toBe(home);
  settle(weight, home);
  expect(weight.storage).toBe(home);
  expect(weight.version).toBe(0);
  expect(weight.toArray()).toEqual([1, 2, 3]);
  expect(weight.data).toBe(weight.data);
});

it("every dtype comes back as it went in", () => {
  for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const) {
    const x = tensor([0, 1, 1, 0, 1], { dtype });
    settle(x, homeOf(x));
    expect(x.data.constructor).toBe(zeros([1], { dtype }).data.constructor);
    expect([...x.data]).toEqual([0, 1, 1, 0, 1]);
  }
  const empty = zeros([0, 3]);
  settle(empty, homeOf(empty));
  expect(empty.data.length).toBe(0);
});

/** What a program does to a state that it updates. */
function write(x: ReturnType<typeof tensor>, values: readonly number[]): void {
  const home = homeOf(x);
  settle(x, home);
  programMemory.views()[home.dtype].set(values, home.address / 4);
  home.changed();
  x.replaceStorage(home);
}

it("what was taken from a state before keeps the old contents", () => {
  const weight = tensor([1, 2]);
  settle(weight, homeOf(weight));
  const [data, detached, assigned, shaped] = [
    weight.data,
    weight.detach(),
    zeros([2]).assign(weight),
    weight.reshape([2, 1]),
  ];
  write(weight, [3, 4]);
  expect(weight.toArray()).toEqual([3, 4]);
  expect(weight.version).toBe(1);
  expect([[...data], detached.toArray(), assigned.toArray(), shaped.toArray()]).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
    [[1], [2]],
  ]);
});

it("assign between calls is brought home by the next", () => {
  const weight = tensor([1, 2]);
  write(weight, [3, 4]);
  weight.assign(tensor([5, 6]));
  const home = homeOf(weight);
  expect(weight.toArray()).toEqual([5, 6]);
  expect([...home.data]).toEqual([3, 4]);
  settle(weight, home);
  expect([...home.data]).toEqual([5, 6]);
});

it("a state that may be half updated is refused until it has new contents", () => {
  const weight = tensor([1, 2]);
  const home = homeOf(weight);
  settle(weight, home);
  home.invalidate();
  expect(() => weight.data).toThrow("compile: a call that failed left this state half updated, float32 of 2 elements");
  expect(() => settle(weight, home)).toThrow("assign or load it again");
  weight.assign(tensor([7, 8]));
  settle(weight, home);
  expect(weight.toArray()).toEqual([7, 8]);
});

it("memory grows without moving a home", () => {
  const weight = tensor([1, 2]);
  settle(weight, homeOf(weight));
  programMemory.allocate(30 * 2 ** 20, "a tensor");
  expect(weight.toArray()).toEqual([1, 2]);
});

it("a tensor that nobody can reach any more gives its block back", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const settled = () => {
    const x = zeros([2 ** 18]);
    settle(x, homeOf(x));
    return x;
  };
  const kept = settled();
  const before = programMemory.used;
  for (let i = 0; i < 20; i++) settled();
  expect(programMemory.used).toBeGreaterThan(before + 20 * 2 ** 20 - 1);
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline && programMemory.used > before) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
  }
  expect(programMemory.used).toBeLessThan(before + 2 * 2 ** 20);
  expect(kept.data.length).toBe(2 ** 18);
});
