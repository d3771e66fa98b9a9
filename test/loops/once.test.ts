// Values are computed once, and before the loops in which they do not vary.
import { expect, it } from "vitest";
import { Block } from "../../src/loops/block.ts";
import { add, constant, load, lt, mul, own, rem, set, store, variable } from "../../src/loops/build.ts";
import { computedOnce } from "../../src/loops/once.ts";
import type { Expression, Memory, Routine } from "../../src/loops/program.ts";
import { print } from "../../src/loops/text.ts";
import { faultsOf } from "../../src/loops/verify.ts";

const [x, y]: Memory[] = [
  { name: "x", element: "f32" },
  { name: "y", element: "f32" },
];
const place = variable("p");

const textOf = (write: (block: Block) => void): string => {
  const block = new Block();
  write(block);
  const routine: Routine = { name: "f", memories: [x, y], parameters: [place], body: block.statements };
  const changed = computedOnce(routine);
  expect(faultsOf(changed)).toEqual([]);
  return print(changed);
};

it("what varies in no loop comes before it, and what is computed again is not", () => {
  expect(
    textOf((block) =>
      block.range("k", 0, 9, (loop, k) => {
        const first = loop.let("i", rem(place, 14));
        loop.add(store(y, add(k, first), loop.let("a", load(x, add(k, first)))));
        const again = loop.let("i", rem(place, 14));
        loop.add(store(y, mul(add(k, again), 2), loop.let("a", load(x, add(k, again)))));
      }),
    ),
  ).toBe(
    [
      "f(x: f32[], y: f32[], p: i32)",
      "  let i = p % 14",
      "  for k in 0 .. 9",
      "    let a = x[k + i]",
      "    y[k + i] = a",
      "    y[(k + i) * 2] = a",
    ].join("\n"),
  );
});

it("variables that change, memory that is stored to, and what only a condition allows stay where they are", () => {
  const body = (block: Block): void => {
    const sum = block.let("sum", constant("i32", 0));
    block.let("twice", mul(sum, 2));
    block.add(set(sum, 1));
    const twice = block.let("twice", mul(sum, 2));
    const memory: Memory = { name: "mine", element: "f32" };
    block.add(own(memory, 4));
    const read = (): Expression => block.let("r", load(memory, 0));
    block.add(store(memory, 0, constant("f32", 1)));
    read();
    block.add(store(memory, 0, constant("f32", 2)));
    const second = read();
    block.if(lt(twice, 3), (inner) => inner.let("inside", load(x, 7)));
    block.range("k", 0, 2, (loop) => loop.let("inside", load(x, 7)));
    block.add(store(y, 0, second));
  };
  expect(textOf(body)).toBe(
    [
      "f(x: f32[], y: f32[], p: i32)",
      "  let sum = 0",
      "  let twice = sum * 2",
      "  sum = 1",
      "  let twice.2 = sum * 2",
      "  own mine: f32[4]",
      "  mine[0] = 1",
      "  let r = mine[0]",
      "  mine[0] = 2",
      "  let r.2 = mine[0]",
      "  if twice.2 < 3",
      "    let inside = x[7]",
      "  for k in 0 .. 2",
      "    let inside.2 = x[7]",
      "  y[0] = r.2",
    ].join("\n"),
  );
});
