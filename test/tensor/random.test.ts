// Random numbers: the generator's published test vectors, its moments, and that one seed gives one sequence.
import { compile, getRngState, manualSeed, multinomial, rand, randn, randperm, setRngState, tensor } from "chainrule";
import { beforeEach, describe, expect, it } from "vitest";
import { threefry } from "../../src/tensor/ops/threefry.ts";

beforeEach(() => manualSeed(0));

const hex = (words: readonly number[]) => words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join(" ");

it("Threefry-2x32-20 gives the test vectors of its authors (Random123, kat_vectors)", () => {
  expect(hex(threefry(0, 0, 0, 0))).toBe("6b200159 99ba4efe");
  expect(hex(threefry(-1, -1, -1, -1))).toBe("1cb996fc bb002be7");
  expect(hex(threefry(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3))).toBe("c4923a9c 483df7a0");
});

describe("one seed, one sequence", () => {
  const draws = () => [rand([5]), randn([5]), randperm(5), rand([3], { dtype: "float64" })].map((x) => x.toArray());

  it("repeats after manualSeed, differs between seeds and between draws", () => {
    const first = draws();
    manualSeed(0);
    expect(draws()).toEqual(first);
    manualSeed(1);
    expect(draws()).not.toEqual(first);
    manualSeed(2 ** 40);
    expect(draws()).not.toEqual(first);
    expect(rand([5]).toArray()).not.toEqual(rand([5]).toArray());
  });

  it("continues from a saved state", () => {
    rand([7]);
    const state = getRngState();
    const next = draws();
    setRngState(state);
    expect(draws()).toEqual(next);
    expect(() => setRngState(tensor([1]))).toThrow("setRngState: the state is int32[3]");
  });

  it("gives these numbers on every machine and in every version", () => {
    expect(rand([4]).toArray()).toMatchInlineSnapshot(`
      [
        0.4184570908546448,
        0.6004990339279175,
        0.3146817088127136,
        0.7533912062644958,
      ]
    `);
    expect(randn([4]).toArray()).toMatchInlineSnapshot(`
      [
        -0.784765899181366,
        0.8564449548721313,
        0.19171330332756042,
        -0.7794250249862671,
      ]
    `);
    expect(randperm(8).toArray()).toMatchInlineSnapshot(`
      [
        2,
        7,
        0,
        6,
        3,
        5,
        1,
        4,
      ]
    `);
  });

  it("takes whole numbers as seeds", () => {
    expect(() => manualSeed(0.5)).toThrow("manualSeed: the seed is a whole number, not 0.5");
  });
});

describe("distributions, over 100,000 draws", () => {
  const n = 100_000;
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const moments = (values: readonly number[], m = mean(values)) => [
    m,
    ...[2, 3, 4].map((k) => mean(values.map((x) => (x - m) ** k))),
  ];

  it.each(["float32", "float64"] as const)(
    "rand, %s: in [0, 1), mean 1/2, variance 1/12, evenly in ten bins",
    (dtype) => {
      const values = [...rand([n], { dtype }).data];
      expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
      const [m, variance] = moments(values);
      expect(m).toBeCloseTo(0.5, 2);
      expect(variance).toBeCloseTo(1 / 12, 2);
      const bins = new Array<number>(10).fill(0);
      for (const x of values) bins[Math.floor(x * 10)]++;
      const chiSquare = bins.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
      expect(chiSquare).toBeLessThan(27.9); // 0.1 % of fair generators exceed it, 9 degrees of freedom
    },
  );

  it("randn: mean 0, variance 1, skewness 0, fourth moment 3, and the normal share within one and two deviations", () => {
    const values = [...randn([n]).data];
    const [m, variance, skewness, fourth] = moments(values);
    expect(Math.abs(m)).toBeLessThan(0.012);
    expect(Math.abs(variance - 1)).toBeLessThan(0.018);
    expect(Math.abs(skewness)).toBeLessThan(0.03);
    expect(Math.abs(fourth - 3)).toBeLessThan(0.1);
    const within = (d: number) => values.filter((x) => Math.abs(x) < d).length / n;
    expect(within(1)).toBeCloseTo(0.6827, 2);
    expect(within(2)).toBeCloseTo(0.9545, 2);
  });

  it("randn inverts the normal distribution: quantiles at 10 %, 50 %, 97.5 % and 99.9 %", () => {
    const sorted = randn([n]).data.toSorted();
    const at = (share: number) => sorted[Math.floor(share * n)];
    expect(at(0.1)).toBeCloseTo(-1.2816, 1);
    expect(at(0.5)).toBeCloseTo(0, 1);
    expect(at(0.975)).toBeCloseTo(1.96, 1);
    expect(Math.abs(at(0.999) - 3.0902)).toBeLessThan(0.2);
  });

  it("multinomial draws without replacement, by weight, and never an index whose weight is 0", () => {
    const weights = tensor([0, 1, 2, 5]);
    const counts = [0, 0, 0, 0];
    const rows = multinomial(weights.expand([8000, 4]), 1).toArray() as number[][];
    for (const [drawn] of rows) counts[drawn]++;
    expect(counts[0]).toBe(0);
    [1 / 8, 2 / 8, 5 / 8].forEach((share, i) => {
      expect(counts[i + 1] / 8000).toBeCloseTo(share, 1);
    });
    expect((multinomial(weights, 3).toArray() as number[]).sort()).toEqual([1, 2, 3]);
    expect(() => multinomial(weights, 5)).toThrow("multinomial: cannot draw 5 without replacement from float32[4]");
  });

  it("multinomial refuses weights from which it cannot draw, and names the first", () => {
    const { NaN: nan, POSITIVE_INFINITY: infinite } = Number;
    for (const [weights, count, words] of [
      [[1, nan], 1, "weight 1 is NaN; weights are numbers from 0"],
      [[-0.5, 1], 1, "weight 0 is -0.5; weights are numbers from 0"],
      [[1, infinite], 1, "weight 1 is Infinity"],
      [[0, 0], 1, "cannot draw 1 without replacement from the 0 weights that are above 0"],
      [[0, 1, 2], 3, "cannot draw 3 without replacement from the 2 weights that are above 0"],
      [
        [
          [1, 1],
          [0, 1],
        ],
        2,
        "cannot draw 2 without replacement from the 1 weights of row 1 that are above 0",
      ],
      [
        [
          [1, 1],
          [1, -1],
        ],
        1,
        "weight 1 of row 1 is -1",
      ],
    ] as const)
      expect(() => multinomial(tensor(weights), count)).toThrow(`multinomial: ${words}`);
    expect(() => multinomial(tensor([1e300, 1], { dtype: "float64" }), 1)).toThrow("weight 0 is Infinity");
    expect((multinomial(tensor([3, 0, 1], { dtype: "int32" }), 2).toArray() as number[]).sort()).toEqual([0, 2]);
    expect(compile(() => multinomial(tensor([0, 4]), 1))().toArray()).toEqual([1]);
  });

  it("randperm: each number once, each equally often first", () => {
    expect((randperm(1000).toArray() as number[]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const firsts = new Array<number>(4).fill(0);
    for (let i = 0; i < 2000; i++) firsts[randperm(4).data[0]]++;
    for (const count of firsts) expect(Math.abs(count - 500)).toBeLessThan(100);
  });
});

it("random numbers are float32 or float64, of a proper shape, and parameters if asked for", () => {
  expect(() => rand([2], { dtype: "int32" })).toThrow("rand: makes float32 or float64, not int32");
  expect(() => randn([-1])).toThrow("randn: a shape is an array of whole numbers from 0");
  expect(randn([2], { requiresGrad: true }).requiresGrad).toBe(true);
  expect(randn([0, 3]).shape).toEqual([0, 3]);
});
