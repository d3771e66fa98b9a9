// Tests of the fuzzer itself: its graphs are valid and cover all ops, its bounds accept results that differ by rounding, and it finds a
// fault in an executor and reports it in a few lines.
import { expect, it } from "vitest";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { verify } from "../../src/compiler/graph-rules.ts";
import { parse, print } from "../../src/compiler/graph-text.ts";
import { ops } from "../../src/tensor/ops.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";
import { coverage, disagreements } from "./agree.ts";
import { bound } from "./bounds.ts";
import { executor, fused, type Loops, rough } from "./executors.ts";
import { type Failure, fuzz, tell } from "./fuzz.ts";
import { randomGraph } from "./random-graph.ts";

const count = 300;

it("random graphs are valid, of every op, dtype and size, and read back", () => {
  const seen = new Set<string>();
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { graph, args, states } = randomGraph(new Draw(seed));
    verify(graph);
    expect(print(parse(print(graph))), `seed ${seed}`).toBe(print(graph));
    for (const { op, dtype, shape } of graph.nodes) {
      for (const what of [op, dtype, `${shape.length}-d`, ...shape.map((n) => (n > 32 ? "large" : `size ${n}`))])
        seen.add(what);
    }
    if (graph.updates.some(({ value }) => graph.results.includes(value))) seen.add("a result that is an update");
    for (const { data } of [...args, ...states]) {
      for (const x of data)
        if (!Number.isFinite(x) || Object.is(x, -0) || (x !== 0 && Math.abs(x) < 1e-38)) seen.add(String(x));
    }
  }
  const dtypes = ["float32", "float64", "int32", "uint8", "bool"];
  const sizes = ["0-d", "1-d", "2-d", "3-d", "4-d", "size 0", "size 1", "large"];
  const numbers = ["NaN", "Infinity", "-Infinity", "0"];
  for (const what of [...Object.keys(ops), ...dtypes, ...sizes, ...numbers, "a result that is an update"])
    expect(seen, what).toContain(what);
});

it("the reference agrees with itself, and most elements are compared", () => {
  let [compared, graphs] = [0, 0];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { graph, args, states } = randomGraph(new Draw(seed));
    const expected = bound(graph, args, states);
    expect(disagreements(expected, evaluate(graph, args, states)), `seed ${seed}`).toBeNull();
    compared += coverage(expected);
    graphs++;
  }
  expect(compared / graphs).toBeGreaterThan(0.9);
});

it("bounds accept float32 sums in another order, and functions with errors of 2 ulp", () => {
  fuzz({ seed: firstSeed, count, run: rough });
});

it("bounds accept fused multiply-add", () => {
  fuzz({ seed: firstSeed, count, run: fused });
});

/** Executors' loops with one fault each. */
const faults: Readonly<Record<string, Loops>> = {
  "b - a in place of a - b": (op, y, [a, b]) => {
    if (op !== "sub") return false;
    for (let i = 0; i < y.data.length; i++) y.data[i] = b.data[i] - a.data[i];
    return true;
  },
  "a sum that leaves out the last element": (_, y, [x], n) => {
    if (n.op !== "cumsum" || x.shape[n.attributes.dim] < 5) return false;
    y.data.set(x.data.map((v, i) => v + (i > 0 ? y.data[i - 1] : 0)));
    return true;
  },
  "maximum ignores NaN": (op, y, [a, b]) => {
    if (op !== "maximum") return false;
    for (let i = 0; i < y.data.length; i++)
      y.data[i] = Number.isNaN(a.data[i]) ? b.data[i] : Math.max(a.data[i], b.data[i]);
    return true;
  },
  "sigmoid is off by 2⁻¹⁸": (op, y, [x]) => {
    if (op !== "sigmoid" || y.dtype !== "float32") return false;
    for (let i = 0; i < y.data.length; i++) y.data[i] = (1 + 2 ** -18) / (1 + Math.exp(-x.data[i]));
    return true;
  },
  "the tail of a vector is not computed": (op, y, [x]) => {
    if (op !== "exp") return false;
    for (let i = 0; i < y.data.length - (y.data.length % 4); i++) y.data[i] = Math.exp(x.data[i]);
    return true;
  },
};

for (const [fault, loops] of Object.entries(faults)) {
  it(`finds and reduces: ${fault}`, () => {
    let failure: Failure | null = null;
    for (let seed = firstSeed; failure === null && seed < firstSeed + 20 * count; seed++) {
      fuzz({ seed, count: 1, run: executor(loops), onFailure: (found) => (failure ??= found) });
    }
    if (failure === null) throw new Error("it was not found");
    const { seed, trial } = failure as Failure;
    expect(trial.graph.nodes.filter(({ op }) => op !== "argument" && op !== "state" && op !== "full")).toHaveLength(1);
    expect(tell(failure)).toContain(`seed ${seed}: `);
  });
}

it("a fault of updates is reduced to one update", () => {
  let failure: Failure | null = null;
  const forgetful = executor(() => false);
  for (let seed = firstSeed; failure === null; seed++) {
    const run: typeof forgetful = (graph, args, states) => ({ ...forgetful(graph, args, states), states });
    fuzz({ seed, count: 1, run, onFailure: (found) => (failure ??= found) });
  }
  const { graph } = (failure as Failure).trial;
  expect(graph.results).toEqual([]);
  expect(graph.updates).toHaveLength(1);
  expect(graph.nodes).toHaveLength(2);
});

it("an executor that throws is a failure too, and the message says so", () => {
  const run = executor((op) => {
    if (op === "conv") throw new Error("not yet");
    return false;
  });
  expect(() => fuzz({ seed: firstSeed, count, run })).toThrow(/seed \d+: it throws: not yet\ngraph\n/);
});
