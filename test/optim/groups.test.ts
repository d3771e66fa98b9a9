// Parameter groups: each with a learning rate and a weight decay of its own, or the optimiser's.
import { Adam, AdamW, RMSprop, SGD, type Tensor, tensor } from "chainrule";
import { describe, expect, it } from "vitest";
import { ways } from "../fixtures/ways.ts";
import { trainingStep } from "../training-step.js";

const parameter = (value = 1): Tensor => tensor([value], { dtype: "float64", requiresGrad: true });

describe.each(Object.entries(ways))("learning rates, %s", (_, run) => {
  it("belong to a group or to the optimiser, and can be set between compiled steps", () => {
    const [a, b, c] = [parameter(), parameter(), parameter()];
    const optimizer = new SGD(
      [{ parameters: [a] }, { parameters: [b], lr: 0.5 }, { parameters: [c], weightDecay: 1 }],
      { lr: 0.25 },
    );
    const step = run(trainingStep(() => a.add(b).add(c).sum(), optimizer));
    step();
    expect([a, b, c].map((p) => p.item())).toEqual([0.75, 0.5, 0.5]);
    expect(optimizer.groups.map(({ lr, weightDecay }) => [lr, weightDecay])).toEqual([
      [0.25, 0],
      [0.5, 0],
      [0.25, 1],
    ]);
    optimizer.lr = 1;
    optimizer.groups[1].lr = 2;
    step();
    expect([a, b, c].map((p) => p.item())).toEqual([-0.25, -1.5, -1]);
    expect([optimizer.lr, ...optimizer.groups.map(({ lr }) => lr)]).toEqual([1, 1, 2, 1]);
    optimizer.groups[0].lr = 0;
    expect([optimizer.lr, optimizer.groups[1].lr]).toEqual([0, 2]);
  });
});

it("the rates of groups are saved and restored, and state is numbered through all groups", () => {
  const make = () => new Adam([{ parameters: [parameter()], lr: 0.5 }, { parameters: [parameter(), parameter()] }]);
  const [optimizer, other] = [make(), make()];
  optimizer.lr = 0.125;
  optimizer.groups[0].lr = 0.75;
  const state = optimizer.stateDict();
  expect([...state.keys()].filter((name) => !name.includes("exp"))).toEqual([
    "lr",
    "groups.0.lr",
    "state.0.step",
    "state.1.step",
    "state.2.step",
  ]);
  other.loadStateDict(state);
  expect([other.lr, ...other.groups.map(({ lr }) => lr)]).toEqual([0.125, 0.75, 0.125]);
});

it.each([
  [() => new SGD([{ parameters: [] }], { lr: 1 }), "SGD: there are no parameters to optimise"],
  [
    () => new SGD([{ parameters: [parameter()] }, { parameters: [] }], { lr: 1 }),
    "SGD: there are no parameters to optimise in group 1",
  ],
  [
    () => new RMSprop([{ parameters: [parameter()] }, parameter()] as never),
    "RMSprop: entry 1 is no group, but other entries are; pass tensors alone, or { parameters } for each",
  ],
  [
    () => new AdamW([{ parameters: [parameter()], betas: [0, 0] } as never]),
    "AdamW: group 0 cannot have its own betas, only parameters, lr, weightDecay",
  ],
  [() => new AdamW([{ parameters: [parameter()], lr: -1 }]), "AdamW: lr is a number from 0, not -1"],
  [() => new Adam([{ parameters: [parameter()], weightDecay: -1 }]), "Adam: weightDecay is a number from 0, not -1"],
  [
    () => {
      const p = parameter();
      new Adam([{ parameters: [p] }, { parameters: [p] }]);
    },
    "Adam: a parameter is listed twice",
  ],
  [() => new RMSprop([parameter()], { alpha: -1 }), "RMSprop: alpha is a number from 0, not -1"],
  [() => new AdamW([parameter()], { eps: -1 }), "AdamW: eps is a number from 0, not -1"],
])("groups are made with sense: %#", (make, message) => expect(make).toThrow(message));
