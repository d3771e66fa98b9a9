// Broadcast operands that are read in place against the expanded arrays that the ops are defined for.
import { compile, noGrad, tensor } from "chainrule";
import { expect, it } from "vitest";
import { allocate } from "../../src/tensor/dtype.ts";
import { opOf } from "../../src/tensor/ops.ts";
import { repeat, runOf } from "../../src/tensor/repetition.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** Numbers that differ, of a shape. */
const numbers = (shape: readonly number[], scale = 1) =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 7919) % 10007) / 5003.5 - 1) * scale),
    { shape },
  );

/** Expanded by the loops of the op. */
function expanded(x: Tensor, shape: readonly number[]): Tensor {
  const result = { shape, dtype: x.dtype, data: allocate(x.dtype, sizeOf(shape)) };
  opOf("expand").evaluate(result, [{ shape: x.shape, dtype: x.dtype, data: x.data }], { shape } as never);
  return tensor(result.data, { shape, dtype: x.dtype });
}

/** From, to. The products of sizes lie on both sides of a piece of 16,384 elements. */
const expansions: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[1], [70000]],
  [[], [300, 300]],
  [[1000], [90, 1000]],
  [[3], [30001, 3]],
  [
    [17, 1],
    [4000, 17, 1],
  ],
  [[20001], [4, 20001]],
  [
    [300, 1],
    [300, 300],
  ],
  [
    [20001, 1],
    [20001, 4],
  ],
  [
    [7, 1],
    [7, 20001],
  ],
  [
    [16, 1, 1],
    [9, 16, 30, 30],
  ],
  [
    [5, 1, 3],
    [5, 4000, 3],
  ],
  [
    [2, 1, 4, 1],
    [2, 90, 4, 100],
  ],
];

it.each(expansions.map((pair) => pair))(
  "[%j] expanded to [%j]: as the whole array, and as either operand",
  (from, to) => {
    const x = numbers(from);
    const whole = expanded(x, to);
    expect(x.expand(to)).toEqual(whole);
    const [a, condition] = [numbers(to, 3), numbers(to).gt(0)];
    // Twice: the programs are compiled after some elements were computed by loops.
    for (let time = 0; time < 2; time++) {
      expect(a.sub(x)).toEqual(a.sub(whole));
      expect(x.sub(a)).toEqual(whole.sub(a));
      expect(a.where(condition, x.expand(to))).toEqual(a.where(condition, whole));
      expect(x.expand(to).mul(0.5)).toEqual(whole.mul(0.5));
      expect(x.expand(to).reshape([-1]).neg()).toEqual(whole.reshape([-1]).neg());
    }
  },
);

it("two broadcast operands with different periods are each read in place", () => {
  const [row, column, channel] = [numbers([301]), numbers([400, 1]), numbers([20, 1, 1], 2)];
  for (let time = 0; time < 2; time++) {
    expect(row.add(column)).toEqual(expanded(row, [400, 301]).add(expanded(column, [400, 301])));
    const [a, b] = [channel.expand([5, 20, 7, 301]), row.expand([5, 20, 7, 301])];
    expect(a.mul(b)).toEqual(expanded(channel, [5, 20, 7, 301]).mul(expanded(row, [5, 20, 7, 301])));
  }
});

it("parts of a repetition begin anywhere", () => {
  for (const [length, run] of [
    [5, 1],
    [4, 3],
    [3, 20],
    [1, 1],
  ]) {
    const repetition = { elements: Float32Array.from({ length }, (_, i) => i + 1), run };
    for (let start = 0; start < 2 * length * run + 1; start++) {
      for (const count of [0, 1, run, length * run, 3 * length * run + 2]) {
        const y = new Float32Array(count + 3);
        repeat(y, 2, repetition, start, count);
        const defined = Array.from({ length: count }, (_, i) => (Math.floor((start + i) / run) % length) + 1);
        expect([...y]).toEqual([0, 0, ...defined, 0]);
      }
    }
  }
});

it("only dims that lie together are a repetition", () => {
  expect(runOf([3], [4, 3])).toBe(1);
  expect(runOf([3, 1, 2, 1], [3, 1, 2, 5])).toBe(5);
  expect(runOf([1, 1], [7, 5])).toBe(35);
  expect(runOf([3, 1, 2], [3, 4, 2])).toBeNull();
});

it("a broadcast tensor keeps its numbers when its source changes", () => {
  const source = numbers([100]);
  const before = source.expand([100, 100]);
  const copy = numbers([100]);
  source.data.fill(7);
  source.assign(copy.mul(2));
  expect(before).toEqual(expanded(copy, [100, 100]));
  // Who wrote to the array has it written.
  const written = copy.expand([100, 100]);
  written.data[0] = 9;
  expect(written.add(0).data[0]).toBe(9);
});

it("broadcast tensors are arguments of compiled functions, and have gradients as before", () => {
  const row = numbers([100]);
  row.requiresGrad = true;
  const x = numbers([200, 100]);
  x.mul(row).sum().backward();
  const defined = noGrad(() => x.sum(0));
  expect(row.grad?.data.every((g, i) => Math.abs(g - defined.data[i]) < 1e-4)).toBe(true);
  const twice = compile((a: Tensor) => a.mul(2));
  expect(twice(row.detach().expand([50, 100]))).toEqual(expanded(row.detach(), [50, 100]).mul(2));
});
