// Convolutions by their two general algorithms have the bits of plain loops, for every way in which the work can be divided.
import { describe, expect, it } from "vitest";
import { hasFusedMultiplyAdd } from "../../../src/backends/wasm/features.ts";
import { add, constant, max } from "../../../src/loops/build.ts";
import { describeConvolution, planConvolution } from "../../../src/schedule/products/convolution/plan.ts";
import { loadApart, storeApart } from "../../../src/schedule/products/lanes.ts";
import {
  channelsLast,
  convolve,
  eachElement,
  extraAt,
  guard,
  interpretedConvolution,
  mega,
  numbers,
  type Pair,
  type Problem,
  places,
  plainLoops,
  type Range,
  type Sizes,
  spec,
} from "./one-convolution.ts";

let state = 7;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return (state >>> 8) / 2 ** 24;
};
const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)];
for (let i = 0; i < 3 * mega; i++) numbers[i] = random() * 2 - 1;

const algorithms = ["positions", "outputs", "images"] as const;

function expectExact(problem: Problem): void {
  const expected = Float32Array.from(plainLoops(problem, Math.fround).sums);
  for (const algorithm of algorithms) {
    const values = convolve({ ...problem, algorithm });
    const wrong = values.findIndex((value, i) => !Object.is(value, expected[i]) && !(value === 0 && expected[i] === 0));
    if (wrong >= 0)
      throw new Error(
        `element ${wrong} is ${values[wrong]}, not ${expected[wrong]}, by ${algorithm} in ${JSON.stringify(problem)}`,
      );
  }
}

describe("each element is the sum over channels, kernel rows and kernel columns, to the bit", () => {
  const instances: Record<string, Sizes> = {
    "3×3": {},
    padded: { padding: [1, 1] },
    "more than the kernel's half": { padding: [4, 5] },
    cropped: { padding: [-2, -1], high: [0, -3] },
    "stride 2": { stride: [2, 2], padding: [1, 1] },
    "stride 3 and 4": { stride: [3, 4], padding: [1, 2], size: [14, 19] },
    dilated: { kernelDilation: [2, 3], padding: [1, 3] },
    "stride and dilation": { stride: [2, 3], kernelDilation: [3, 2], padding: [3, 2], size: [13, 17] },
    "input dilated": { inputDilation: [2, 2], padding: [2, 2], high: [1, 2] },
    "input dilated, with a stride": { inputDilation: [2, 3], stride: [3, 2], padding: [2, 1] },
    "input dilated, one column": {
      ...{ size: [8, 1], kernel: [1, 4], stride: [2, 1], inputDilation: [1, 2], padding: [0, 1], high: [0, 2] },
    },
    groups: { groups: 3, channels: 2, outputs: 4, padding: [1, 1] },
    depthwise: { groups: 6, channels: 1, outputs: 1, padding: [1, 1] },
    "one pixel": { kernel: [1, 1], channels: 20, outputs: 9 },
    "the whole image": { kernel: [9, 11], outputs: 20 },
    "many outputs, small images": { size: [4, 3], outputs: 21, channels: 13, padding: [1, 1], batch: 5 },
    "many images, one position": { size: [3, 3], outputs: 19, channels: 4, batch: 13 },
    "a large kernel": { size: [32, 34], kernel: [28, 30], batch: 3, channels: 2, outputs: 9 },
    "no channels": { channels: 0 },
    "no images": { batch: 0 },
    "no kernel": { kernel: [0, 3] },
    "no kernel, one position": { size: [1, 1], kernel: [1, 0], outputs: 9, batch: 9 },
  };
  it.each(Object.keys(instances))("%s", (name) => expectExact(spec(instances[name])));

  it("random instances, with strides of every kind", () => {
    for (let round = 0; round < 150; round++) expectExact(randomProblem());
  });
});

function randomProblem(): Problem {
  const pair = (...values: readonly number[]): Pair => [pick(...values), pick(...values)];
  const problem = spec({
    batch: pick(1, 2, 3, 9),
    groups: pick(1, 1, 2),
    channels: pick(1, 2, 5),
    outputs: pick(1, 3, 4, 8, 9, 13),
    size: pair(1, 2, 5, 8, 12),
    kernel: pair(1, 2, 3, 5),
    stride: pair(1, 1, 2, 3),
    padding: pair(-1, 0, 1, 2),
    high: pair(-1, 0, 1, 2),
    inputDilation: pair(1, 1, 2, 3),
    kernelDilation: pair(1, 1, 2),
  });
  const { size, x, w } = problem;
  const views = {
    contiguous: problem,
    turned: { ...problem, x: { ...x, row: -x.row }, w: { ...w, row: -w.row, column: -w.column } },
    "channels last": channelsLast(problem),
    spread: {
      ...problem,
      x: { ...x, image: x.image * 2, column: -2, row: size[1] * 2 },
      w: { ...w, column: 2 },
    },
  };
  return views[pick("contiguous", "turned", "channels last", "spread")];
}

it("the interpreter of loop programs gives the same bits as WebAssembly", () => {
  for (let round = 0; round < 12; round++) {
    const problem = { ...randomProblem(), batch: 1 };
    for (const algorithm of algorithms)
      expect(interpretedConvolution({ ...problem, algorithm })).toEqual(convolve({ ...problem, algorithm }));
  }
});

/** The gradient of the kernel of 3 -> 8 channels, 3×3, padding 1: it sums over the batch instead of the channels. */
const kernelGradient = (relaxed: boolean): Problem => ({
  ...spec({ batch: 3, channels: 6, outputs: 20, size: [16, 16], kernel: [16, 16], padding: [1, 1] }),
  x: { image: 256, group: 0, channel: 3 * 256, row: 16, column: 1 },
  w: { group: 0, output: 256, channel: 20 * 256, row: 16, column: 1 },
  y: { image: 9, group: 0, output: 27, row: 3, column: 1 },
  relaxed,
});

const fused = hasFusedMultiplyAdd();

if (fused)
  it("fused multiply-add is within √K · ε · Σ|terms| of the sum in float64", () => {
    for (const problem of [{ ...spec({ padding: [1, 1] }), relaxed: true }, kernelGradient(true)]) {
      const { sums, sizes } = plainLoops(problem, (x) => x);
      const terms = problem.channels * problem.kernel[0] * problem.kernel[1];
      const excess = convolve(problem).map(
        (value, i) => Math.abs(value - sums[i]) - 2 ** -23 * Math.sqrt(terms) * sizes[i],
      );
      expect(Math.max(...excess)).toBeLessThanOrEqual(0);
    }
  });

it("ranges of units give the same bits in every division and order", () => {
  for (const relaxed of fused ? [false, true] : [false]) {
    const forward = { ...spec({ batch: 5, groups: 2, outputs: 9, padding: [1, 1] }), relaxed };
    for (const problem of [forward, kernelGradient(relaxed)]) {
      const units = planConvolution(problem).units;
      expect(units).toBeGreaterThan(1);
      const single = Array.from({ length: units }, (_, i): Range => [i, i + 1]).toReversed();
      expect(convolve(problem, single)).toEqual(convolve(problem));
    }
  }
});

const instances: readonly Sizes[] = [
  { groups: 2, padding: [1, 1] },
  { size: [3, 4], outputs: 11 },
  { outputs: 10, inputDilation: [2, 2], padding: [1, 1] },
  { outputs: 5, groups: 2, inputDilation: [1, 3], kernel: [2, 2] },
];
const finished: readonly Problem[] = algorithms.flatMap((algorithm) =>
  instances.map((sizes) => ({ ...spec(sizes), algorithm })),
);

it("finish receives each complete element once, with its indices", () => {
  for (const problem of finished) {
    const { groups, outputs } = problem;
    for (let i = 0; i < 8192; i++) numbers[places.extra + i] = i % 5;
    // max(value + extra[the same place], 0)
    const values = convolve({
      ...problem,
      finish: (_, sums) => {
        const other = loadApart(extraAt(sums, problem), sums.lanes, sums.apart * problem.y.column);
        return max(add(sums.value, other), constant("f32x4", 0));
      },
    });
    const expected = plainLoops(problem, Math.fround).sums.map((sum, i) => Math.max(Math.fround(sum + (i % 5)), 0));
    expect(groups * outputs).toBeGreaterThan(9);
    expect(values).toEqual(Float32Array.from(expected));
  }
});

it("with stores: false only finish stores", () => {
  for (const problem of finished) {
    const count = [...eachElement(problem)].length;
    numbers.fill(guard, places.extra, places.extra + count + 4);
    const untouched = convolve({
      ...problem,
      stores: false,
      finish: (block, sums) => {
        const { value, lanes, apart } = sums;
        storeApart(block, extraAt(sums, problem), value, lanes, apart * problem.y.column);
        return null;
      },
    });
    expect(untouched.every((value) => value === guard)).toBe(true);
    const expected = Float32Array.from(plainLoops(problem, Math.fround).sums);
    expect(numbers.slice(places.extra, places.extra + count)).toEqual(expected);
    expect(numbers[places.extra + count]).toBe(guard);
  }
});

it("NaN and infinity reach the results, also where they are multiplied by padding", () => {
  const problem: Problem = {
    ...spec({ batch: 1, channels: 1, outputs: 1, size: [6, 6], padding: [1, 1] }),
    algorithm: "positions",
  };
  const before = numbers[places.w];
  numbers[places.w] = Infinity;
  expect([...convolve(problem)]).toEqual(plainLoops(problem, Math.fround).sums);
  numbers[places.w] = before;
});

it("products with the gaps of a dilated input are left out: an infinite weight that meets only them gives no NaN", () => {
  const problem: Problem = {
    ...spec({ channels: 1, outputs: 1, size: [3, 3], kernel: [1, 2], inputDilation: [1, 2] }),
    algorithm: "positions",
  };
  const before = numbers[places.w + 1];
  numbers[places.w + 1] = Infinity;
  expect(problem.positions).toEqual([3, 4]);
  const values = convolve(problem);
  expect([...values].map(Number.isFinite)).toEqual([...values].map((_, i) => i % 2 === 0));
  expect([...values]).not.toContain(Number.NaN);
  numbers[places.w + 1] = before;
});

it("the plan in words", () => {
  expect(describeConvolution(planConvolution(spec({ padding: [1, 1] })))).toMatchInlineSnapshot(
    `"tiles of 5 outputs × 8 positions and 5 outputs × 3 positions, x padded, 3 rows at a time"`,
  );
  expect(describeConvolution(planConvolution(kernelGradient(false)))).toMatchInlineSnapshot(
    `"tiles of 5 positions × 8 outputs, x padded, w packed, sums in blocks of 2×16×16"`,
  );
});
