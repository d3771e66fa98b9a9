// Loop programs are printed as one reads them, and the verifier names what does not fit.
import { expect, it } from "vitest";
import {
  add,
  breakIf,
  choose,
  constant,
  declare,
  eq,
  load,
  loop,
  lt,
  mul,
  range,
  rem,
  set,
  store,
  storeLanes,
  sub,
  variable,
  withLane,
} from "../../src/loops/build.ts";
import { withPointers } from "../../src/loops/pointers.ts";
import type { Expression, Memory, Routine } from "../../src/loops/program.ts";
import { print } from "../../src/loops/text.ts";
import { faultsOf } from "../../src/loops/verify.ts";

const x: Memory = { name: "x", element: "f32" };
const y: Memory = { name: "y", element: "f32" };
const z: Memory = { name: "z", element: "i32" };
const [from, to, row, i] = ["from", "to", "row", "i"].map((name) => variable(name));
const sum = variable("sum", "f32");

const rowSums: Routine = {
  name: "rowSums",
  memories: [x, y],
  parameters: [from, to],
  body: [
    range(row, from, to, [
      declare(sum, 0),
      range(i, 0, 64, [set(sum, add(sum, load(x, add(mul(row, 64), i))))], 2),
      choose(lt(sum, 0), [store(y, row, sub(0, sum))], [store(y, row, sum)]),
    ]),
  ],
};

it("a routine is printed with its loops", () => {
  expect(faultsOf(rowSums)).toEqual([]);
  expect(print(rowSums)).toBe(`\
rowSums(x: f32[], y: f32[], from: i32, to: i32)
  for row in from .. to
    let sum = 0
    for i in 0 .. 64 step 2
      sum = sum + x[row * 64 + i]
    if sum < 0
      y[row] = 0 - sum
    else
      y[row] = sum`);
});

it("parentheses stand where an operation would bind otherwise, and equal names are told apart", () => {
  const other = variable("i");
  const routine: Routine = {
    name: "text",
    memories: [],
    parameters: [i, other],
    body: [loop(breakIf(eq(sub(i, sub(other, 1)), mul(add(i, 2), 3))))],
  };
  expect(print(routine)).toBe(`\
text(i: i32, i.2: i32)
  loop
    break if i - (i.2 - 1) == (i + 2) * 3`);
});

it("a vector whose lanes are set one after the other is printed as these lanes", () => {
  const [none, all] = [constant("f32x4", 0, 0, 0, 0), [0, 1, 2, 3]];
  const gathered = all.reduce<Expression>((vector, lane) => withLane(vector, lane, load(x, mul(i, lane + 2))), none);
  const body = [storeLanes(y, 0, gathered, 4), storeLanes(y, 4, withLane(gathered, 1, load(x, 0)), 4)];
  const routine: Routine = { name: "gather", memories: [x, y], parameters: [i], body };
  expect(print(routine)).toBe(`\
gather(x: f32[], y: f32[], i: i32)
  y[0 .. +4] = lanes(x[i * 2], x[i * 3], x[i * 4], x[i * 5])
  y[4 .. +4] = withLane(lanes(x[i * 2], x[i * 3], x[i * 4], x[i * 5]), 1, x[0])`);
});

it("numbers are computed at once, and integers lose what changes nothing", () => {
  expect(add(mul(i, 1), 0)).toBe(i);
  expect(mul(add(2, 3), 4)).toEqual({ kind: "number", type: "i32", values: [20] });
  expect(mul(2 ** 30, 4)).toEqual({ kind: "number", type: "i32", values: [0] });
  // -0 + 0 is 0, so the sum of floats stays.
  expect(add(sum, 0)).toMatchObject({ kind: "operation", operation: "add" });
  expect(add(sum, 0)).toMatchObject({ operands: [sum, { type: "f32", values: [0] }] });
});

it("the verifier names each fault", () => {
  const faulty: Routine = {
    name: "faulty",
    memories: [x],
    parameters: [from],
    body: [
      breakIf(from),
      set(from, 1),
      set(sum, 0),
      store(y, sum, from),
      range(i, 0, 4, [set(i, 2), declare(from, 0)], 0),
      store(x, i, { kind: "operation", operation: "add", type: "f32", operands: [from, load(x, 0)] }),
    ],
  };
  expect(faultsOf(faulty)).toEqual([
    "a break outside of loops",
    "from is a parameter or the index of a loop, and is set",
    "sum is set before it is declared",
    "sum is read before it is declared",
    "the routine has no memory y",
    "an index of y has type f32, not i32",
    "y has elements of f32, not i32",
    "the step of i is 0",
    "i is a parameter or the index of a loop, and is set",
    "from is declared twice",
    "i is read before it is declared",
    "add of i32 and f32 cannot give f32",
  ]);
});

it("addresses become pointers that move with the loops", () => {
  const [out, unit, column] = [variable("out"), variable("unit"), variable("column")];
  const routine: Routine = {
    name: "copy",
    memories: [x, y, z],
    parameters: [from, to],
    body: [
      range(unit, from, to, [
        declare(out, rem(unit, 8)),
        range(row, 0, 4, [
          range(
            column,
            0,
            64,
            [
              storeLanes(
                y,
                add(mul(out, 256), add(mul(row, 64), column)),
                add(load(x, add(mul(row, 64), column), "f32x4"), load(x, add(add(mul(row, 64), column), 4), "f32x4")),
                4,
              ),
            ],
            4,
          ),
          store(y, sub(255, row), load(x, add(mul(out, 3), load(z, row)))),
        ]),
      ]),
    ],
  };
  expect(faultsOf(routine)).toEqual([]);
  const result = withPointers(routine);
  expect(faultsOf(result)).toEqual([]);
  expect(print(result)).toBe(`\
copy(x: f32[], y: f32[], z: i32[], from: i32, to: i32)
  for unit in from .. to
    let out = unit % 8
    let yAt = &y[out * 256]
    let xAt = &x[out * 3]
    let xAt.2 = &x[0]
    let yAt.2 = &yAt[0]
    let zAt = &z[0]
    let yAt.3 = &y[255]
    for row in 0 .. 4
      let xAt.3 = &xAt.2[0]
      let yAt.4 = &yAt.2[0]
      for column in 0 .. 64 step 4
        yAt.4[0 .. +4] = xAt.3[0 .. +4] + xAt.3[4 .. +4]
        xAt.3 += 4
        yAt.4 += 4
      yAt.3[0] = xAt[zAt[0]]
      xAt.2 += 64
      yAt.2 += 64
      zAt += 1
      yAt.3 += -1`);
});
