import { describe, expect, it } from "vitest";
import { hasFusedMultiplyAdd } from "../../../src/backends/wasm/features.ts";
import { add, constant, max } from "../../../src/loops/build.ts";
import { describeConvolution, planConvolution } from "../../../src/schedule/products/convolution/plan.ts";
import { gradientPlan, isDepthwiseGradient } from "../../../src/schedule/products/depthwise/gradient-plan.ts";
import { isDepthwise, tilesOf } from "../../../src/schedule/products/depthwise/plan.ts";
import { loadApart, storeApart } from "../../../src/schedule/products/lanes.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";
import {
  channelsLast,
  contiguous,
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

const filling = new Draw(firstSeed);
for (let i = 0; i < 3 * mega; i++) numbers[i] = filling.unit() * 2 - 1;

/** Layouts that views lead to: x and w in any layout, y with gaps between its elements. */
const views = ["contiguous", "turned", "spread", "channels last"] as const;

function seen(problem: Problem, view: (typeof views)[number]): Problem {
  const { groups, channels, outputs, size, kernel, x, w, y } = problem;
  switch (view) {
    case "contiguous":
      return problem;
    case "turned":
      return { ...problem, x: { ...x, row: -x.row }, w: { ...w, row: -w.row, column: -w.column } };
    case "spread":
      return {
        ...problem,
        x: { ...x, image: x.image * 2, column: -2, row: size[1] * 2 },
        w: { ...w, column: 0 },
        y: { ...y, image: y.image * 2, group: y.group * 2, output: y.output * 2, row: y.row * 2, column: 2 },
      };
    case "channels last":
      return {
        ...channelsLast(problem),
        w: contiguous([
          ["channel", channels],
          ["row", kernel[0]],
          ["column", kernel[1]],
          ["group", groups],
          ["output", outputs],
        ]),
      };
    default:
      return view satisfies never;
  }
}

/**
 * The sums by plain loops: each has four parts, by column modulo 4, over channels, blocks and pairs of rows, vectors of columns and rows
 * of a pair.
 */
function partedSums(problem: Problem): Float32Array {
  const { channels, size, kernel, stride, padding, inputDilation, kernelDilation, x, w } = problem;
  const block = gradientPlan(problem).rows.rows;
  const f = Math.fround;
  const pixel = (base: number, row: number, column: number): number => {
    const [h, v] = [(row - padding[0]) / inputDilation[0], (column - padding[1]) / inputDilation[1]];
    const inside = Number.isInteger(h) && Number.isInteger(v) && h >= 0 && v >= 0 && h < size[0] && v < size[1];
    return inside ? numbers[places.x + base + h * x.row + v * x.column] : 0;
  };
  return Float32Array.from(eachElement(problem), ({ image, group, output, row, column }) => {
    const parts = [0, 0, 0, 0];
    for (let channel = 0; channel < channels; channel++) {
      const ofX = image * x.image + group * x.group + channel * x.channel;
      const ofW = places.w + group * w.group + output * w.output + channel * w.channel;
      for (let first = 0; first < kernel[0]; first += block) {
        const end = Math.min(first + block, kernel[0]);
        for (let pair = first; pair < end; pair += 2) {
          for (let j = 0; j < kernel[1]; j += 4) {
            for (let i = pair; i < Math.min(pair + 2, end); i++) {
              for (let lane = 0; lane < Math.min(kernel[1] - j, 4); lane++) {
                const at = j + lane;
                const value = pixel(
                  ofX,
                  row * stride[0] + i * kernelDilation[0],
                  column * stride[1] + at * kernelDilation[1],
                );
                parts[lane] = f(parts[lane] + f(value * numbers[ofW + i * w.row + at * w.column]));
              }
            }
          }
        }
      }
    }
    return f(f(parts[0] + parts[1]) + f(parts[2] + parts[3]));
  });
}

const definition = (problem: Problem): Float32Array =>
  isDepthwiseGradient(problem) ? partedSums(problem) : Float32Array.from(plainLoops(problem, Math.fround).sums);

function expectExact(problem: Problem, seed?: number): void {
  const values = convolve(problem);
  const expected = definition(problem);
  const wrong = values.findIndex((value, i) => !Object.is(value, expected[i]) && !(value === 0 && expected[i] === 0));
  if (wrong >= 0)
    throw new Error(
      `seed ${seed}: element ${wrong} is ${values[wrong]}, not ${expected[wrong]}, in ${JSON.stringify(problem)}`,
    );
}

/** The gradient of a kernel of `taps` elements, for images of `size` and positions that are `stride` apart. */
interface Gradient {
  readonly images?: number;
  readonly groups?: number;
  readonly channels?: number;
  readonly outputs?: number;
  readonly size: Pair;
  readonly taps: Pair;
  readonly stride?: Pair;
  readonly dilation?: Pair;
  readonly padding?: Pair;
}

function gradient({ images = 3, groups = 2, channels = 1, outputs = 1, size, taps, ...options }: Gradient) {
  const { stride = [1, 1], dilation = [1, 1], padding = [0, 0] } = options;
  const [rows, columns] = [0, 1].map(
    (dim) => Math.floor((size[dim] + 2 * padding[dim] - (taps[dim] - 1) * dilation[dim] - 1) / stride[dim]) + 1,
  );
  const problem = spec({
    ...{ batch: channels, groups, channels: images, outputs, size, kernel: [rows, columns] },
    ...{ stride: dilation, kernelDilation: stride, padding },
  });
  const strides = contiguous([
    ["image", channels],
    ["group", groups],
    ["output", outputs],
    ["row", taps[0]],
    ["column", taps[1]],
  ]);
  return { ...problem, positions: taps, y: strides };
}

const forwards: Record<string, Sizes> = {
  "3×3, padded": { groups: 6, channels: 1, outputs: 1, padding: [1, 1] },
  "in place": { groups: 3, channels: 1, outputs: 1, size: [12, 16] },
  "input gradient with channel multiplier 2": { groups: 4, channels: 2, outputs: 1, padding: [1, 1], size: [7, 9] },
  "with channel multiplier 3, stride 2": {
    ...{ groups: 4, channels: 3, outputs: 1, inputDilation: [2, 2], padding: [1, 1], size: [7, 9] },
  },
  "5×5, stride 2": {
    groups: 2,
    channels: 1,
    outputs: 1,
    kernel: [5, 5],
    stride: [2, 2],
    padding: [2, 2],
    size: [19, 22],
  },
  "input gradient in four parts": {
    ...{ groups: 2, channels: 1, outputs: 1, kernel: [5, 5], inputDilation: [2, 2], padding: [2, 2], size: [10, 11] },
  },
  "7×7": { groups: 2, channels: 1, outputs: 1, kernel: [7, 7], padding: [3, 3], size: [14, 14] },
  "blocks of rows, the last one lower": {
    batch: 1,
    groups: 1,
    channels: 1,
    outputs: 1,
    size: [97, 90],
    padding: [1, 1],
  },
  "stride 2, all in the margin": {
    ...{ groups: 3, channels: 1, outputs: 1, size: [3, 3], stride: [2, 2], padding: [1, 12], high: [1, -11] },
  },
  "1×1": { groups: 3, channels: 1, outputs: 1, kernel: [1, 1] },
};

const gradients: Record<string, Gradient> = {
  "3×3, padded": { size: [9, 11], taps: [3, 3], padding: [1, 1] },
  "in place": { size: [10, 18], taps: [3, 3], images: 2 },
  "5×5, stride 2": { size: [23, 24], taps: [5, 5], stride: [2, 2], padding: [2, 2] },
  "7×7, many groups": { size: [16, 16], taps: [7, 7], padding: [3, 3], groups: 37, images: 2 },
  "channel multiplier 3, channels 2": { size: [12, 13], taps: [3, 3], outputs: 3, channels: 2, padding: [1, 1] },
  dilated: { size: [16, 17], taps: [3, 3], dilation: [2, 3], padding: [2, 3] },
  cropped: { size: [16, 17], taps: [3, 2], padding: [-1, -2] },
  "blocks of rows": { size: [90, 70], taps: [3, 3], padding: [1, 1], groups: 1, images: 1 },
};

describe("sums in the stated order, to the bit", () => {
  it.each(Object.keys(forwards))("forward: %s", (name) => {
    const problem = spec(forwards[name]);
    expect(describeConvolution(planConvolution(problem))).toContain("depthwise, tiles of");
    for (const view of views) expectExact(seen(problem, view));
  });

  it.each(Object.keys(gradients))("gradient of the kernel: %s", (name) => {
    const problem = gradient(gradients[name]);
    expect(describeConvolution(planConvolution(problem))).toContain("depthwise, sums in lanes");
    for (const view of views) expectExact(seen(problem, view));
  });

  it("random instances", () => {
    const met = { forward: 0, gradient: 0 };
    for (let seed = firstSeed; seed < firstSeed + 150; seed++) {
      const draw = new Draw(seed);
      const pair = (low: number, high: number): Pair => [draw.whole(low, high), draw.whole(low, high)];
      const problem =
        draw.unit() < 0.5
          ? spec({
              ...{ batch: draw.whole(1, 3), groups: draw.whole(1, 5), channels: draw.whole(1, 3) },
              ...{ outputs: draw.pick([1, 1, 2, 3]), size: pair(1, 24), kernel: pair(1, 7), stride: pair(1, 3) },
              ...{ padding: pair(-1, 3), high: pair(-1, 3), kernelDilation: pair(1, 2) },
              inputDilation: draw.pick([[1, 1], [1, 1], pair(1, 3)]),
            })
          : gradient({
              ...{ images: draw.whole(1, 3), groups: draw.whole(1, 11), channels: draw.whole(1, 2) },
              ...{ outputs: draw.whole(1, 3), size: pair(16, 28), taps: pair(1, 5), stride: pair(1, 2) },
              ...{ dilation: pair(1, 2), padding: pair(-1, 2) },
            });
      if (isDepthwiseGradient(problem)) met.gradient++;
      else if (isDepthwise(problem)) met.forward++;
      expectExact(seen(problem, draw.pick(views)), seed);
    }
    expect(Math.min(met.forward, met.gradient)).toBeGreaterThan(20);
  });

  if (hasFusedMultiplyAdd())
    it("fused multiply-add is within √K · ε · Σ|terms| of the sum in float64", () => {
      const all = [...Object.values(forwards).map(spec), ...Object.values(gradients).map(gradient)];
      for (const problem of all) {
        const { sums, sizes } = plainLoops(problem, (x) => x);
        const bound = 2 ** -23 * Math.sqrt(problem.channels * problem.kernel[0] * problem.kernel[1]);
        const excess = convolve({ ...problem, relaxed: true }).map(
          (value, i) => Math.abs(value - sums[i]) - bound * sizes[i],
        );
        expect(Math.max(...excess)).toBeLessThanOrEqual(0);
      }
    });
});

it("rows are tiles of one height and of one row less, where that is possible", () => {
  for (let rows = 1; rows < 60; rows++) {
    for (let height = 1; height <= 6; height++) {
      const { high, low, rest } = tilesOf(rows, height);
      expect(high * height + low * (height - 1) + rest).toBe(rows);
      if (rows >= height * (height - 1)) expect(rest).toBe(0);
    }
  }
});

it("ranges of units give the same bits in every division and order", () => {
  const high = { batch: 1, groups: 1, channels: 1, outputs: 1, size: [97, 90], padding: [1, 1] } as const;
  for (const problem of [
    spec(forwards["input gradient with channel multiplier 2"]),
    spec(high),
    gradient(gradients["7×7, many groups"]),
  ]) {
    const units = planConvolution(problem).units;
    expect(units).toBeGreaterThan(1);
    const single = Array.from({ length: units }, (_, i): Range => [i, i + 1]).toReversed();
    expect(convolve(problem, single)).toEqual(convolve(problem));
  }
});

const finished = [
  spec({ groups: 6, channels: 1, outputs: 1, padding: [1, 1] }),
  spec({ groups: 6, channels: 1, outputs: 1, kernel: [5, 4], padding: [1, 1] }),
  spec(forwards["input gradient in four parts"]),
  gradient({ size: [12, 13], taps: [3, 3], outputs: 2, padding: [1, 1] }),
  gradient({ size: [16, 17], taps: [5, 5], padding: [1, 1], groups: 19 }),
];

it("finish receives each complete element once, with its indices", () => {
  for (const problem of finished) {
    for (let i = 0; i < 8192; i++) numbers[places.extra + i] = i % 5;
    const apart = planConvolution(problem).parts[0].apart[1];
    // value = max(value + extra[the same place], 0)
    const values = convolve({
      ...problem,
      finish: (_, at) => {
        expect(at.apart).toBe(apart);
        const extra = loadApart(extraAt(at, problem), at.lanes, at.apart * problem.y.column);
        return max(add(extra, at.value), constant("f32x4", 0));
      },
    });
    const expected = definition(problem).map((sum, i) => Math.max(Math.fround(sum + (i % 5)), 0));
    expect(values).toEqual(expected);
  }
});

it("with stores: false only finish stores", () => {
  for (const problem of finished) {
    const count = [...eachElement(problem)].length;
    numbers.fill(guard, places.extra, places.extra + count + 4);
    const untouched = convolve({
      ...problem,
      stores: false,
      finish: (block, at) => {
        storeApart(block, extraAt(at, problem), at.value, at.lanes, at.apart * problem.y.column);
        return null;
      },
    });
    expect(untouched.every((value) => value === guard)).toBe(true);
    expect(numbers.slice(places.extra, places.extra + count)).toEqual(definition(problem));
    expect(numbers[places.extra + count]).toBe(guard);
  }
});

it("the interpreter of loop programs gives the same bits", () => {
  const small: Sizes = { batch: 1, groups: 2, channels: 2, outputs: 1, size: [6, 9], padding: [1, 2], stride: [1, 2] };
  const all = [
    spec(small),
    spec({ ...small, channels: 1, kernelDilation: [2, 1], stride: [1, 1] }),
    gradient({ images: 1, channels: 2, size: [10, 13], taps: [3, 2], padding: [1, 1] }),
  ];
  for (const problem of all) expect(interpretedConvolution(problem)).toEqual(convolve(problem));
});

describe("infinities", () => {
  /** Runs the problem with some numbers changed, and restores them. */
  function withInfinities(at: readonly number[], body: () => void): void {
    const before = at.map((place) => numbers[place]);
    for (const place of at) numbers[place] = Infinity;
    body();
    for (const [i, place] of at.entries()) numbers[place] = before[i];
  }

  it("reach the results, also where they are multiplied by padding", () => {
    for (const problem of [spec(forwards["3×3, padded"]), gradient(gradients["3×3, padded"])]) {
      withInfinities([places.w], () => {
        const expected = definition(problem);
        expect([...expected].some(Number.isNaN)).toBe(true);
        expect(convolve(problem)).toEqual(expected);
      });
    }
  });

  it("after the last column of a kernel, which no sum reads, do not change results", () => {
    // The kernel has 9 columns, so the last vector of a row has one; no sum reads columns of x from 11 on.
    const problem = { ...gradient({ size: [12, 16], taps: [3, 3] }), kernel: [10, 9] as const };
    const { x, w, channels, groups } = problem;
    const rows = Array.from({ length: 12 }, (_, row) => row);
    const planes = Array.from({ length: channels * groups }, (_, i) => i);
    const apart = { ...w, row: 16, channel: 16 * 12, output: 16 * 12, group: 16 * 12 * channels };
    const beyond = (first: number, base: number, plane: number) =>
      planes.flatMap((p) =>
        rows.flatMap((row) => Array.from({ length: 16 - first }, (_, i) => base + p * plane + row * 16 + first + i)),
      );
    expect(x.row).toBe(16);
    withInfinities([...beyond(11, places.x, 16 * 12), ...beyond(9, places.w, 16 * 12)], () => {
      const values = convolve({ ...problem, w: apart });
      expect([...values].every(Number.isFinite)).toBe(true);
      expect(values).toEqual(definition({ ...problem, w: apart }));
    });
  });
});

it("the plan in words", () => {
  expect(
    describeConvolution(planConvolution(spec({ groups: 6, channels: 1, outputs: 1, padding: [1, 1] }))),
  ).toMatchInlineSnapshot(`"depthwise, tiles of 3 rows × 4 positions, w in registers, x padded, 9 rows at a time"`);
  expect(describeConvolution(planConvolution(spec(forwards["7×7"])))).toMatchInlineSnapshot(
    `"depthwise, tiles of 4 rows × 8 positions, w in place, x padded, 7 rows at a time"`,
  );
  expect(describeConvolution(planConvolution(gradient(gradients["5×5, stride 2"])))).toMatchInlineSnapshot(
    `"depthwise, sums in lanes, 9 positions at once, x padded, 6 rows at a time"`,
  );
});
