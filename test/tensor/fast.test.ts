// The eager shortcuts against the loops that define their ops: same numbers, also where those are NaN or infinite.
import { expect, it } from "vitest";
import { convolve } from "../../src/tensor/convolve.ts";
import { allocate, type DType, type NDArray } from "../../src/tensor/dtype.ts";
import { multiplyMatrices } from "../../src/tensor/multiply.ts";
import { ops } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";

/** A small generator (Park and Miller 1988): the seed is printed where it matters. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48271) % 2147483647) % below;
}

function array(shape: readonly number[], dtype: DType, random: (below: number) => number, special = 0): NDArray {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = random(2000) / 1000 - 1;
  for (let i = 0; i < special; i++) data[random(data.length)] = [Number.NaN, Infinity, -Infinity][random(3)];
  return { shape, dtype, data };
}

const empty = (type: { shape: readonly number[]; dtype: DType }): NDArray => ({
  ...type,
  data: allocate(type.dtype, sizeOf(type.shape)),
});

it("the packed matrix product gives the defining loops' bits, for every size up to 9 and with special values", () => {
  const random = generator(1);
  for (let m = 0; m <= 9; m++) {
    for (let n = 0; n <= 9; n += 3) {
      for (const k of [0, 1, 2, 7]) {
        for (const dtype of ["float32", "float64"] as const) {
          const special = m * n * k > 0 && m === 5 ? 2 : 0;
          const inputs = [array([2, m, k], dtype, random, special), array([2, k, n], dtype, random, special)];
          const [fast, slow] = [empty({ shape: [2, m, n], dtype }), empty({ shape: [2, m, n], dtype })];
          multiplyMatrices(fast, inputs);
          ops.matmul.evaluate(slow, inputs);
          expect(fast.data, `[2,${m},${k}] · [2,${k},${n}]`).toEqual(slow.data);
        }
      }
    }
  }
});

it("convolution by matrix products gives the defining loops' bits, over random strides, paddings, dilations and groups", () => {
  const random = generator(7);
  let tried = 0;
  for (let round = 0; round < 300; round++) {
    const pair = (least: number, below: number) => [least + random(below), least + random(below)] as const;
    const groups = 1 + random(2);
    const [kernel, size] = [pair(1, 3), pair(3, 6)];
    const attributes = {
      stride: pair(1, 2),
      padding: [pair(-1, 4), pair(-1, 4)] as const,
      inputDilation: pair(1, 2),
      kernelDilation: pair(1, 2),
      groups,
    };
    const x = array([random(3), groups * (1 + random(2)), ...size], "float64", random);
    const w = array(
      [groups * (1 + random(2)), x.shape[1] / groups, ...kernel],
      "float64",
      random,
      round % 10 === 0 ? 1 : 0,
    );
    const type = ops.conv.type([x, w], attributes);
    const [fast, slow] = [empty(type), empty(type)];
    convolve(fast, [x, w], attributes);
    ops.conv.evaluate(slow, [x, w], attributes);
    expect(fast.data, `round ${round}: ${JSON.stringify({ x: x.shape, w: w.shape, attributes })}`).toEqual(slow.data);
    if (sizeOf(type.shape) > 0) tried++;
  }
  expect(tried).toBeGreaterThan(150);
});
