// Each rule of simplification, as text; and that simplification never changes the results of a graph.
import { expect, it, vi } from "vitest";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { verify } from "../../src/compiler/graph-rules.ts";
import { print } from "../../src/compiler/graph-text.ts";
import { everyRule as rules, simplify } from "../../src/compiler/simplify.ts";
import { allocate, isFloating, type NDArray } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";
import { randomGraph } from "./random-graph.ts";
import { arithmetic } from "./simplify-arithmetic.ts";
import { type Cases, graphOf } from "./simplify-cases.ts";
import { movement } from "./simplify-movement.ts";

const cases: Cases = { ...arithmetic, ...movement };

it("every rule is shown at work", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(rules).sort());
});

for (const [claim, examples] of Object.entries(cases)) {
  it(claim, () => {
    const applied = vi.spyOn(rules[claim], "apply");
    for (const [before, after] of examples) {
      const simple = simplify(graphOf(before));
      verify(simple);
      expect(print(simple)).toBe(print(graphOf(after)));
    }
    expect(applied.mock.results.some(({ value }) => value !== null)).toBe(true);
    applied.mockRestore();
  });
}

it("equal nodes become one, also where the operands of a commutative op are swapped", () => {
  const simple = simplify(graphOf("%a = add %x, %y; %b = add %y, %x; %p = sub %a, %b; %q = sub %x, %y; return %p, %q"));
  expect(print(simple)).toBe(print(graphOf("%a = add %x, %y; %p = sub %a, %a; %q = sub %x, %y; return %p, %q")));
});

it("nodes that no output needs are removed; arguments and states stay", () => {
  expect(print(simplify(graphOf("%a = exp %x; return")))).toBe(print(graphOf("return")));
});

it("a movement moves below 400 ops in one call", () => {
  const lines = Array.from({ length: 400 }, (_, n) => `%${n + 1} = exp %${n === 0 ? "x" : n}`);
  const simple = simplify(graphOf([...lines, "%r = reshape %400 {shape: [6]}", "return %r"].join("; ")));
  expect(simple.nodes[8].op).toBe("reshape");
  expect(simple.nodes).toHaveLength(8 + 401);
});

/** The first array that differs in a bit, in words; null if none does. All NaN count as equal. */
function difference(expected: readonly NDArray[], actual: readonly NDArray[]): string | null {
  const place = expected.findIndex(({ data }, i) => !data.every((x, at) => Object.is(x, actual[i].data[at])));
  return place < 0 ? null : `array ${place}: ${actual[place].data} instead of ${expected[place].data}`;
}

it("no example changes a bit, for -0, infinities and NaN", () => {
  const special = [-0, 0, Number.NaN, -Infinity, 1.5, -2, Infinity, 3e38];
  const args = graphOf("return").nodes.flatMap((n, at): NDArray[] => {
    if (n.op !== "argument") return [];
    const data = allocate(n.dtype, sizeOf(n.shape)).map((_, i) =>
      isFloating(n.dtype) ? special[(i + at) % special.length] : (i + at) % 2,
    );
    return [{ data, shape: n.shape, dtype: n.dtype }];
  });
  for (const [claim, examples] of Object.entries(cases)) {
    for (const [text] of examples) {
      const graph = graphOf(text);
      const [before, after] = [graph, simplify(graph)].map((one) => evaluate(one, args, []).results);
      expect(difference(before, after), `${claim}: ${text}`).toBeNull();
    }
  }
});

it("never changes a bit of a graph's results", () => {
  for (let seed = firstSeed; seed < firstSeed + 600; seed++) {
    const { graph, args, states } = randomGraph(new Draw(seed));
    const simple = simplify(graph);
    verify(simple);
    const [before, after] = [evaluate(graph, args, states), evaluate(simple, args, states)];
    const wrong = difference([...before.results, ...before.states], [...after.results, ...after.states]);
    expect(wrong, `seed ${seed}\n${print(graph)}\nbecomes\n${print(simple)}`).toBeNull();
    expect(print(simplify(simple)), `seed ${seed}: once more`).toBe(print(simple));
  }
});
