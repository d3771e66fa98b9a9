// The faster eager loops against the loops that define their ops: the results are the same, also where they are NaN or infinite.
import { expect, it } from "vitest";
import { convolve } from "../../src/tensor/convolve.ts";
import { allocate, type DType, type NDArray } from "../../src/tensor/dtype.ts";
import { move } from "../../src/tensor/move.ts";
import { multiplyMatrices } from "../../src/tensor/multiply.ts";
import { ops } from "../../src/tensor/ops.ts";
import { rank } from "../../src/tensor/rank.ts";
import { max, sum } from "../../src/tensor/reduce.ts";
import { forEachPlace, sizeOf } from "../../src/tensor/shape.ts";

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
          ops.matmul.evaluate(slow, inputs, {});
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

/** Numbers of which many are equal, some infinite or NaN, and some -0. */
function ties(shape: readonly number[], dtype: DType, random: (below: number) => number): NDArray {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = [random(9) - 4, random(2000) - 1000, -0, 0][random(4)];
  if (dtype === "float32" && data.length > 0 && random(2) === 0)
    for (let i = 0; i < 3; i++) data[random(data.length)] = [Number.NaN, Infinity, -Infinity][random(3)];
  return { shape, dtype, data };
}

it("topk by keys gives the indices that topk by comparison gives, from a list or from sorting, along any dim", () => {
  const random = generator(11);
  for (let round = 0; round < 200; round++) {
    const dtype = (["float32", "int32", "uint8", "bool"] as const)[random(4)];
    const x = ties([1 + random(3), 1 + random(200), 1 + random(3)], dtype, random);
    const dim = random(3);
    const attributes = { dim, k: random(x.shape[dim] + 1) };
    const [fast, slow] = [empty(ops.topk.type([x], attributes)), empty(ops.topk.type([x], attributes))];
    expect(rank(fast, x, attributes)).toBe(true);
    ops.topk.evaluate(slow, [x], attributes);
    expect(fast.data, `round ${round}: ${dtype}[${x.shape}] ${JSON.stringify(attributes)}`).toEqual(slow.data);
  }
});

it("sums and largest elements over neighbouring dims are those of the defining loops", () => {
  const random = generator(13);
  let tried = 0;
  for (let round = 0; round < 300; round++) {
    const shape = Array.from({ length: 1 + random(4) }, () => [0, 1, 2, 3, 9, 17][random(6)]);
    const dims = shape.map((_, dim) => dim).filter(() => random(2) === 0);
    const x = ties(shape, "float32", random);
    const type = ops.sum.type([x], { dims });
    const [fast, slow] = [empty(type), empty(type)];
    if (!sum(fast, x, dims)) continue;
    tried++;
    ops.sum.evaluate(slow, [x], { dims });
    expect(fast.data, `round ${round}: sum of [${shape}] over ${dims}`).toEqual(slow.data);
    if (sizeOf(shape) === 0) continue;
    max(fast, x, dims);
    ops.max.evaluate(slow, [x], { dims });
    expect(fast.data, `round ${round}: max of [${shape}] over ${dims}`).toEqual(slow.data);
  }
  expect(tried).toBeGreaterThan(150);
});

it("move copies elements between any two affine accesses", () => {
  const random = generator(17);
  for (let round = 0; round < 300; round++) {
    const shape = Array.from({ length: random(5) }, () => [1, 2, 3, 5, 40][random(5)]);
    const dtype = (["float32", "float64", "int32", "uint8"] as const)[random(4)];
    const source = array([4000], dtype, random, dtype === "float32" ? 3 : 0);
    const order = shape.map((_, dim) => dim).sort(() => random(3) - 1);
    const strides = new Array<number>(shape.length).fill(1);
    let span = 1;
    for (const dim of order) {
      strides[dim] = span;
      span *= shape[dim];
    }
    if (span > 4000) continue;
    const repeated = strides.map((stride) => (random(4) === 0 ? 0 : stride));
    const [from, to] = [
      { offset: 4000 - span, strides: repeated },
      { offset: 7, strides },
    ];
    const [fast, slow] = [allocate(dtype, span + 20), allocate(dtype, span + 20)];
    move(fast, to, source.data, from, shape);
    const places: number[] = [];
    forEachPlace(shape, to, (place) => places.push(place));
    forEachPlace(shape, from, (place, index) => {
      slow[places[index]] = source.data[place];
    });
    expect(fast, `round ${round}: ${dtype} [${shape}] from ${repeated} to ${strides}`).toEqual(slow);
  }
});
