import { beforeAll, describe, expect, it } from "vitest";
import { hasFusedMultiplyAdd } from "../../../src/backends/wasm/features.ts";
import { add, constant, max, storeLanes } from "../../../src/loops/build.ts";
import { describeConvolution, planConvolution } from "../../../src/schedule/products/convolution/plan.ts";
import { loadApart, storeApart } from "../../../src/schedule/products/lanes.ts";
import { winogradIfFaster, winogradPlan } from "../../../src/schedule/products/winograd/plan.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";
import {
  channelsLast,
  convolve,
  eachElement,
  extraAt,
  guard,
  interpretedConvolution,
  mega,
  numbers,
  type Problem,
  places,
  spec as plainSpec,
  type Sizes,
} from "./one-convolution.ts";

/** A convolution of 3×3 with row-major arrays, by Winograd's filtering. */
function spec({
  relaxed = false,
  ...sizes
}: Omit<Sizes, "kernel" | "stride"> & { readonly relaxed?: boolean }): Problem {
  return { ...plainSpec({ padding: [1, 1], ...sizes }), relaxed, winograd: true, algorithm: "winograd" };
}

/** The same convolution with other strides: flipped, with gaps, or permuted. */
const layouts: Record<string, (problem: Problem) => Problem> = {
  "row-major": (problem) => problem,
  "channels last": channelsLast,
  "the kernel turned round, as the gradient of x has it": (problem) => ({
    ...problem,
    w: { ...problem.w, output: 9, channel: 9 * problem.outputs, row: -3, column: -1 },
  }),
  "x and y upside down": (problem) => ({
    ...problem,
    x: { ...problem.x, row: -problem.x.row },
    y: { ...problem.y, row: -problem.y.row, column: -problem.y.column },
  }),
  "every second number of x, from its end": (problem) => ({
    ...problem,
    x: {
      ...problem.x,
      image: problem.x.image * 2,
      group: 2 * problem.x.group,
      channel: 2 * problem.x.channel,
      column: -2,
    },
  }),
};

/** Fills x and w with numbers, wherever their views may read. */
function fill(seed: number, number: (draw: Draw) => number): void {
  const draw = new Draw(seed);
  const some = Array.from({ length: 4099 }, () => number(draw));
  const twice = Float32Array.from([...some, ...some]);
  // Each 4096 numbers begin at another place.
  for (let i = 0; i < 4 * mega; i += 4096) {
    const first = (i + i / 4096) % some.length;
    numbers.set(twice.subarray(first, first + 4096), i);
  }
}

/**
 * The results by the definition in float64, and the sizes Σ over channels of (Σ|x| of the window) · (Σ|w| of the kernel): the bound is a
 * multiple of these.
 */
function definition(problem: Problem): { readonly sums: number[]; readonly sizes: number[] } {
  const { channels, size, padding, x, w } = problem;
  // An import costs a call at each use.
  const [all, firstX, firstW] = [numbers, places.x, places.w];
  const [sums, sizes]: [number[], number[]] = [[], []];
  for (const { image, group, output, row, column } of eachElement(problem)) {
    let [sum, total] = [0, 0];
    for (let channel = 0; channel < channels; channel++) {
      let [window, kernel] = [0, 0];
      const from = firstX + image * x.image + group * x.group + channel * x.channel;
      const to = firstW + group * w.group + output * w.output + channel * w.channel;
      for (let i = 0; i < 3; i++) {
        const h = row + i - padding[0];
        for (let j = 0; j < 3; j++) {
          const v = column + j - padding[1];
          const inside = h >= 0 && h < size[0] && v >= 0 && v < size[1];
          const number = inside ? all[from + h * x.row + v * x.column] : 0;
          const tap = all[to + i * w.row + j * w.column];
          sum += number * tap;
          window += Math.abs(number);
          kernel += Math.abs(tap);
        }
      }
      total += window * kernel;
    }
    sums.push(sum);
    sizes.push(total);
  }
  return { sums, sizes };
}

/** Integers: the transformed kernel has quarters of integers, so every sum is exact. */
const whole = (draw: Draw): number => draw.whole(-8, 8);

function expectExact(problem: Problem): void {
  const values = convolve(problem);
  const { sums } = definition(problem);
  const wrong = values.findIndex((value, i) => value !== sums[i]);
  if (wrong >= 0)
    throw new Error(`element ${wrong} is ${values[wrong]}, not ${sums[wrong]}, in ${JSON.stringify(problem)}`);
}

/** A random problem, with a random layout. */
function randomProblem(draw: Draw): Problem {
  const pair = (low: number, high: number) => [draw.whole(low, high), draw.whole(low, high)] as const;
  const problem = spec({
    ...{ batch: draw.pick([1, 2, 3, 9]), groups: draw.pick([1, 1, 2, 3]), channels: draw.pick([1, 2, 5, 30]) },
    ...{ outputs: draw.pick([1, 2, 3, 4, 7, 8, 13]), size: pair(1, 21), padding: pair(-1, 3), high: pair(-1, 3) },
  });
  return layouts[draw.pick(Object.keys(layouts))](problem);
}

function eachSeed(count: number, body: (seed: number) => void): void {
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    try {
      body(seed);
    } catch (error) {
      throw new Error(`CHAINRULE_SEED=${seed}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

describe("sums that are exact are those of the definition", () => {
  beforeAll(() => fill(1, whole));

  it.each(Object.keys(layouts))("%s", (name) => {
    for (const size of [
      [8, 16],
      [7, 9],
      [1, 1],
      [13, 30],
    ] as const)
      expectExact(layouts[name](spec({ size, groups: 2 })));
  });

  it("padding of every kind", () => {
    for (const padding of [-2, 0, 1, 2, 5])
      for (const high of [-1, 0, 4]) expectExact(spec({ padding: [padding, 1 - padding], high: [high, 2 * high + 3] }));
  });

  it("blocks of rows, units of several blocks, and groups that follow one another in a unit's call", () => {
    const problem = spec({ batch: 40, groups: 3, channels: 20, outputs: 6, size: [10, 6] });
    const { blocksOfUnit, units, rows } = winogradPlan(problem);
    expect({ blocksOfUnit, units, rows }).toEqual({ blocksOfUnit: 7, units: 18, rows: 5 });
    expectExact(problem);
    expect(winogradPlan(spec({ batch: 1, size: [40, 30] }))).toMatchObject({ units: 7, rows: 3, blocksOfImage: 7 });
    expectExact(spec({ batch: 1, size: [40, 30] }));
  });

  it("random problems", () => {
    eachSeed(50, (seed) => {
      const draw = new Draw(seed);
      expectExact(randomProblem(draw));
    });
  });
});

const roundings = hasFusedMultiplyAdd() ? [false, true] : [false];
const unit = 2 ** -24;

describe.each(roundings)("with fused multiply-add: %s", (relaxed) => {
  it("each element is within 4 · (C + 10) · 2⁻²⁴ · Σ (Σ|x|) · (Σ|w|), and within √(C + 10) · 2⁻²⁴ of it where numbers are random", () => {
    eachSeed(40, (seed) => {
      const draw = new Draw(seed);
      const scale = draw.pick([1, 1e-6, 1e6]);
      fill(seed, (each) => scale * (each.pick([0, 1]) + each.unit() * 2 - 1));
      const problem = { ...randomProblem(draw), relaxed };
      const { sums, sizes } = definition(problem);
      const roundings = problem.channels + 10;
      for (const [i, value] of convolve(problem).entries()) {
        const error = Math.abs(value - sums[i]) / unit;
        if (!(error <= 4 * roundings * sizes[i] && error <= Math.sqrt(roundings) * sizes[i]))
          throw new Error(`element ${i} is ${value}, not ${sums[i]}, in ${JSON.stringify(problem)}`);
      }
    });
  });

  it("ranges of units give the same bits in every division and order", () => {
    fill(2, (draw) => draw.unit() * 2 - 1);
    for (const sizes of [
      { batch: 5, groups: 2, channels: 9 },
      { batch: 40, size: [6, 5] as const },
      { batch: 1, size: [30, 17] as const },
    ]) {
      const problem = { ...spec(sizes), relaxed };
      const { units } = winogradPlan(problem);
      expect(units).toBeGreaterThan(4);
      const single = Array.from({ length: units }, (_, i) => [i, i + 1] as const).toReversed();
      const whole = convolve(problem);
      expect(convolve(problem, single)).toEqual(whole);
      expect(
        convolve(problem, [
          [3, units],
          [0, 0],
          [0, 3],
        ]),
      ).toEqual(whole);
    }
  });
});

describe("finish", () => {
  const finished: readonly Sizes[] = [
    { groups: 2 },
    { size: [3, 4], outputs: 11 },
    { size: [8, 16], outputs: 4, batch: 3 },
    { size: [5, 2], outputs: 2 },
    { size: [6, 23], outputs: 9, padding: [0, 1] },
  ];
  beforeAll(() => fill(3, whole));

  it("receives each complete element once, with its indices", () => {
    for (const problem of finished.map(spec)) {
      const elements = [...eachElement(problem)];
      for (const { at } of elements) numbers[places.extra + at] = 0;
      // extra += 1; value = max(value + extra, 0)
      const values = convolve({
        ...problem,
        finish: (block, at) => {
          expect(at.apart).toBe(1);
          const place = extraAt(at, problem);
          const extra = block.let("extra", add(loadApart(place, at.lanes, 1), constant("f32x4", 1)));
          block.add(storeLanes(place.memory, place.first, extra, at.lanes));
          return max(add(extra, at.value), constant("f32x4", 0));
        },
      });
      expect([...values]).toEqual(definition(problem).sums.map((sum) => Math.max(sum + 1, 0)));
      expect(elements.every(({ at }) => numbers[places.extra + at] === 1)).toBe(true);
    }
  });

  it("alone stores with stores: false", () => {
    for (const problem of finished.map((sizes) => channelsLast(spec(sizes)))) {
      const untouched = convolve({
        ...problem,
        stores: false,
        finish: (block, at) => {
          storeApart(block, extraAt(at, problem), at.value, at.lanes, problem.y.column);
          return null;
        },
      });
      expect(untouched.every((value) => value === guard)).toBe(true);
      const stored = [...eachElement(problem)].map(({ at }) => numbers[places.extra + at]);
      expect(stored).toEqual(definition(problem).sums);
    }
  });
});

it("the interpreter of loop programs gives the same bits", () => {
  fill(5, (draw) => draw.unit() * 2 - 1);
  for (const sizes of [
    { batch: 1, groups: 2, channels: 2, outputs: 5, size: [5, 11] },
    { batch: 3, channels: 3, outputs: 4, size: [2, 9], padding: [0, 1] },
  ] satisfies Sizes[]) {
    const problem = spec(sizes);
    expect(interpretedConvolution(problem)).toEqual(convolve(problem));
  }
});

describe("numbers that are not finite", () => {
  const problem = spec({ batch: 1, channels: 2, outputs: 3, size: [9, 10] });
  const at = ({ row, column }: { readonly row: number; readonly column: number }) => places.x + row * 10 + column;
  const rows = Array.from({ length: 9 }, (_, row) => row);
  const columns = Array.from({ length: 10 }, (_, column) => column);
  beforeAll(() => fill(4, (draw) => draw.whole(1, 8)));

  /** Runs the body for every element of an image, with this element replaced by a number. */
  function everywhere(number: number, body: (row: number, column: number) => void): void {
    for (const row of rows) {
      for (const column of columns) {
        const before = numbers[at({ row, column })];
        numbers[at({ row, column })] = number;
        body(row, column);
        numbers[at({ row, column })] = before;
      }
    }
  }
  const near = (row: number, column: number) =>
    [...eachElement(problem)].map((one) => Math.abs(one.row - row) <= 1 && Math.abs(one.column - column) <= 1);

  it("a NaN in x reaches the elements whose window contains it, as without the option, and no other elements of their tiles", () => {
    everywhere(Number.NaN, (row, column) => {
      const values = [...convolve(problem)];
      expect(values.map(Number.isNaN)).toEqual(near(row, column));
      expect(definition(problem).sums.map(Number.isNaN)).toEqual(near(row, column));
    });
  });

  it("an infinity reaches the same elements, as an infinity or as a NaN", () => {
    let lost = 0;
    everywhere(Infinity, (row, column) => {
      const values = [...convolve(problem)];
      expect(values.map((value) => !Number.isFinite(value))).toEqual(near(row, column));
      expect(definition(problem).sums.map((sum) => sum === Infinity)).toEqual(near(row, column));
      lost += values.filter(Number.isNaN).length;
    });
    expect(lost).toBeGreaterThan(0);
  });

  it("a NaN in a kernel reaches every element of its output, also those at the padding", () => {
    const before = numbers[places.w];
    numbers[places.w] = Number.NaN;
    expect([...convolve(problem)].map(Number.isNaN)).toEqual(
      [...eachElement(problem)].map(({ output }) => output === 0),
    );
    numbers[places.w] = before;
  });
});

describe("Winograd's algorithm is used for", () => {
  const pays = spec({ batch: 8, channels: 16, outputs: 16, size: [32, 32] });
  const two = [2, 2] as const;

  it("convolutions of 3×3 without strides and gaps, with enough channels, outputs and positions, where the option allows it", () => {
    expect(winogradIfFaster(pays)).not.toBe(null);
    expect(winogradIfFaster(layouts["the kernel turned round, as the gradient of x has it"](pays))).not.toBe(null);
    expect(winogradIfFaster(spec({ batch: 8, groups: 4, channels: 16, outputs: 16, size: [14, 14] }))).not.toBe(null);
    const others: Record<string, Problem> = {
      "not asked for": { ...pays, winograd: false },
      "3×5": { ...pays, kernel: [3, 5] },
      "with a stride": { ...pays, stride: two },
      "with a dilated kernel": { ...pays, kernelDilation: two },
      "with a dilated input": { ...pays, inputDilation: two },
      "few channels": spec({ batch: 8, channels: 3, outputs: 32, size: [32, 32] }),
      "few outputs": spec({ batch: 8, channels: 32, outputs: 3, size: [32, 32] }),
      depthwise: spec({ batch: 8, groups: 32, channels: 1, outputs: 1, size: [32, 32] }),
      "few positions": spec({ batch: 8, channels: 32, outputs: 32, size: [4, 4] }),
      "a large kernel, of which each thread would have its own": spec({ channels: 512, outputs: 512, size: [14, 14] }),
    };
    for (const [name, other] of Object.entries(others))
      expect({ name, so: winogradIfFaster(other) !== null }).toEqual({ name, so: false });
  });

  it("the plan in words", () => {
    expect(describeConvolution(planConvolution(pays))).toMatchInlineSnapshot(
      `"Winograd F(2×2, 3×3), products of 4 outputs × 8 tiles, 16 rows of tiles at a time"`,
    );
  });
});
