// The nudge: two runs of the formula and a division approach the gradient as h shrinks. Then how the page compares the two.
import { expect, it } from "vitest";
import { parse } from "../src/neuron/expression.ts";
import { build } from "../src/neuron/graph.ts";
import { along, curve, gradientOf, nudge } from "../src/neuron/nudge.ts";
import { agreement, exactly, inBrief, inWords, onCard } from "../src/neuron/numbers.ts";
import { presets } from "../src/neuron/presets.ts";
import { pictureOf } from "../src/neuron/secant.ts";

it("approaches the gradient, for every leaf of all formulas that the page offers", () => {
  for (const { text } of presets) {
    const statements = parse(text);
    for (const { label, value } of build(statements, {}, text).leaves) {
      const result = along(statements, {}, label, text);
      const gradient = gradientOf(statements, {}, label, text);
      const errors = [1, 1e-2, 1e-4, 1e-6].map((h) => Math.abs(nudge(result, value.data, h).slope - gradient));
      expect(errors[3], `${label} of ${text}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(gradient)));
      // Either the result is a straight line along the leaf, or a smaller h is a better one.
      if (errors[0] > 1e-9) expect(errors[2], `${label} of ${text}`).toBeLessThan(errors[1] / 50);
    }
  }
});

it("moves a leaf that the text gives a number", () => {
  const text = "x = 2; L = x*y";
  const result = along(parse(text), { y: 5 }, "x", text);
  expect([result(2), result(3)]).toEqual([10, 15]);
  expect(nudge(result, 2, 0.5)).toEqual({ x: 2, h: 0.5, before: 10, after: 12.5, slope: 5 });
  expect(curve(result, 0, 2, 3)).toEqual([
    { x: 0, y: 0 },
    { x: 1, y: 5 },
    { x: 2, y: 10 },
  ]);
});

it("marks the digits that are the same, from the left", () => {
  expect(agreement("−1.50000318", "−1.50000000")).toBe(8);
  expect(agreement("0.99999", "1.00000")).toBe(0);
  expect(agreement("12.5", "1.25")).toBe(0);
  expect(agreement("3.25", "3.25")).toBe(4);
  expect(agreement("−3.25", "3.25")).toBe(0);
});

it("writes numbers as people do", () => {
  expect([Math.SQRT1_2, -3, -0, 1234.5678, 123456, 0.00001, Number.NaN, -Infinity].map(onCard)).toEqual([
    "0.7071",
    "−3.0000",
    "0.0000",
    "1234.57",
    "1.23e+5",
    "1.00e−5",
    "none",
    "−∞",
  ]);
  expect([0.5, -1.5, Math.SQRT1_2, 2, 0.125].map(inWords)).toEqual(["0.50", "−1.50", "0.7071", "2.00", "0.1250"]);
  expect([-0.3462, 0.0123, 0, 12].map(inBrief)).toEqual(["−0.35", "0.0123", "0.00", "12.00"]);
  expect([exactly(-1.5000031, 6), exactly(-1e-12, 6)]).toEqual(["−1.500003", "0.000000"]);
});

it("draws the curve into its frame, with gaps where it has no value", () => {
  const frame = { width: 208, height: 108 };
  const { x, y, path, across } = pictureOf((leaf) => 2 * leaf, 1, frame);
  expect([x(-0.5), x(1), x(2.5)]).toEqual([4, 104, 204]);
  expect(y(2)).toBeCloseTo(54, 9);
  expect(path.startsWith("M4.0 ")).toBe(true);
  expect(path.match(/[ML]/g)?.length).toBe(81);
  // A straight line is its own tangent.
  const line = across(2);
  expect(path.startsWith(`M${line.x1.toFixed(1)} ${line.y1.toFixed(1)}L`)).toBe(true);
  expect(path.endsWith(`L${line.x2.toFixed(1)} ${line.y2.toFixed(1)}`)).toBe(true);
  expect(pictureOf(Math.log, 0.5, frame).path.match(/[ML]/g)?.length).toBeLessThan(81);
  expect(pictureOf((leaf) => (Math.abs(leaf) < 0.5 ? Number.NaN : leaf), 0, frame).path.match(/M/g)?.length).toBe(2);
  expect(pictureOf(() => Number.NaN, 0, frame).path).toBe("");
});
