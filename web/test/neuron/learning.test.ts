// The update of the weights, runs of it and their ends, the landscape, what is told, the settings, and the program of the same formula.
import { Value } from "chainrule/scalar";
import { expect, it } from "vitest";
import { parse } from "../../src/neuron/formula/expression.ts";
import { presets } from "../../src/neuron/formula/presets.ts";
import { resultOf } from "../../src/neuron/graph/evaluate.ts";
import type { Graph } from "../../src/neuron/graph.ts";
import { axesOf, frameOf, landscapeOf, resolution } from "../../src/neuron/learn/landscape.ts";
import { type End, endOf, maxRounds, updatesOf } from "../../src/neuron/learn/update.ts";
import { programOf } from "../../src/neuron/program.ts";
import { defaultRate, savedOf, settingsOf, startOf } from "../../src/neuron/settings.ts";
import { gradientsAfter, stepsOf } from "../../src/neuron/steps/steps.ts";
import { type State, storyOf } from "../../src/neuron/steps/story.ts";
import { graphOf, words } from "./figures.ts";
import { randomFormula } from "./formulas.ts";

const numbersOf = ({ leaves }: Graph) => Object.fromEntries(leaves.map(({ label, value }) => [label, value.data]));
const updates = (graph: Graph, rate: number) => {
  const steps = stepsOf(graph);
  return updatesOf(graph, gradientsAfter(graph, steps, steps.length), rate);
};
const preset = (i: number) => graphOf(presets[i].text, Object.fromEntries(startOf(presets[i].text).numbers));
const hasTarget = ({ leaves }: Graph) => leaves.some(({ role }) => role === "target");

/** Rounds of learning until the run ends: its results, and why it ended. */
function run(text: string, numbers: Readonly<Record<string, number>>, rate: number): { results: number[]; end: End } {
  let graph = graphOf(text, numbers);
  const results = [graph.root.value.data];
  for (let round = 0; ; round++) {
    const next = updates(graph, rate);
    const end = endOf(graph, next, { round, isError: hasTarget(graph) });
    if (end !== null) return { results, end };
    graph = graphOf(text, {
      ...numbersOf(graph),
      ...Object.fromEntries(next.map(({ label, after }) => [label, after])),
    });
    results.push(graph.root.value.data);
  }
}

it("moves the weights and biases against their gradients, and nothing else", () => {
  const graph = graphOf("L = (x*w + b - t)**2", { x: 2, w: 1, b: 0.5, t: 1 });
  // The difference is 1.5: ∂L/∂w = 2 · 1.5 · x = 6, ∂L/∂b = 3.
  expect(updates(graph, 0.1)).toEqual([
    { node: expect.any(Number), label: "w", before: 1, gradient: 6, rate: 0.1, after: expect.closeTo(0.4, 12) },
    { node: expect.any(Number), label: "b", before: 0.5, gradient: 3, rate: 0.1, after: expect.closeTo(0.2, 12) },
  ]);
  expect(updates(graphOf("L = x*y"), 0.1)).toEqual([]);
});

it("makes the error of each formula with a target small", () => {
  for (const { text } of presets.slice(0, 3)) {
    const { results, end } = run(text, Object.fromEntries(startOf(text).numbers), defaultRate);
    expect(results[0], text).toBeGreaterThan(0.5);
    expect(results.at(-1), text).toBeLessThan(0.1 * results[0]);
    expect(["solved", "flat", "rounds"], text).toContain(end);
    for (const [i, result] of results.slice(1).entries()) expect(result, `round ${i}`).toBeLessThan(results[i]);
  }
  expect(run(presets[0].text, Object.fromEntries(startOf(presets[0].text).numbers), defaultRate).end).toBe("solved");
});

it("says why a run ends", () => {
  const line = "L = (x*w - t)**2";
  expect(run(line, { x: 2, w: 1, t: 1 }, 0.1).end).toBe("solved");
  // Each step multiplies the error by (1 - 2 · η · x²)² = 49.
  expect(run(line, { x: 2, w: 1, t: 1 }, 1).end).toBe("diverged");
  expect(run("L = (relu(x*w) - t)**2", { x: 1, w: -2, t: 1 }, 0.1).end).toBe("flat");
  expect(run("L = x*y", {}, 0.1).end).toBe("nothing learns");
  expect(run("L = x*w", {}, 0.001)).toMatchObject({ end: "rounds", results: { length: maxRounds + 1 } });
});

it("draws the landscape that the formula has: each band holds just the points above its level", () => {
  const graph = graphOf("L = (w - 1)**2 + 2*(b + 0.5)**2", { w: 0, b: 0 });
  const axes = axesOf(graph.leaves, ["", ""]);
  if (axes === null) throw new Error("no axes");
  expect(axes.map(({ label }) => label)).toEqual(["w", "b"]);
  const frame = frameOf([0, 0], [[0, 0]]);
  expect(frame).toEqual({ middle: [0, 0], half: 2 });
  const { bands, range } = landscapeOf(graph, axes[0].id, axes[1].id, frame);
  const result = resultOf(graph, [axes[0].id, axes[1].id]);
  expect(range?.[0]).toBeCloseTo(0, 2);
  expect(range?.[1]).toBeGreaterThan(result(-1.9, 1.9));
  // A contour of w² + 2b² is an ellipse: on the line of each band the result is the same.
  for (const { path } of bands.slice(2, 6)) {
    const points = [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)]
      .map(([, x, y]) => [Number(x), Number(y)])
      .filter(([x, y]) => [x, y].every((of) => of > 1 / resolution && of < 1 - 1 / resolution));
    const heights = points.map(([x, y]) => result((2 * x - 1) * 2, (1 - 2 * y) * 2));
    expect(points.length).toBeGreaterThan(10);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(0.05 + 0.02 * Math.max(...heights));
  }
});

it("keeps the whole path in the landscape, and puts points without a value above all others", () => {
  expect(
    frameOf(
      [0, 0],
      [
        [0, 0],
        [3, -9],
      ],
    ).half,
  ).toBe(16);
  expect(
    frameOf(
      [5, 5],
      [
        [5, 5],
        [Number.NaN, 6],
      ],
    ).half,
  ).toBe(2);
  const graph = graphOf("L = w*log(b)", { w: 1, b: 1 });
  const [first, second] = graph.leaves.map(({ id }) => id);
  const { bands, range } = landscapeOf(graph, first, second, { middle: [1, 0], half: 2 });
  expect(range?.every(Number.isFinite)).toBe(true);
  expect(bands.length).toBeGreaterThan(5);
  const none = graphOf("L = log(b*0 - 1 - w*w)");
  const [b, w] = none.leaves.map(({ id }) => id);
  expect(landscapeOf(none, w, b, { middle: [0, 0], half: 2 })).toEqual({ bands: [], range: null });
});

it("takes the weights for the axes, else the first numbers, and those that the visitor wants", () => {
  const axes = (text: string, wanted: readonly [string, string] = ["", ""]) =>
    axesOf(graphOf(text).leaves, wanted)?.map(({ label }) => label) ?? null;
  expect(axes(presets[0].text)).toEqual(["w", "b"]);
  expect(axes(presets[0].text, ["x", "w"])).toEqual(["x", "w"]);
  expect(axes(presets[0].text, ["", "w"])).toEqual(["b", "w"]);
  expect(axes(presets[0].text, ["w", "w"])).toEqual(["w", "b"]);
  expect(axes("L = x*y")).toEqual(["x", "y"]);
  expect(axes("L = x*x")).toBeNull();
  expect(axes("L = constructor*x", ["__proto__", "toString"])).toEqual(["constructor", "x"]);
});

it("tells a round as question, answer and repair, and only then names the backward pass", () => {
  const graph = preset(0);
  const steps = stepsOf(graph);
  const forwards = steps.filter(({ kind }) => kind === "value").length;
  const at = (done: number, more: Partial<State> = {}) => {
    const state = { graph, step: steps[done - 1] ?? null, done, forwards, complete: done === steps.length };
    const told = storyOf(
      { ...state, stepping: false, running: null, isError: true, updates: updates(graph, 0.1), rounds: [], ...more },
      words,
    );
    return [told.sentence, ...told.more].join(" ");
  };
  expect(at(forwards)).toBe(
    "The error is 1.9722. It should be 0. Which number is to blame, and how much? Only w and b can change.",
  );
  expect(at(forwards)).not.toMatch(/backward|gradient/);
  expect(at(steps.length)).toContain("This way back from the result is called the backward pass.");
  expect(at(steps.length)).toContain("To make the error smaller, raise w and b.");
  const rounds = [{ result: 3, updates: updates(graph, 0.1) }];
  expect(at(0, { rounds })).toContain("new = old − learning rate × gradient");
  expect(at(forwards, { rounds })).toBe("The error fell from 3.00 to 1.9722. Then again: who is to blame now?");
  expect(at(forwards, { rounds: [{ ...rounds[0], result: 1 }] })).toContain("The error rose from 1.00 to 1.9722");
  expect(at(forwards, { running: "rounds" })).toBe("Round 1: the error is 1.9722.");
});

it("keeps formula, numbers, roles and learning rate in the settings, and brings them back", () => {
  const kept = (text: string, leaves: ReturnType<typeof startOf>, rate: number) => {
    const graph = graphOf(text, Object.fromEntries(leaves.numbers), Object.fromEntries(leaves.roles));
    const given = new Set(parse(text).map(({ name }) => name));
    return settingsOf({ text, leaves, graph, given, rate });
  };
  expect(kept(presets[0].text, startOf(presets[0].text), defaultRate)).toEqual({ formula: presets[0].text });
  const leaves = {
    numbers: new Map([
      ["x", 1 / 3],
      ["__proto__", 7],
    ]),
    roles: new Map([["x", "weight"] as const]),
  };
  const settings = kept("L = x*__proto__*q", leaves, 0.03);
  expect(settings).toEqual({
    formula: "L = x*__proto__*q",
    leaves: `x:${1 / 3},__proto__:7`,
    roles: "x:weight",
    rate: "0.03",
  });
  expect(savedOf(new URLSearchParams(settings))).toEqual({ text: settings.formula, leaves, rate: 0.03 });
  expect(savedOf(new URLSearchParams("data=moons"))).toBeNull();
  const damaged = savedOf(
    new URLSearchParams({ formula: "L = x", leaves: "x:NaN,y,z:", roles: "x:toString", rate: "-4" }),
  );
  expect(damaged).toEqual({ text: "L = x", leaves: { numbers: new Map(), roles: new Map() }, rate: defaultRate });
});

/** Runs a program's text with chainrule's Value, and returns what it prints. */
function printed(program: string): string[] {
  const lines: string[] = [];
  const [first, ...rest] = program.split("\n");
  expect(first).toBe('import { Value } from "chainrule/scalar";');
  new Function("Value", "console", rest.join("\n"))(Value, { log: (line: string) => lines.push(line) });
  return lines;
}

it("writes a program that computes just what the page shows, round for round", () => {
  for (const { text } of presets) {
    let graph = graphOf(text, Object.fromEntries(startOf(text).numbers));
    const lines = printed(programOf(parse(text), graph, 0.1));
    expect(lines.length).toBe(20);
    for (const [i, line] of lines.entries()) {
      expect(line).toBe(`round ${i + 1}: ${graph.root.label} ${graph.root.value.data}`);
      const moved = updates(graph, 0.1).map(({ label, after }) => [label, after] as const);
      graph = graphOf(text, { ...numbersOf(graph), ...Object.fromEntries(moved) });
    }
  }
});

it("writes a program of any formula, whatever its names are", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { text, leaves } = randomFormula(seed);
    const graph = graphOf(text, leaves);
    const [line] = printed(programOf(parse(text), graph, 0.1));
    expect(line, `seed ${seed}: ${text}`).toBe(`round 1: L ${graph.root.value.data}`);
  }
  const text = "class = 2\nforward = class*Value + x²*x_\nreturn = forward - größe/__proto__ + -2**await";
  const graph = graphOf(text, { Value: 3, "x²": 5, x_: 0.5, größe: 8, __proto__: 4, await: 2 });
  expect(printed(programOf(parse(text), graph, 0.1))[0]).toBe(`round 1: return ${graph.root.value.data}`);
});
