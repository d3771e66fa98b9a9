// The functions of single float32 for threads of a GPU: their errors against Math's float64 are within the stated ones, and special values
// are IEEE's. The interpreter rounds each step; how far a GPU's compiler may go is tried on an adapter.
import { expect, it } from "vitest";
import { Block } from "../../../src/loops/block.ts";
import { variable } from "../../../src/loops/build.ts";
import { valueAfter } from "../../../src/loops/interpret.ts";
import type { MathName } from "../../../src/loops/math/functions.ts";
import { singleMath, singleUlps } from "../../../src/loops/math/single.ts";
import { opOf } from "../../../src/tensor/ops.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";

const names = Object.keys(singleMath) as MathName[];

/** The function in float64, as the op table has it. */
function exactly(name: MathName, x: number, y: number): number {
  const of = (...values: number[]) =>
    values.map((value) => ({ shape: [], dtype: "float64" as const, data: Float64Array.of(value) }));
  const [result] = of(0);
  opOf(name).evaluate(result, name === "pow" ? of(x, y) : of(x), {});
  return result.data[0];
}

const ulpOf = (y: number): number => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(y), 2 ** -126))) - 23);

const special = [
  0,
  -0,
  1,
  -1,
  2,
  -3,
  0.5,
  Number.NaN,
  Infinity,
  -Infinity,
  1e-40,
  1e30,
  88.8,
  -104,
  Math.fround(Math.PI),
];

it.each(names)("%s", (name) => {
  const [x, y] = [variable("x", "f32"), variable("y", "f32")];
  const block = new Block();
  const result = singleMath[name](block, x, y);
  const draw = new Draw(firstSeed);
  const number = (i: number) =>
    Math.fround(i < 225 ? special[i % 15] : (draw.unit() - 0.5) * 10 ** draw.whole(-6, i % 4 === 0 ? 30 : 2));
  for (let i = 0; i < 500; i++) {
    const [a, b] = [number(i), i < 225 ? Math.fround(special[Math.floor(i / 15)]) : number(i + 1)];
    const value = Number(
      valueAfter(
        block.statements,
        result,
        new Map([
          [x, [a]],
          [y, [b]],
        ]),
      )[0],
    );
    const exact = exactly(name, a, b);
    const nearest = Math.fround(exact);
    const isRight =
      Number.isFinite(nearest) && nearest !== 0
        ? Math.abs(value - exact) <= singleUlps[name] * ulpOf(exact)
        : Object.is(value, nearest);
    expect(isRight, `${name} of ${a}, ${b} is ${value}, not ${exact}; seed ${firstSeed}`).toBe(true);
  }
});
