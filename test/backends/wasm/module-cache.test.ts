// Programs with equal bytes are compiled once, and the cache keeps no program alive.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile, ones, type Tensor, tensor, zeros } from "chainrule";
import { afterEach, expect, it } from "vitest";
import { Module } from "../../../src/backends/wasm/assembler/assembler.ts";
import { cachedCount, codeOf, maxCachedCodes } from "../../../src/backends/wasm/module-cache.ts";
import { defaultWaiting, poolFor } from "../../../src/backends/wasm/threads/pool.ts";

/** A module whose function returns a number. */
function giving(value: number): Uint8Array<ArrayBuffer> {
  const module = new Module({ initial: 1, maximum: 1, shared: false });
  module.export(
    "f",
    module.function("f", { parameters: [], results: ["i32"] }, (code) => code.i32(value)),
  );
  return module.bytes();
}

const { Instance: RealInstance } = WebAssembly;

afterEach(() => {
  WebAssembly.Instance = RealInstance;
});

/** A list to which each module that is instantiated from now on is added. */
function instantiated(): WebAssembly.Module[] {
  const modules: WebAssembly.Module[] = [];
  WebAssembly.Instance = new Proxy(RealInstance, {
    construct(target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
      modules.push(module);
      return new target(module, imports);
    },
  });
  return modules;
}

it("equal bytes are one module, other bytes are another", () => {
  const one = codeOf(giving(1));
  expect(codeOf(giving(1))).toBe(one);
  expect(codeOf(giving(2)).module).not.toBe(one.module);
  const count = cachedCount();
  codeOf(giving(2));
  expect(cachedCount()).toBe(count);
});

it("different bytes of the same length are different modules", () => {
  const [a, b] = [giving(3), giving(4)];
  expect(a.length).toBe(b.length);
  const [one, other] = [codeOf(a), codeOf(b)];
  expect(one.module).not.toBe(other.module);
  expect([codeOf(a.slice()), codeOf(b.slice())]).toEqual([one, other]);
});

it("programs of equal functions share a module and keep their own states; those of others do not", () => {
  const modules = instantiated();
  const counter = (state: Tensor) => compile((by: Tensor) => void state.assign(state.add(by)), { threads: 1 });
  const [first, second, third] = [zeros([5]), ones([5]), zeros([6])];
  counter(first)(tensor([1, 2, 3, 4, 5]));
  counter(second)(tensor([5, 4, 3, 2, 1]));
  counter(third)(tensor([1, 1, 1, 1, 1, 1]));
  expect([...first.data]).toEqual([1, 2, 3, 4, 5]);
  expect([...second.data]).toEqual([6, 5, 4, 3, 2]);
  expect(modules).toHaveLength(3);
  expect(modules[1]).toBe(modules[0]);
  expect(modules[2]).not.toBe(modules[0]);
});

it("workers learn of equal programs once", () => {
  const pool = poolFor(2);
  const known = codeOf(giving(77)).registerWith(pool, defaultWaiting);
  expect(known).not.toBeNull();
  expect(codeOf(giving(77)).registerWith(pool, defaultWaiting)).toBe(known);
  expect(codeOf(giving(78)).registerWith(pool, defaultWaiting)?.id).not.toBe(known?.id);
});

it("modules of programs that nobody can reach any more are not kept", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const kept = Array.from({ length: 3 }, (_, i) => codeOf(giving(100 + i)));
  // Other test files in this process may have living programs, whose number does not count: it is told from these by a weak reference.
  const unreachable = Array.from({ length: 30 }, (_, i) => new WeakRef(codeOf(giving(200 + i))));
  const living = () => unreachable.filter((code) => code.deref() !== undefined).length;
  const largest = cachedCount();
  expect(largest).toBeGreaterThanOrEqual(33);
  const deadline = performance.now() + 30_000;
  // A register or a stack slot may hold a few of them further.
  while (performance.now() < deadline && !(living() <= 3 && cachedCount() <= largest - 27)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
  }
  expect(living()).toBeLessThanOrEqual(3);
  expect(cachedCount()).toBeLessThanOrEqual(largest - 27);
  expect(Array.from({ length: 3 }, (_, i) => codeOf(giving(100 + i)))).toEqual(kept);
  expect(codeOf(giving(100))).toBe(kept[0]);
});

it("compiling many programs in one task does not grow the cache beyond its bound", () => {
  for (let value = 1000; value < 1000 + 3 * maxCachedCodes; value++) codeOf(giving(value));
  expect(cachedCount()).toBeLessThanOrEqual(maxCachedCodes);
  // The last programs are still in the cache.
  const last = giving(1000 + 3 * maxCachedCodes - 1);
  expect(codeOf(last).bytes).not.toBe(last);
});
