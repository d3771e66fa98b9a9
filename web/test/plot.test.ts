// The places of a chart's lines and ticks, its scales, its read-out, and when it says that a loss diverges.
import { expect, it } from "vitest";
import { isDiverging } from "../src/controls/diverging.ts";
import { type Data, plotOf } from "../src/controls/plot.ts";
import { figure, scaleOf } from "../src/controls/scale.ts";
import { uniform } from "../src/points/datasets.ts";

const size = { width: 300, height: 150 };
const placesOf = (path: string) => [...path.matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
const upTo = (count: number, y: (i: number) => number): Data => [
  Array.from({ length: count }, (_, i) => i),
  Array.from({ length: count }, (_, i) => y(i)),
];

it("lines stay within the picture, and larger is higher", () => {
  const { paths, left } = plotOf(
    [
      [0, 1, 2],
      [0, 5, 10],
    ],
    size,
  );
  const places = placesOf(paths[0]);
  expect(places).toHaveLength(3);
  for (const [x, y] of places) expect(x >= left && x <= 300 && y >= 0 && y <= 150).toBe(true);
  expect(places[2][0]).toBeGreaterThan(places[0][0]);
  expect(places[2][1]).toBeLessThan(places[0][1]);
});

it("ticks are round numbers with the digits that they need", () => {
  const { rows, columns } = plotOf(
    [
      [0, 1500],
      [0.1, 0.9],
    ],
    size,
  );
  expect(rows.map(({ text }) => text)).toEqual(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  expect(columns.map(({ text }) => text)).toEqual(["0", "500", "1,000", "1,500"]);
  const quarters = scaleOf([], { range: [0, 1], count: 4, locale: "de" });
  expect(quarters.ticks.map(({ text }) => text)).toEqual(["0,0", "0,2", "0,4", "0,6", "0,8", "1,0"]);
  expect(scaleOf([], { range: [0.9, 1], count: 2 }).ticks.map(({ text }) => text)).toEqual(["0.90", "0.95", "1.00"]);
});

it("a line goes past values that are missing or not finite", () => {
  expect(plotOf([[], []], size).paths).toEqual([""]);
  expect(
    plotOf(
      [
        [0, 1, 2],
        [1, null, Number.NaN],
      ],
      size,
    ).paths[0],
  ).toMatch(/^M[\d.]+,[\d.]+Z?$/);
});

it("with a fixed range, values beyond it are drawn at its edge", () => {
  const { paths } = plotOf(
    [
      [0, 1],
      [0, 7],
    ],
    { ...size, range: [0, 1] },
  );
  expect(paths[0]).toMatch(/,8$/);
});

it("a loss of a thousand million is not cut: the scale turns logarithmic, and every value has a place of its own", () => {
  const { kind, rows, paths } = plotOf(
    upTo(10, (i) => 10 ** i),
    { ...size, scale: "auto" },
  );
  expect(kind).toBe("log");
  const heights = placesOf(paths[0]).map(([, y]) => y);
  expect(new Set(heights).size).toBe(10);
  expect(rows.map(({ text }) => text)).toEqual(["1", "1,000", "10⁶", "10⁹"]);
});

it("the scale stays linear below two decades and wherever a value is not positive", () => {
  const kindOf = (...values: number[]) => plotOf([values.map((_, i) => i), values], { ...size, scale: "auto" }).kind;
  expect(kindOf(1, 0.5, 0.02)).toBe("linear");
  expect(kindOf(1, 0.5, 0.009)).toBe("log");
  expect(kindOf(-1, 1000)).toBe("linear");
  expect(plotOf([[], []], { ...size, scale: "auto" }).kind).toBe("linear");
});

it("a short logarithmic scale has ticks at 1, 2 and 5 times a power of ten, and its ends enclose the data", () => {
  const { ticks, ends } = scaleOf([[0.03, 0.9]], { choice: "log", count: 6 });
  expect(ticks.map(({ text }) => text)).toEqual(["0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
  expect(ends[0]).toBeLessThanOrEqual(0.03);
  expect(ends[1]).toBeGreaterThanOrEqual(0.9);
});

it("no two ticks of an axis have the same text, whatever the values", () => {
  const seed = 7;
  const random = uniform(seed);
  for (let round = 0; round < 400; round++) {
    const [size, spread] = [10 ** (24 * random() - 12), 10 ** (8 * random() - 6)];
    const list = Array.from({ length: 3 }, () => size * (1 + spread * random()) * (random() < 0.2 ? -1 : 1));
    for (const choice of ["linear", "auto", "log"] as const) {
      const texts = scaleOf([list], { choice, count: 1 + Math.floor(8 * random()), rounded: true }).ticks.map(
        ({ text }) => text,
      );
      expect(new Set(texts).size, `seed ${seed}, round ${round}: ${list}, ${choice}: ${texts.join(" ")}`).toBe(
        texts.length,
      );
    }
  }
});

it("the read-out finds the value nearest to the pointer, and leaves out what is not finite", () => {
  const { nearest, reading, across } = plotOf(
    [
      [0, 10, 20],
      [1, 2, 3],
      [4, null, Number.NaN],
    ],
    size,
  );
  expect(nearest(across(12))).toBe(1);
  expect(nearest(-50)).toBe(0);
  expect(nearest(5000)).toBe(2);
  expect(reading(1)?.values.map((one) => one?.value)).toEqual([2, undefined]);
  expect(reading(7)).toBeNull();
  expect(plotOf([[], []], size).nearest(100)).toBeNull();
});

it("earlier runs share the axes and have lines of their own", () => {
  const { ghosts, paths } = plotOf(
    upTo(10, () => 1),
    { ...size, ghosts: [upTo(100, (i) => i)] },
  );
  expect(placesOf(ghosts[0][0])).toHaveLength(100);
  const [ownEnd, ghostEnd] = [placesOf(paths[0]).at(-1)?.[0] ?? 0, placesOf(ghosts[0][0]).at(-1)?.[0] ?? 0];
  expect(ownEnd).toBeLessThan(ghostEnd);
});

it("a loss diverges when it stays far above its beginning or is no number, not when one batch is bad", () => {
  expect(isDiverging([])).toBe(false);
  expect(isDiverging([1, 0.5, 0.2])).toBe(false);
  expect(isDiverging([1, 0.5, 40, 0.4])).toBe(false);
  expect(isDiverging([1, 5, 40, 300])).toBe(true);
  expect(isDiverging([1, 0.5, Number.POSITIVE_INFINITY])).toBe(true);
  expect(isDiverging([1, Number.NaN])).toBe(true);
});

it("the read-out writes three significant digits, and powers of ten for the rest", () => {
  expect([0, 0.01234, 1.5, 123456, 2.5e9, 1e-7].map((x) => figure(x))).toEqual([
    "0",
    "0.0123",
    "1.5",
    "123,456",
    "2.5·10⁹",
    "1·10⁻⁷",
  ]);
});
