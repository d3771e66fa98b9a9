// Weights that are computed: that they train in compiled steps, are copied, and can become parameters again. test/nn/families.test.ts has PyTorch's
// results.
import {
  compile,
  Linear,
  manualSeed,
  ReLU,
  randn,
  removeParametrizations,
  Sequential,
  SGD,
  spectralNorm,
  weightNorm,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { trainingStep } from "../../training-step.js";

describe("weights that are computed", () => {
  const x = randn([4, 5]);
  const net = () => new Sequential(spectralNorm(weightedLinear()), new ReLU(), weightNorm(weightedLinear()));
  const weightedLinear = () => new Linear(5, 5);

  it("train in a compiled step as without one, and u and v move", () => {
    const run = (wrap: typeof compile | null) => {
      manualSeed(1);
      const model = net();
      const optimizer = new SGD(model.parameters(), { lr: 0.1 });
      const before = [...(model.stateDict().get("0.parametrizations.weight.0._u")?.data ?? [])];
      const plain = trainingStep(() => model.forward(x).square().mean(), optimizer);
      const step = wrap === null ? plain : wrap(plain);
      for (let i = 0; i < 3; i++) step();
      const state = model.stateDict();
      expect([...(state.get("0.parametrizations.weight.0._u")?.data ?? [])]).not.toEqual(before);
      return [...state].map(([name, value]) => [name, [...value.data].map((v) => v.toFixed(5))]);
    };
    expect(run(compile)).toEqual(run(null));
  });

  it("are copied with their own parameters, and can become parameters again", () => {
    const model = net().eval();
    const copy = model.clone();
    expect(copy.forward(x).toArray()).toEqual(model.forward(x).toArray());
    for (const parameter of copy.parameters()) parameter.assign(parameter.mul(0).add(1));
    expect(copy.forward(x).toArray()).not.toEqual(model.forward(x).toArray());
    const before = model.forward(x).toArray();
    removeParametrizations(model[0]);
    removeParametrizations(model[2]);
    expect(model.forward(x).toArray()).toEqual(before);
    expect(
      model
        .namedParameters()
        .map(([name]) => name)
        .sort(),
    ).toEqual(["0.bias", "0.weight", "2.bias", "2.weight"]);
    expect(() => removeParametrizations(model[0])).toThrow("is a parameter already");
    expect(() => weightNorm(spectralNorm(new Linear(2, 2)))).toThrow(
      "weightNorm: the weight of this layer is computed already",
    );
  });
});
