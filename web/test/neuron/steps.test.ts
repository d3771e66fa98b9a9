// The steps that the page shows are those of chainrule's backward(): the same numbers, bit by bit, in the same order.
import { expect, it } from "vitest";
import { presets } from "../../src/neuron/formula/presets.ts";
import type { Graph } from "../../src/neuron/graph.ts";
import { startOf } from "../../src/neuron/settings.ts";
import { flowAfter, gradientsAfter, type Step, stepsOf } from "../../src/neuron/steps/steps.ts";
import { tell } from "../../src/neuron/steps/words.ts";
import { graphOf, troubleOf, words } from "./figures.ts";
import { randomFormula } from "./formulas.ts";

const moved = ({ nodes }: Graph) => nodes.filter(({ role }) => role !== "constant");
const karpathy = () => {
  const { text } = presets[3];
  return graphOf(text, Object.fromEntries(startOf(text).numbers));
};
const backward = (graph: Graph): readonly Step[] => stepsOf(graph).filter(({ kind }) => kind !== "value");
const spaced = (text: string) => text.replaceAll("\u00a0", " ");

/** Gradients by the steps, and by backward(); numbers in the formula have none on the page. */
function both(graph: Graph): [number[], number[]] {
  const steps = stepsOf(graph);
  const stepped = gradientsAfter(graph, steps, steps.length);
  graph.root.value.backward();
  return [moved(graph).map(({ id }) => stepped[id] ?? 0), moved(graph).map(({ value }) => value.grad)];
}

it("end where backward() ends, for all that the page offers", () => {
  for (const { text } of presets) {
    const [stepped, expected] = both(graphOf(text, Object.fromEntries(startOf(text).numbers)));
    expect(stepped).toEqual(expected);
  }
});

it("end where backward() ends, for random formulas", () => {
  for (let seed = 0; seed < 300; seed++) {
    const { text, leaves } = randomFormula(seed);
    const [stepped, expected] = both(graphOf(text, leaves));
    stepped.forEach((grad, i) => {
      expect(grad, `seed ${seed}: ${text}`).toBe(expected[i]);
    });
  }
});

it("come in chainrule's own order", () => {
  for (const text of [...presets.map((preset) => preset.text), ...[1, 2, 3].map((seed) => randomFormula(seed).text)]) {
    const graph = graphOf(text);
    const order = stepsOf(graph).flatMap((step) => (step.kind === "op" ? step.shares.map(({ input }) => input) : []));
    const written: number[] = [];
    for (const { id, value } of moved(graph)) {
      let grad = 0;
      Object.defineProperty(value, "grad", {
        get: () => grad,
        set: (next: number) => {
          grad = next;
          written.push(id);
        },
      });
    }
    graph.root.value.backward();
    // backward() first sets every grad to 0, the root's to 1.
    expect(written.slice(moved(graph).length)).toEqual(order);
  }
});

it("give Karpathy's numbers", () => {
  const graph = karpathy();
  const steps = stepsOf(graph);
  const grads = gradientsAfter(graph, steps, steps.length);
  const of = Object.fromEntries(graph.nodes.map(({ id, label }) => [label, grads[id] ?? Number.NaN]));
  expect(graph.root.value.data).toBeCloseTo(Math.SQRT1_2, 12);
  for (const [label, grad] of Object.entries({ x1: -1.5, w1: 1, x2: 0.5, w2: 0, b: 0.5, L: 1 }))
    expect(of[label], label).toBeCloseTo(grad, 12);
});

it("show each gradient only when it has arrived", () => {
  const graph = graphOf("b = a + a\nL = b * b", { a: 3 });
  const steps = stepsOf(graph);
  const told = [2, 3, 4, 5].map((count) => gradientsAfter(graph, steps, count));
  expect(told).toEqual([
    [null, null, null],
    [null, null, 1],
    [null, 12, 1],
    [24, 12, 1],
  ]);
  expect([...flowAfter(steps, 4)]).toEqual([
    ["2.0", 6],
    ["2.1", 6],
  ]);
});

it("compute the values first, one for each op, from the leaves on", () => {
  const graph = karpathy();
  const values = stepsOf(graph).filter(({ kind }) => kind === "value");
  expect(values.map((step) => spaced(tell(step, graph, words).sentence))).toEqual([
    "x1*w1: 2.00 · (−3.00) = −6.00.",
    "x2*w2: 0.00 · 1.00 = 0.00.",
    "x1*w1 + x2*w2: −6.00 + 0.00 = −6.00.",
    "x1*w1 + x2*w2 + b: −6.00 + 6.8814 = 0.8814.",
    "L: tanh(0.8814) = 0.7071.",
  ]);
});

it("say the chain rule in numbers", () => {
  const graph = karpathy();
  expect(backward(graph).map((step) => spaced(tell(step, graph, words).sentence))).toEqual([
    "Start at the end. If L moves a little, L moves exactly as much: its gradient is 1.",
    "tanh is steep near 0 and flat far from 0: 1.00 · 0.50 = 0.50.",
    "A sum passes the gradient on to both numbers, unchanged: 0.50 · 1.00 = 0.50.",
    "A sum passes the gradient on to both numbers, unchanged: 0.50 · 1.00 = 0.50.",
    "A product gives each factor the gradient times the other factor: 0.50 · −3.00 = −1.50 for x1, 0.50 · 2.00 = 1.00 for w1.",
    "A product gives each factor the gradient times the other factor: 0.50 · 1.00 = 0.50 for x2, 0.50 · 0.00 = 0.00 for w2.",
  ]);
});

it("say that gradients add up where a number is used twice", () => {
  const graph = graphOf("p = a * c; q = a + c; L = p - q", { a: 3, c: 2 });
  const told = backward(graph).map((step) => tell(step, graph, words));
  expect(
    told
      .map(({ sentence }) => sentence)
      .join("\n")
      .replaceAll("\u00a0", " "),
  ).toContain("a is used more than once, so its gradients add up: 2.00 + −1.00 = 1.00.");
  expect(told.flatMap(({ rows }) => rows.map(({ label, slope }) => `${label}: ${slope}`))).toEqual([
    "p: 1",
    "q: −1",
    "a: c = 2.00",
    "c: a = 3.00",
    "a: 1",
    "c: 1",
  ]);
});

it("have words for every op, whose slopes are the numbers they claim", () => {
  const graph = graphOf("L = exp(-x) / log(y) - relu(z)**k * sigmoid(tanh(x))", { x: 1, y: 3, z: 2, k: 3 });
  const rows = backward(graph).flatMap((step) => tell(step, graph, words).rows);
  const slopes = Object.fromEntries(rows.map(({ label, slope }) => [label, slope]));
  expect(slopes).toMatchObject({
    "-x": "0.3679",
    "log(y)": "−0.3679/1.0986² = −0.3048",
    y: "1/3.00 = 0.3333",
    "relu(z)": "3.00 · 2.00^2.00 = 12.00",
    k: "8.00 · ln 2.00 = 5.5452",
    z: "1 (2.00 > 0)",
    "tanh(x)": "0.6817 · (1 − 0.6817) = 0.2170",
    x: "1 − 0.7616² = 0.42",
  });
});

it("give numbers in the formula no gradient", () => {
  const graph = graphOf("L = x**2 + 3*4", { x: -1 });
  expect(
    stepsOf(graph).flatMap((step) =>
      step.kind === "op" ? step.shares.map(({ input }) => graph.nodes[input].label) : [],
    ),
  ).toEqual(["x**2", "3*4", "x"]);
});

it("say why a formula has no value", () => {
  for (const [text, numbers, said] of [
    ["L = 1/x", { x: 0 }, "L has no value: 1.00 is divided by 0."],
    ["L = -3/(x - x)", { x: 5 }, "L has no value: −3.00 is divided by 0."],
    ["L = x/y + 1", { x: 0, y: 0 }, "x/y has no value: 0 is divided by 0."],
    ["L = 2*log(x)", { x: 0 }, "log(x) has no value: the logarithm of 0 is infinite."],
    ["L = 2*log(x)", { x: -1 }, "log(x) has no value: the logarithm of −1.00 does not exist."],
    ["L = (-1)**x", { x: 0.5 }, "L has no value: −1.00 to the power of 0.50 is no real number."],
    ["L = x**-1", { x: 0 }, "L has no value: 0 to the power of −1.00 divides by 0."],
    ["L = exp(x)", { x: 1000 }, "L is larger than the largest number that a computer holds, about 1.8 · 10³⁰⁸."],
    ["L = 10**x", { x: 400 }, "L is larger than the largest number that a computer holds, about 1.8 · 10³⁰⁸."],
    ["L = x*x", { x: -1e200 }, "L is larger than the largest number that a computer holds, about 1.8 · 10³⁰⁸."],
    ["L = x**0.5", { x: 0 }, "L has a value, but its slope along x is infinite."],
    ["L = (-2)**n", { n: 3 }, "L has a value, but no slope along n."],
  ] as const)
    expect([text, troubleOf(text, numbers)]).toEqual([text, `${said} Choose other numbers.`]);
  expect(troubleOf("L = x**2 + 3*4", { x: -1 })).toBeNull();
});
