// The nudge: two runs of the formula and a division approach the gradient as h shrinks. Then how the page compares the two.
import { expect, it } from "vitest";
import { presets } from "../../src/neuron/formula/presets.ts";
import { resultOf } from "../../src/neuron/graph/evaluate.ts";
import type { Graph } from "../../src/neuron/graph.ts";
import { type AlongLeaf, curve, nudge } from "../../src/neuron/nudge/nudge.ts";
import { pictureOf } from "../../src/neuron/nudge/secant.ts";
import { agreeingDecimals, cornerAt, verdictOf } from "../../src/neuron/nudge/verdict.ts";
import { brief, exactly, inBrief, inWords, onCard, writeNumbersIn } from "../../src/neuron/numbers.ts";
import { startOf } from "../../src/neuron/settings.ts";
import { graphOf, valueFrom } from "./figures.ts";
import { randomFormula } from "./formulas.ts";

/** The result along a leaf, its number, and its gradient by backward(). */
function alongLeaf(graph: Graph, name: string): { result: AlongLeaf; x: number; gradient: number } {
  const leaf = graph.leaves.find(({ label }) => label === name);
  if (leaf === undefined) throw new Error(`no leaf ${name}`);
  graph.root.value.backward();
  return { result: resultOf(graph, [leaf.id]), x: leaf.value.data, gradient: leaf.value.grad };
}
const verdict = (text: string, numbers: Readonly<Record<string, number>>, leaf: string, h: number) => {
  const { result, x, gradient } = alongLeaf(graphOf(text, numbers), leaf);
  return verdictOf(result, gradient, nudge(result, x, h));
};

it("computes the result for other numbers as chainrule's Values do, to the last bit", () => {
  for (let seed = 0; seed < 200; seed++) {
    const { text, leaves } = randomFormula(seed);
    const graph = graphOf(text, leaves);
    const ids = graph.leaves.map(({ id }) => id);
    const result = resultOf(graph, ids);
    const other = Object.fromEntries(graph.leaves.map(({ label, value }) => [label, value.data / 2 + 0.25]));
    expect(result(...graph.leaves.map(({ value }) => value.data)), `seed ${seed}`).toBe(graph.root.value.data);
    expect(result(...Object.values(other)), `seed ${seed}: ${text}`).toBe(valueFrom(text, other));
  }
});

it("approaches the gradient, for every leaf of all formulas that the page offers", () => {
  for (const { text } of presets) {
    const graph = graphOf(text, Object.fromEntries(startOf(text).numbers));
    for (const { label } of graph.leaves) {
      const { result, x, gradient } = alongLeaf(graph, label);
      graph.nodes.forEach(({ value }) => {
        value.grad = 0;
      });
      const errors = [1, 1e-2, 1e-4, 1e-6].map((h) => Math.abs(nudge(result, x, h).slope - gradient));
      expect(errors[3], `${label} of ${text}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(gradient)));
      // Either the result is a straight line along the leaf, or a smaller h is a better one.
      if (errors[0] > 1e-9) expect(errors[2], `${label} of ${text}`).toBeLessThan(errors[1] / 50);
    }
  }
});

it("moves a leaf that the text gives a number", () => {
  const { result } = alongLeaf(graphOf("x = 2; L = x*y", { y: 5 }), "x");
  expect([result(2), result(3)]).toEqual([10, 15]);
  expect(nudge(result, 2, 0.5)).toEqual({ x: 2, h: 0.5, before: 10, after: 12.5, slope: 5 });
  expect(curve(result, 0, 2, 3)).toEqual([
    { x: 0, y: 0 },
    { x: 1, y: 5 },
    { x: 2, y: 10 },
  ]);
});

it("compares slope and gradient as numbers, not as texts", () => {
  // 0.9999999999 and 1.0000000000 have no character in common.
  expect(agreeingDecimals(0.999999999, 1, 8)).toBe(8);
  expect(agreeingDecimals(-1.50000318, -1.5, 8)).toBe(5);
  expect(agreeingDecimals(12.5, 1.25, 8)).toBe(-1);
  expect(agreeingDecimals(3.25, 3.25, 8)).toBe(8);
  expect(agreeingDecimals(-3.25, 3.25, 8)).toBe(-1);
  expect(agreeingDecimals(Number.NaN, 1, 8)).toBe(-1);
  expect(verdict("L = x*x", { x: 3 }, "x", 1)).toEqual({ kind: "apart", difference: 1 });
  expect(verdict("L = 2*x", { x: 3 }, "x", 0.5)).toEqual({ kind: "same" });
  // A straight line has no error but that of the division by a small h.
  expect(verdict("L = 0.1*x + 0.7", { x: 3 }, "x", 1e-6).kind).toBe("rounding");
  expect(verdict("L = x*x", { x: 3 }, "x", 1e-3)).toMatchObject({ kind: "apart" });
});

it("says that a corner has two slopes, and takes no smooth curve for one", () => {
  expect(verdict("L = relu(x)", { x: 0 }, "x", 0.1)).toEqual({ kind: "corner", left: expect.closeTo(0), right: 1 });
  // |x| has no function of its own.
  expect(verdict("L = relu(x) + relu(-x)", { x: 0 }, "x", 1e-6)).toEqual({ kind: "corner", left: -1, right: 1 });
  const inside = verdict("h = relu(x*w + b); L = (h - t)**2", { x: 2, w: 1.5, b: -3, t: 1 }, "w", 1);
  expect(inside).toMatchObject({ kind: "corner", left: expect.closeTo(0) });
  expect(inside.kind === "corner" && inside.right).toBeCloseTo(-4, 3);
  for (const [text, x] of [
    ["L = relu(x)", 0.01],
    ["L = exp(8*x)", 1],
    ["L = x**5", 10],
    ["L = tanh(50*x)", 0],
    ["L = x*x", 0],
    ["L = x**3", 0],
    ["L = 1e-9*x", 1],
    ["L = 1e9 + x", 3],
  ] as const)
    expect([text, cornerAt(alongLeaf(graphOf(text, { x }), "x").result, x)]).toEqual([text, null]);
});

it("says where there is nothing to compare", () => {
  expect(verdict("L = 1/x", { x: 0 }, "x", 0.1)).toEqual({ kind: "no value" });
  expect(verdict("L = log(x)", { x: -1 }, "x", 0.1)).toEqual({ kind: "no value" });
  expect(verdict("L = x**0.5", { x: 0 }, "x", 0.1)).toEqual({ kind: "no gradient" });
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
  expect([0.1, 0.0031622, 10].map(brief)).toEqual(["0.1", "0.0032", "10"]);
  expect([exactly(-1.5000031, 6), exactly(-1e-12, 6)]).toEqual(["−1.500003", "0.000000"]);
});

it("writes numbers with the decimal sign of the language", () => {
  expect(writeNumbersIn("de")).toBe(",");
  const german = [onCard(-3), inWords(0.5), inWords(Math.SQRT1_2), brief(0.1), exactly(-1.5, 3), onCard(1e-9)];
  writeNumbersIn("en");
  expect(german).toEqual(["−3,0000", "0,50", "0,7071", "0,1", "−1,500", "1,00e−9"]);
  expect(inWords(0.5)).toBe("0.50");
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
