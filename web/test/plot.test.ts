// The places of a chart's lines and ticks.
import { expect, it } from "vitest";
import { plotOf } from "../src/controls/plot.ts";

const size = { width: 300, height: 150 };

it("lines stay within the picture, and larger is higher", () => {
  const { paths, left } = plotOf(
    [
      [0, 1, 2],
      [0, 5, 10],
    ],
    size,
  );
  const places = [...paths[0].matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
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
