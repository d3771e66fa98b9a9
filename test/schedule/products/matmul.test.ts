// Matrix products in WebAssembly have the bits of plain loops, for all sizes and strides and every division of the work.
import { describe, expect, it } from "vitest";
import { Module } from "../../../src/backends/wasm/assembler/assembler.ts";
import { writeFunction } from "../../../src/backends/wasm/loops/write.ts";
import { Block } from "../../../src/loops/block.ts";
import { add, constant, load, max, mul, storeLanes, sub, variable } from "../../../src/loops/build.ts";
import type { Expression, Memory, Routine } from "../../../src/loops/program.ts";
import { faultsOf } from "../../../src/loops/verify.ts";
import { addMatmul } from "../../../src/schedule/products/matmul/build.ts";
import { describeMatmul, planMatmul } from "../../../src/schedule/products/matmul/plan.ts";
import type { FinishedRow, RowPlace } from "../../../src/schedule/products/matmul/rows.ts";
import type { MatmulSpec } from "../../../src/schedule/products/matmul/spec.ts";
import type { Finish, MatmulPlace } from "../../../src/schedule/products/matmul/tile.ts";

const memory = new WebAssembly.Memory({ initial: 640, maximum: 640 });
const numbers = new Float32Array(memory.buffer);
const guard = 12345;

/** First elements of A, B, C and the scratch memory, with a margin around each. */
const places = { a: 1 << 20, b: 3 << 20, c: 5 << 20, extra: 7 << 20, scratch: 8 << 20 };

type Range = readonly [number, number];

/** A product and what finishes its sums, which may read and write the memory `extra`, and C. */
interface Problem extends MatmulSpec {
  readonly finish?: Finish;
  readonly finishRow?: FinishedRow;
}

const memories = {
  a: { name: "a", element: "f32" },
  b: { name: "b", element: "f32" },
  c: { name: "c", element: "f32" },
  extra: { name: "extra", element: "f32" },
  scratch: { name: "scratch", element: "f32" },
} as const satisfies Record<keyof typeof places, Memory>;

function routineOf({ finish, finishRow, ...spec }: Problem): Routine {
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  const at = (memory: Memory) => ({ memory, first: constant("i32", 0) });
  const { a, b, c, scratch } = memories;
  const operands = { a: at(a), b: at(b), c: spec.c && at(c), scratch };
  if (workUnits(spec) > 0)
    addMatmul(
      block,
      { spec, plan: planMatmul(spec), ...operands, finish: finish ?? null, ...(finishRow && { finishRow }) },
      from,
      to,
    );
  const routine = { name: "matmul", memories: Object.values(memories), parameters: [from, to], body: block.statements };
  expect(faultsOf(routine)).toEqual([]);
  return routine;
}

const workUnits = (spec: MatmulSpec): number => planMatmul(spec).units;

function compileMatmul(problem: Problem): (ranges?: readonly Range[]) => void {
  const module = new Module({ initial: 640, maximum: 640, shared: false });
  module.export("multiply", writeFunction(module, routineOf(problem)));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  const multiply = instance.exports.multiply as (...args: number[]) => void;
  const { a, b, c, extra, scratch } = places;
  const elements = planMatmul(problem).scratch.elements;
  return (ranges = [[0, workUnits(problem)]]) => {
    for (const [from, to] of ranges) {
      numbers.fill(Number.NaN, scratch, scratch + elements);
      multiply(a * 4, b * 4, c * 4, extra * 4, scratch * 4, from, to);
    }
  };
}

/** Runs a product and returns the elements of C, row by row; checks that memory between and after them has not changed. */
function product(spec: Problem, ranges?: readonly Range[]): Float32Array {
  const { m, n } = spec;
  const c = spec.c ?? { row: n };
  const size = Math.max(m, 1) * c.row + 16;
  numbers.fill(guard, places.c - 16, places.c + size);
  compileMatmul(spec)(ranges);
  const result = new Float32Array(m * n);
  for (let i = 0; i < m && spec.c; i++) {
    const row = numbers.subarray(places.c + i * c.row, places.c + i * c.row + n);
    result.set(row, i * n);
    row.fill(guard);
  }
  expect(numbers.subarray(places.c - 16, places.c + size).every((value) => value === guard)).toBe(true);
  return result;
}

let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return (state >>> 8) / 2 ** 24;
};
const below = (limit: number) => Math.floor(random() * limit);

/** Fills A and B with new numbers, for any strides. */
function fill(): void {
  for (const place of [places.a, places.b])
    for (let i = -(1 << 18); i < 1 << 20; i++) numbers[place + i] = random() * 2 - 1;
}
fill();

const layouts = {
  plain: ({ n, k }: Sizes) => ({ a: { row: k, inner: 1 }, b: { inner: n, column: 1 }, c: { row: n } }),
  "A transposed": ({ m, n }: Sizes) => ({ a: { row: 1, inner: m }, b: { inner: n, column: 1 }, c: { row: n } }),
  "B transposed": ({ n, k }: Sizes) => ({ a: { row: k, inner: 1 }, b: { inner: 1, column: k }, c: { row: n } }),
  "both transposed": ({ m, n, k }: Sizes) => ({ a: { row: 1, inner: m }, b: { inner: 1, column: k }, c: { row: n } }),
  "long rows": ({ n, k }: Sizes) => ({
    a: { row: k + 3, inner: 1 },
    b: { inner: n + 5, column: 1 },
    c: { row: n + 7 },
  }),
  "every other": ({ n, k }: Sizes) => ({
    a: { row: 2 * k + 1, inner: 2 },
    b: { inner: 2 * n, column: 2 },
    c: { row: n + 1 },
  }),
  backwards: ({ n, k }: Sizes) => ({ a: { row: -k, inner: 1 }, b: { inner: 1, column: -k }, c: { row: n } }),
  reversed: ({ n, k }: Sizes) => ({ a: { row: k, inner: -1 }, b: { inner: -n, column: 1 }, c: { row: n } }),
  repeated: ({ n }: Sizes) => ({ a: { row: 0, inner: 1 }, b: { inner: 0, column: 1 }, c: { row: n } }),
} satisfies Record<string, (sizes: Sizes) => Pick<Problem, "a" | "b" | "c">>;

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

const spec = (sizes: Sizes, layout: keyof typeof layouts = "plain", relaxed = false): Problem => ({
  ...sizes,
  ...layouts[layout](sizes),
  relaxed,
});

/** The result by the definition, rounded to float32 after each product and each sum. */
function plainLoops({ m, n, k, a, b }: Problem): Float32Array {
  const result = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        const [x, y] = [numbers[places.a + i * a.row + p * a.inner], numbers[places.b + p * b.inner + j * b.column]];
        sum = Math.fround(sum + Math.fround(x * y));
      }
      result[i * n + j] = sum;
    }
  }
  return result;
}

const edges = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 33];
const shapes: readonly Sizes[] = [
  ...edges.flatMap((m) => edges.map((n) => ({ m, n, k: edges[(m + n) % edges.length] }))),
  { m: 64, n: 128, k: 784 },
  { m: 10, n: 128, k: 64 },
  { m: 64, n: 10, k: 128 },
  { m: 1, n: 300, k: 700 },
  { m: 300, n: 1, k: 700 },
  { m: 170, n: 20, k: 70 },
  { m: 20, n: 300, k: 70 },
  { m: 7, n: 150, k: 1027 },
];

const fused = WebAssembly.validate(
  (() => {
    const module = new Module({ initial: 1, maximum: 1, shared: false });
    module.function("f", { parameters: ["v128"], results: ["v128"] }, (code, x) =>
      code.get(x).get(x).get(x).op("f32x4.relaxed_madd"),
    );
    return module.bytes();
  })(),
);

describe("each element is the sum over k in ascending order, to the bit", () => {
  it.each(Object.keys(layouts) as (keyof typeof layouts)[])("%s", (layout) => {
    for (const sizes of layout === "plain" ? shapes : shapes.filter((_, i) => i % 5 === 0 || i > 143)) {
      const problem = spec(sizes, layout);
      expect({ sizes, values: product(problem) }).toEqual({ sizes, values: plainLoops(problem) });
    }
  });

  it("empty sums are zeros, and an empty C is not written", () => {
    expect(product(spec({ m: 5, n: 11, k: 0 }))).toEqual(new Float32Array(55));
    for (const sizes of [
      { m: 0, n: 4, k: 4 },
      { m: 4, n: 0, k: 4 },
    ]) {
      expect(workUnits(spec(sizes))).toBe(0);
      expect(product(spec(sizes))).toEqual(new Float32Array(0));
    }
  });
});

if (fused)
  describe("fused multiply-add", () => {
    it("is within √K · ε · Σ|terms| of the sum in float64", () => {
      for (const sizes of shapes.filter((_, i) => i % 7 === 0 || i > 143)) {
        const { m, n, k, a, b } = spec(sizes);
        const result = product(spec(sizes, "plain", true));
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let [sum, size] = [0, 0];
            for (let p = 0; p < k; p++) {
              const term = numbers[places.a + i * a.row + p] * numbers[places.b + p * b.inner + j];
              sum += term;
              size += Math.abs(term);
            }
            expect(Math.abs(result[i * n + j] - sum)).toBeLessThanOrEqual(2 ** -23 * Math.sqrt(k) * size);
          }
        }
      }
    });

    it("gives an element the same bits in every problem that it is part of, in every layout", () => {
      const large = { m: 45, n: 83, k: 600 };
      const { a, b } = spec(large);
      const whole = product({ ...spec(large), relaxed: true });
      for (let round = 0; round < 30; round++) {
        const [m, n] = [1 + below(large.m), 1 + below(large.n)];
        const part = product({ m, n, k: 600, a, b, c: { row: n }, relaxed: true });
        const same = part.every((value, at) => value === whole[Math.floor(at / n) * large.n + (at % n)]);
        expect({ m, n, same }).toEqual({ m, n, same: true });
      }
    });
  });

it("ranges of units give the same bits in every division and order", () => {
  for (const relaxed of fused ? [false, true] : [false]) {
    for (const layout of ["plain", "both transposed"] as const) {
      const problem = spec({ m: 170, n: 265, k: 520 }, layout, relaxed);
      const units = workUnits(problem);
      expect(units).toBeGreaterThan(5);
      const cuts = [0, 1, 3, units - 2, units];
      const ranges = cuts.slice(1).map((to, i): Range => [cuts[i], to]);
      const whole = product(problem);
      expect(product(problem, ranges.toReversed())).toEqual(whole);
      expect(product(problem, [...ranges, [2, 2]])).toEqual(whole);
    }
  }
});

it("NaN and infinity reach the results that they belong to, and no others", () => {
  const problem = spec({ m: 6, n: 10, k: 9 });
  const put = (place: number, value: number) => {
    const before = numbers[place];
    numbers[place] = value;
    return () => (numbers[place] = before);
  };
  const undo = [put(places.a + 2 * 9 + 4, Number.NaN), put(places.b + 3 * 10 + 7, Infinity)];
  const result = product(problem);
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 10; j++) {
      const x = numbers[places.a + i * 9 + 3];
      const expected = i === 2 ? Number.NaN : j === 7 ? x * Infinity : null;
      if (expected === null) expect(result[i * 10 + j]).toSatisfy(Number.isFinite);
      else expect(result[i * 10 + j]).toBe(expected);
    }
  }
  for (const restore of undo) restore();
});

/** The elements of a row-major matrix with n columns at a place. */
const elementOf = (memory: Memory, n: number, { row, column }: MatmulPlace): Expression =>
  load(memory, add(mul(row, n), column), "f32x4");

it("finish receives each complete element once, with its indices", () => {
  for (const sizes of [
    { m: 13, n: 23, k: 5 },
    { m: 6, n: 9, k: 1100 },
  ]) {
    const problem = spec(sizes);
    const { m, n } = problem;
    for (let i = 0; i < m * n + 4; i++) numbers[places.extra + i] = i % 7;
    // value = max(value + other[row][column], 0)
    const withFinish: Problem = {
      ...problem,
      finish: (_, at) => max(add(at.value, elementOf(memories.extra, n, at)), constant("f32x4", 0)),
    };
    const expected = plainLoops(problem).map((value, i) => Math.max(Math.fround(value + (i % 7)), 0));
    expect(product(withFinish)).toEqual(expected);
  }
});

describe("sums that take several blocks are kept in scratch", () => {
  const sizes = [
    { m: 5, n: 11, k: 9 },
    { m: 13, n: 23, k: 1100 },
    { m: 170, n: 265, k: 520 },
  ];
  it("where finish reads the old C: C = C - A·B", () => {
    for (const problem of sizes.map((size) => spec(size))) {
      const { m, n } = problem;
      const run = compileMatmul({
        ...problem,
        sums: "scratch",
        finish: (_, at) => sub(elementOf(memories.c, n, at), at.value),
      });
      for (let i = 0; i < m * n + 4; i++) numbers[places.c + i] = i % 7;
      run();
      const expected = plainLoops(problem).map((value, i) => Math.fround((i % 7) - value));
      expect(expected.findIndex((value, i) => value !== numbers[places.c + i])).toBe(-1);
    }
  });

  it("where there is no C, and finish stores the results", () => {
    for (const problem of sizes.flatMap((size) => [spec(size), spec(size, "both transposed")])) {
      const { m, n } = problem;
      const written: Problem = {
        ...problem,
        c: null,
        finish: (block, { value, row, column, lanes }) => {
          block.add(storeLanes(memories.extra, add(mul(row, n), column), value, lanes));
          return null;
        },
      };
      const units = workUnits(written);
      numbers.fill(guard, places.extra, places.extra + m * n + 4);
      product(written, [
        [Math.floor(units / 2), units],
        [0, Math.floor(units / 2)],
      ]);
      expect(plainLoops(problem).findIndex((value, i) => value !== numbers[places.extra + i])).toBe(-1);
      expect(numbers[places.extra + m * n]).toBe(guard);
    }
  });
});

describe("complete sums are finished row by row", () => {
  it("from scratch, with all vectors of a row, for every size and every division of the work", () => {
    for (const sizes of [
      { m: 5, n: 11, k: 9 },
      { m: 170, n: 265, k: 30 },
      { m: 13, n: 150, k: 1100 },
      { m: 300, n: 16, k: 5 },
    ]) {
      const problem = spec(sizes, "both transposed");
      const { m, n } = problem;
      // extra = value + value
      const add4 = (block: Block, { values, row, column, lanes }: RowPlace) => {
        for (const [v, value] of values.entries()) {
          const index = add(add(mul(row, n), column), 4 * v);
          block.add(storeLanes(memories.extra, index, add(value, value), v < values.length - 1 ? 4 : lanes));
        }
      };
      const inRows: Problem = { ...problem, c: null, sums: "rows", finishRow: { vectors: 3, add: add4 }, units: 3 };
      const units = workUnits(inRows);
      numbers.fill(guard, places.extra, places.extra + m * n + 4);
      product(inRows, [
        [Math.floor(units / 2), units],
        [0, Math.floor(units / 2)],
      ]);
      const expected = plainLoops(problem).map((value) => value + value);
      expect({ sizes, at: expected.findIndex((value, i) => value !== numbers[places.extra + i]) }).toEqual({
        sizes,
        at: -1,
      });
      expect(numbers[places.extra + m * n]).toBe(guard);
    }
  });
});

it("the plan in words", () => {
  expect(describeMatmul(planMatmul(spec({ m: 512, n: 512, k: 512 })))).toMatchInlineSnapshot(
    `"tiles of 4×8, A in place, B packed, blocks of 128×128×512"`,
  );
  expect(describeMatmul(planMatmul(spec({ m: 64, n: 128, k: 784 }, "B transposed")))).toMatchInlineSnapshot(
    `"tiles of 4×8, A in place, B packed, blocks of 64×128×392"`,
  );
});
