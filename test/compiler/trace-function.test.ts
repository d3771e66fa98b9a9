// traceFunction gives the graph of any function that compile takes, with the roles of its arguments and results.
import { Linear, type Tensor, tensor, zeros } from "chainrule";
import { labelOf, print, traceFunction } from "chainrule/compiler";
import { describe, expect, test } from "vitest";

describe("traceFunction", () => {
  test("takes tensors in lists and records, and other arguments by value", () => {
    const f = (batch: { readonly xs: readonly Tensor[] }, factor: number) => batch.xs[0].mul(factor).add(batch.xs[1]);
    const { graph, arguments: args, results } = traceFunction(f, [{ xs: [zeros([2]), zeros([2])] }, 3]);
    expect(print(graph)).toBe(`graph
  %0 = argument 0 : float32[2]
  %1 = argument 1 : float32[2]
  %2 = full {shape: [2], dtype: "float32", value: 3} : float32[2]
  %3 = mul %0, %2 : float32[2]
  %4 = add %3, %1 : float32[2]
  return %4`);
    expect(args.map(({ place }) => place)).toEqual(["0.xs.0", "0.xs.1"]);
    expect(results).toEqual([{ kind: "returned", place: "" }]);
  });

  test("tells gradients, assigned arguments, updates and properties from what is returned", () => {
    const layer = Object.assign(new Linear(2, 1, { bias: false }), { last: null as Tensor | null });
    const counter = zeros([]);
    const f = (x: Tensor) => {
      const y = layer.forward(x);
      layer.last = y.mul(2);
      y.sum().backward();
      counter.assign(counter.add(1));
      x.assign(x.neg());
      return { y };
    };
    const { graph, states, results, owners } = traceFunction(f, [zeros([3, 2])]);
    expect(new Set(results)).toEqual(
      new Set([
        { kind: "returned", place: "y" },
        { kind: "gradient", of: { outside: layer.weight } },
        { kind: "assigned", argument: 0 },
        { kind: "property", owner: layer, key: "last" },
      ]),
    );
    expect(graph.updates.map(({ state }) => states[state.attributes.index])).toEqual([counter]);
    expect(owners).toContain(layer);
  });

  test("a grad that an argument has is a further argument, and one that is set to null is named", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.grad = tensor([3, 4]);
    const f = (given: Tensor) => {
      const before = given.grad;
      given.grad = null;
      return before;
    };
    const { arguments: args, cleared } = traceFunction(f, [x]);
    expect(args.map(({ place, isGradient }) => [place, isGradient])).toEqual([
      ["0", false],
      ["0", true],
    ]);
    expect(cleared).toEqual([{ argument: 0 }]);
  });
});

test("a tensor that nothing labelled has no label", () => {
  expect(labelOf(zeros([1]))).toBe(null);
});
