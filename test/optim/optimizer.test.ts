// Optimisers: state that can be saved and restored so that a run goes on bit for bit, and what they refuse.
import { Adam, AdamW, Linear, manualSeed, mseLoss, type Optimizer, RMSprop, rand, SGD, tensor } from "chainrule";
import { describe, expect, it } from "vitest";
import { trainingStep } from "../training-step.js";

const makers: Record<string, (parameters: ReturnType<Linear["parameters"]>) => Optimizer> = {
  SGD: (p) => new SGD(p, { lr: 0.1 }),
  "SGD with momentum": (p) => new SGD(p, { lr: 0.1, momentum: 0.9 }),
  "SGD with dampening": (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.01 }),
  "SGD with nesterov": (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  Adam: (p) => new Adam(p),
  AdamW: (p) => new AdamW(p, { lr: 0.01, weightDecay: 0.1 }),
  RMSprop: (p) => new RMSprop(p),
  "RMSprop with momentum, centered": (p) => new RMSprop(p, { momentum: 0.9, weightDecay: 0.01, centered: true }),
};

describe.each(Object.entries(makers))("%s", (_, make) => {
  const [x, y] = [rand([8, 3]), rand([8, 2])];
  const train = (model: Linear, optimizer: Optimizer, steps: number) => {
    const step = trainingStep(() => mseLoss(model.forward(x), y), optimizer);
    for (let i = 0; i < steps; i++) step();
  };

  it("stopped in the middle and restored goes on bit for bit", () => {
    manualSeed(1);
    const model = new Linear(3, 2);
    const optimizer = make(model.parameters());
    train(model, optimizer, 3);
    optimizer.lr = 0.05;
    const [weights, state] = [model.stateDict(), optimizer.stateDict()];
    train(model, optimizer, 4);

    const other = new Linear(3, 2);
    const restored = make(other.parameters());
    other.loadStateDict(weights);
    restored.loadStateDict(state);
    expect(restored.lr).toBe(0.05);
    train(other, restored, 4);
    expect(other.stateDict()).toEqual(model.stateDict());
  });

  it("updates only parameters that have a gradient", () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const optimizer = make([a, b]);
    a.mul(2).sum().backward();
    optimizer.step();
    expect(a.item()).toBeLessThan(1);
    expect(b.item()).toBe(1);
    expect(a.requiresGrad).toBe(true);
  });
});

it("the learning rate reads back what was set, and steps use it", () => {
  const w = tensor([1], { requiresGrad: true, dtype: "float64" });
  const optimizer = new SGD([w], { lr: 0.1 });
  expect(optimizer.lr).toBe(0.1);
  optimizer.lr = 0.3;
  expect(optimizer.lr).toBe(0.3);
  w.sum().backward();
  optimizer.step();
  expect(w.item()).toBe(1 - 0.3);
});

it.each([
  [() => new SGD([], { lr: 0.1 }), "SGD: there are no parameters to optimise"],
  [() => new SGD([tensor(1)], { lr: -1 }), "SGD: lr is a number from 0, not -1"],
  [() => new SGD([tensor(1)], { lr: Number.NaN }), "SGD: lr is a number from 0, not NaN"],
  [() => new SGD([tensor(1)], { lr: 1, nesterov: true }), "SGD: nesterov needs a momentum and no dampening"],
  [() => new Adam([tensor(1)], { betas: [0.9, 1] }), "Adam: betas[1] is a number from 0 and below 1, not 1"],
  [
    () => new Adam([tensor(1, { requiresGrad: true }).mul(2)]),
    "Adam: float32[] is the result of mul; only leaves can be optimised",
  ],
  [() => new Adam([undefined as never]), "Adam: parameter 0 is a tensor, not undefined"],
  [
    () => {
      const w = tensor(1);
      new Adam([w, w]);
    },
    "Adam: a parameter is listed twice",
  ],
  [() => new Adam([tensor([1])]).loadStateDict(new Map()), "loadStateDict: lr is missing; state.0.step is missing"],
])("is made with sense: %#", (make, message) => expect(make).toThrow(message));
