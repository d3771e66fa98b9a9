// Routines in workgroups: threads go from barrier to barrier, and what depends on their order is an error.
import { expect, it } from "vitest";
import {
  add,
  barrier,
  choose,
  declare,
  laneOf,
  load,
  lt,
  mul,
  type Operand,
  range,
  set,
  shared,
  store,
  variable,
} from "../../src/loops/build.ts";
import type { Contents } from "../../src/loops/interpret.ts";
import type { Memory, Routine, Statement } from "../../src/loops/program.ts";
import { print } from "../../src/loops/text.ts";
import { divergentBarriers } from "../../src/loops/uniform.ts";
import { faultsOf } from "../../src/loops/verify.ts";
import { interpretWorkgroups } from "../../src/loops/workgroups.ts";

const x: Memory = { name: "x", element: "f32" };
const y: Memory = { name: "y", element: "f32" };
const sums: Memory = { name: "sums", element: "f32" };
const parameters = ["groupX", "groupY", "groupZ", "localX", "localY", "localZ"].map((name) => variable(name));
const [group, , , thread] = parameters;

const routine = (...body: readonly Statement[]): Routine => ({ name: "routine", memories: [x, y], parameters, body });

/** The sum of 16 elements a workgroup of 4 threads: each adds 4, then half as many add two each, and so on. */
const treeSum = (stride: Operand, between: readonly Statement[] = [barrier]) => {
  const [total, i] = [variable("total", "f32"), variable("i")];
  const half = (count: number): Statement[] => [
    choose(lt(thread, count), [store(sums, thread, add(load(sums, thread), load(sums, add(thread, count))))]),
    ...between,
  ];
  return routine(
    shared(sums, 4),
    declare(total, 0),
    range(i, 0, 4, [set(total, add(total, load(x, add(mul(group, 16), add(mul(i, 4), thread)))))]),
    store(sums, thread, total),
    barrier,
    ...half(2),
    ...half(1),
    choose(lt(thread, 1), [store(y, mul(group, stride), load(sums, 0))]),
  );
};

const run = (of: Routine, memories: ReadonlyMap<Memory, Contents>) =>
  interpretWorkgroups(of, { workgroups: [2, 1, 1], workgroupSize: [4, 1, 1] }, memories);

const given = () =>
  new Map<Memory, Contents>([
    [x, Float32Array.from({ length: 32 }, (_, i) => i)],
    [y, new Float32Array(2)],
  ]);

it("threads share memory from barrier to barrier", () => {
  const of = treeSum(1);
  expect([...faultsOf(of), ...divergentBarriers(of)]).toEqual([]);
  expect(print(of)).toBe(`\
routine(x: f32[], y: f32[], groupX: i32, groupY: i32, groupZ: i32, localX: i32, localY: i32, localZ: i32)
  shared sums: f32[4]
  let total = 0
  for i in 0 .. 4
    total = total + x[groupX * 16 + (i * 4 + localX)]
  sums[localX] = total
  barrier
  if localX < 2
    sums[localX] = sums[localX] + sums[localX + 2]
  barrier
  if localX < 1
    sums[localX] = sums[localX] + sums[localX + 1]
  barrier
  if localX < 1
    y[groupX] = sums[0]`);
  const memories = given();
  run(of, memories);
  expect([...(memories.get(y) ?? [])]).toEqual([120, 376]);
});

it("two threads that touch an element without a barrier between them are an error, if one stores to it", () => {
  expect(() => run(treeSum(1, []), given())).toThrow(/a race: one thread (load|store)s element \d of sums/);
  const all = routine(store(y, 0, 1));
  expect(() => run(all, given())).toThrow("a race: one thread stores element 0 of y, and another one stores it");
  const neighbour = routine(store(x, add(mul(group, 4), thread), load(x, add(add(mul(group, 4), thread), 1))));
  expect(() => run(neighbour, given())).toThrow("a race");
});

it("no barrier is between workgroups", () => {
  expect(() => run(treeSum(0), given())).toThrow("a race: one thread stores element 0 of y, and another one stores it");
});

it("a barrier that only some threads reach is an error, found before or while it runs", () => {
  const some = routine(choose(lt(thread, 2), [barrier]));
  expect(divergentBarriers(some)).toEqual(["only some threads may reach a barrier in an if"]);
  expect(() => run(some, given())).toThrow("only some threads of a workgroup reach a barrier");
  const i = variable("i");
  const uneven = routine(range(i, 0, thread, [barrier]));
  expect(divergentBarriers(uneven)).toEqual(["only some threads may reach a barrier in the loop of i"]);
  expect(() => run(uneven, given())).toThrow("only some threads of a workgroup reach a barrier");
  const count = variable("count");
  const loaded = routine(declare(count, 0), choose(lt(thread, 1), [set(count, 1)]), choose(count, [barrier]));
  expect(divergentBarriers(loaded)).toEqual(["only some threads may reach a barrier in an if"]);
});

it("memory of a workgroup is declared once, outside of loops, and with elements", () => {
  const i = variable("i");
  expect(faultsOf(routine(shared(sums, 4), shared(sums, 4)))).toEqual(["sums is declared twice"]);
  expect(faultsOf(routine(range(i, 0, 2, [shared(sums, 4)])))).toEqual(["sums is declared in a loop"]);
  expect(faultsOf(routine(shared(sums, 0)))).toEqual(["sums has 0 elements"]);
  expect(faultsOf(routine(store(sums, 0, 1)))).toEqual(["the routine has no memory sums"]);
});

it("loads and stores past the end of a memory are errors", () => {
  const vector = routine(store(y, thread, laneOf(load(x, add(thread, 30), "f32x4"), 0)));
  expect(() => run(vector, given())).toThrow("elements 30 to 33 of x, which has 32");
  const late = routine(store(y, add(thread, 2), 1));
  expect(() => run(late, given())).toThrow("index 2 is outside of y, which has 2 elements");
});
