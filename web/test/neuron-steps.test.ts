// The steps that the page shows are those of chainrule's backward(): the same numbers, bit by bit, in the same order.
import { expect, it } from "vitest";
import { parse } from "../src/neuron/expression.ts";
import { build, type Graph, type LeafValues } from "../src/neuron/graph.ts";
import { presets } from "../src/neuron/presets.ts";
import { flowAfter, gradientsAfter, stepsOf } from "../src/neuron/steps.ts";
import { tell, trouble } from "../src/neuron/words.ts";
import { randomFormula } from "./neuron-formulas.ts";

const graphOf = (text: string, leaves: LeafValues = {}) => build(parse(text), leaves, text);
const moved = ({ nodes }: Graph) => nodes.filter(({ role }) => role !== "constant");

/** Gradients by the steps, and by backward(); numbers in the formula have none on the page. */
function both(graph: Graph): [number[], number[]] {
  const steps = stepsOf(graph);
  const stepped = gradientsAfter(graph, steps, steps.length);
  graph.root.value.backward();
  return [moved(graph).map(({ id }) => stepped[id] ?? 0), moved(graph).map(({ value }) => value.grad)];
}

it("end where backward() ends, for all that the page offers", () => {
  for (const { text } of presets) {
    const [stepped, expected] = both(graphOf(text));
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
  const graph = graphOf(presets[0].text);
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
  const told = [0, 1, 2, 3].map((count) => gradientsAfter(graph, steps, count));
  expect(told).toEqual([
    [null, null, null],
    [null, null, 1],
    [null, 12, 1],
    [24, 12, 1],
  ]);
  expect([...flowAfter(steps, 2)]).toEqual([
    ["2.0", 6],
    ["2.1", 6],
  ]);
});

it("say the chain rule in numbers", () => {
  const graph = graphOf(presets[0].text);
  const sentences = stepsOf(graph).map((step) => tell(step, graph).sentence.replaceAll("\u00a0", " "));
  expect(sentences).toEqual([
    "Start at the end: when L moves, L moves exactly as much. Its gradient is 1.",
    "tanh is steep near 0 and flat far from it: 1.00 · 0.50 = 0.50.",
    "+ passes the gradient on to both, unchanged: 0.50 · 1.00 = 0.50.",
    "+ passes the gradient on to both, unchanged: 0.50 · 1.00 = 0.50.",
    "× gives each factor the gradient times the other factor: 0.50 · −3.00 = −1.50 for x1, 0.50 · 2.00 = 1.00 for w1.",
    "× gives each factor the gradient times the other factor: 0.50 · 1.00 = 0.50 for x2, 0.50 · 0.00 = 0.00 for w2.",
  ]);
});

it("say that gradients add up where a number is used twice", () => {
  const graph = graphOf("p = a * c; q = a + c; L = p - q", { a: 3, c: 2 });
  const told = stepsOf(graph).map((step) => tell(step, graph));
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
  const rows = stepsOf(graph).flatMap((step) => tell(step, graph).rows);
  const slopes = Object.fromEntries(rows.map(({ label, slope }) => [label, slope]));
  expect(slopes).toMatchObject({
    "-x": "0.3679",
    "log(y)": "−0.3679/1.0986² = −0.3048",
    y: "1/3.00 = 0.3333",
    "relu(z)": "3.00 · 2.00^2.00 = 12.00",
    k: "8.00 · ln 2.00 = 5.5452",
    z: "1, as 2.00 > 0",
    "tanh(x)": "0.6817 · (1 − 0.6817) = 0.2170",
    x: "1 − 0.7616² = 0.42",
  });
});

it("give numbers in the formula no gradient, and say where a formula has no value", () => {
  const graph = graphOf("L = x**2 + 3*4", { x: -1 });
  expect(
    stepsOf(graph).flatMap((step) =>
      step.kind === "op" ? step.shares.map(({ input }) => graph.nodes[input].label) : [],
    ),
  ).toEqual(["x**2", "3*4", "x"]);
  expect(trouble(graph)).toBeNull();
  expect(trouble(graphOf("L = 2*log(x)", { x: -1 }))).toBe("log(x) has no value at x = −1.00. Choose another value.");
  expect(trouble(graphOf("L = exp(x)", { x: 1000 }))).toBe(
    "L is too large for a number at x = 1000.00. Choose another value.",
  );
});
