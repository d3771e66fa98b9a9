// Backward against finite differences, in float64: every layer with its parameters, in training where that differs, and every
// loss, with respect to its inputs, and to its targets where these are differentiable.
import {
  binaryCrossEntropyWithLogits,
  checkGradients,
  crossEntropy,
  hingeLoss,
  huberLoss,
  klDivLoss,
  type Layer,
  l1Loss,
  manualSeed,
  mseLoss,
  nllLoss,
  rand,
  randn,
  scaledDotProductAttention,
  type Tensor,
  tensor,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { load, type Recorded } from "../fixtures/load.ts";
import { build, put, title } from "../fixtures/networks.ts";
import { restore } from "../fixtures/run.ts";

const { layers, normalisers } = load("networks");

function expectSlopes(f: (...args: Tensor[]) => Tensor, args: readonly Tensor[]): void {
  const { ok, worst } = checkGradients(f, args);
  expect(ok, `the worst error is ${worst}`).toBe(true);
}

function expectLayer(module: Layer, input: Recorded): void {
  const names = module.namedParameters();
  const forward = (...tensors: Tensor[]) => {
    names.forEach(([name], i) => {
      put(module, name, tensors[i]);
    });
    return module.forward(tensors[names.length]);
  };
  expectSlopes(forward, [...names.map(([, parameter]) => parameter), restore(input)]);
}

describe("layers have the gradients that finite differences have", () => {
  const wide = layers.filter(({ output }) => output.dtype === "float64" && output.data.length > 0);
  it.each(wide.map(({ spec, state, input }) => [title(spec), input.shape, { spec, state, input }] as const))(
    "%s of [%s]",
    (_, __, { spec, state, input }) => expectLayer(build(spec, state).eval(), input),
  );

  const training = normalisers.filter(({ steps }) => steps[0].input.dtype === "float64");
  it.each(training.map((normaliser) => [title(normaliser.spec), normaliser] as const))(
    "%s in training",
    (_, { spec, state, steps }) => expectLayer(build(spec, state), steps[0].input),
  );

  it("scaledDotProductAttention between sequences of different lengths", () => {
    manualSeed(4);
    const [q, k, v] = [randn([2, 3, 2]), randn([2, 4, 2]), randn([2, 4, 3])];
    expectSlopes((q, k, v) => scaledDotProductAttention(q, k, v, { causal: true }), [q, k, v]);
    const added = randn([3, 4]);
    expectSlopes((q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask, scale: 0.7 }), [q, k, v, added]);
    const mask = tensor([[true], [false], [true]]).expand([3, 4]);
    expectSlopes((q, k, v) => scaledDotProductAttention(q, k, v, { mask }), [q, k, v]);
  });
});

describe("losses have the gradients that finite differences have", () => {
  manualSeed(5);
  const [x, y, probabilities] = [randn([3, 4]), randn([3, 4]), rand([3, 4]).mul(0.8).add(0.1)];
  const labels = tensor([1, 3, 0], { dtype: "int32" });
  const signs = y.sign();
  const losses: Readonly<Record<string, readonly [(...args: Tensor[]) => Tensor, Tensor[]]>> = {
    crossEntropy: [(x) => crossEntropy(x, labels), [x]],
    "crossEntropy, smoothed": [(x) => crossEntropy(x, labels, { labelSmoothing: 0.2 }), [x]],
    nllLoss: [(x) => nllLoss(x, labels), [x]],
    binaryCrossEntropyWithLogits: [(x, t) => binaryCrossEntropyWithLogits(x, t), [x, probabilities]],
    "binaryCrossEntropyWithLogits at 0": [(x) => binaryCrossEntropyWithLogits(x, probabilities), [x.mul(0)]],
    "binaryCrossEntropyWithLogits, weighted": [
      (x, t, posWeight) => binaryCrossEntropyWithLogits(x, t, { posWeight }),
      [x, probabilities, rand([4]).add(0.5)],
    ],
    hingeLoss: [(x) => hingeLoss(x, signs), [x]],
    mseLoss: [(x, y) => mseLoss(x, y), [x, y]],
    l1Loss: [(x, y) => l1Loss(x, y), [x, y]],
    huberLoss: [(x, y) => huberLoss(x, y, { delta: 0.7 }), [x, y]],
    klDivLoss: [(x, p) => klDivLoss(x, p), [x, probabilities]],
    "klDivLoss of logarithms": [(x, y) => klDivLoss(x, y, { logTarget: true, reduction: "mean" }), [x, y]],
  };
  it.each(Object.entries(losses))("%s", (_, [loss, args]) => expectSlopes(loss, args));
});
