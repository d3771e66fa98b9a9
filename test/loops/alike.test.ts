import { expect, test } from "vitest";
import { areAlike } from "../../src/loops/alike.ts";
import { Block } from "../../src/loops/block.ts";
import { add, constant, load, mul, register, store, variable } from "../../src/loops/build.ts";
import type { Expression, Memory, Routine, Variable } from "../../src/loops/program.ts";

type Index = (row: Variable, column: Variable) => Expression;

/** y[row + index] = acc[0], where acc is x at an index, for 4 columns; with variables of its own. */
function routine(name: string, indexOf: Index, step = 1): Routine {
  const [x, y]: readonly Memory[] = [
    { name: "x", element: "f32" },
    { name: "y", element: "f32" },
  ];
  const row = variable("row");
  const block = new Block();
  block.range(
    "column",
    0,
    4,
    (inner, column) => {
      const acc = inner.registers("acc", "f32", [1]);
      inner.assign(acc, [0], load(x, indexOf(row, column)));
      inner.add(store(y, add(mul(row, 4), column), register(acc, constant("i32", 0))));
    },
    step,
  );
  return { name, memories: [x, y], parameters: [row], body: block.statements };
}

const sum: Index = (row, column) => add(mul(row, 4), column);

test("routines are alike whose variables, registers and memories are others, and whose names are", () => {
  expect(areAlike(routine("a", sum), routine("b", sum))).toBe(true);
});

test("routines that differ in a number, an operation, a step or the number of statements are not alike", () => {
  const a = routine("a", sum);
  expect(
    areAlike(
      a,
      routine("b", (row, column) => add(mul(row, 5), column)),
    ),
  ).toBe(false);
  expect(
    areAlike(
      a,
      routine("b", (row, column) => mul(mul(row, 4), column)),
    ),
  ).toBe(false);
  expect(areAlike(a, routine("b", sum, 2))).toBe(false);
  expect(areAlike(a, { ...a, body: [...a.body, ...a.body] })).toBe(false);
});

test("routines that read another variable, or another memory, of their own are not alike", () => {
  const a = routine("a", sum);
  expect(
    areAlike(
      a,
      routine("b", (row, column) => add(mul(column, 4), row)),
    ),
  ).toBe(false);
  const b = routine("b", sum);
  expect(areAlike(a, { ...b, memories: [b.memories[1], b.memories[0]] })).toBe(false);
});

test("a variable of one routine stands for one of the other", () => {
  const two = (one: Variable, other: Variable): Routine => {
    const block = new Block();
    block.let("sum", add(one, other));
    return { name: "two", memories: [], parameters: [one, other], body: block.statements };
  };
  const [a, b] = [variable("i"), variable("i")];
  expect(areAlike(two(a, b), two(b, a))).toBe(true);
  expect(areAlike(two(a, b), two(a, a))).toBe(false);
  expect(areAlike(two(a, a), two(a, b))).toBe(false);
});
