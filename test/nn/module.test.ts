// Modules: how parameters are found and named, saved and restored; what layers and losses refuse.
import {
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  Module,
  manualSeed,
  mseLoss,
  ones,
  ReLU,
  Sequential,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";

class Residual extends Module {
  readonly first = new Linear(3, 3);
  readonly heads = [new Linear(3, 2), new Linear(3, 1, { bias: false })];
  readonly scale = tensor(2, { requiresGrad: true });
  readonly running = zeros([3]);
  readonly #hidden = tensor(1, { requiresGrad: true });
  forward(x: Tensor): Tensor {
    return this.heads[0].forward(this.first.forward(x).add(x).mul(this.scale).mul(this.#hidden));
  }
}

const names = (model: Module) => model.namedParameters().map(([name]) => name);

describe("a module's parameters", () => {
  it("are found by its properties, in order, through arrays and parts, with PyTorch's names", () => {
    expect(names(new Residual())).toEqual([
      "first.weight",
      "first.bias",
      "heads.0.weight",
      "heads.0.bias",
      "heads.1.weight",
      "scale",
    ]);
    expect(names(new Sequential(new Flatten(), new Linear(4, 2), new ReLU(), new Linear(2, 1)))).toEqual([
      "1.weight",
      "1.bias",
      "3.weight",
      "3.bias",
    ]);
    expect([...new Residual().stateDict().keys()]).toContain("running");
  });

  it("are listed once when shared, under all their names in the state", () => {
    const layer = new Linear(2, 2);
    const model = new Sequential(layer, layer);
    expect(names(model)).toEqual(["0.weight", "0.bias"]);
    expect([...model.stateDict().keys()]).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
  });

  it("are initially uniform within 1/√(inputs), and the same for the same seed", () => {
    manualSeed(3);
    const layer = new Linear(400, 100);
    const values = [...layer.weight.data];
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / 20);
    expect(variance * 400 * 3).toBeCloseTo(1, 1);
    manualSeed(3);
    expect(new Linear(400, 100).weight.data).toEqual(layer.weight.data);
    expect(Math.max(...new Conv2d(4, 8, 5, { groups: 2 }).weight.data)).toBeLessThanOrEqual(1 / Math.sqrt(50));
  });

  it("have no gradient after zeroGrad", () => {
    const model = new Linear(2, 1);
    model
      .forward(ones([1, 2]))
      .sum()
      .backward();
    expect(model.weight.grad?.toArray()).toEqual([[1, 1]]);
    model.zeroGrad();
    expect(model.weight.grad).toBeNull();
  });
});

describe("a state", () => {
  it("is a copy that training does not change, and loading it gives another model the same parameters", () => {
    const [a, b] = [new Residual(), new Residual()];
    const state = a.stateDict();
    a.first.weight.assign(zeros([3, 3]));
    b.loadStateDict(state);
    expect(b.stateDict()).toEqual(state);
    expect(b.first.weight.data).not.toEqual(a.first.weight.data);
    expect(b.first.weight.requiresGrad).toBe(true);
  });

  it("is loaded whole or not at all, and the error names everything that is wrong", () => {
    const model = new Linear(2, 1);
    const before = model.stateDict();
    const wrong = new Map([
      ["weight", ones([3, 1])],
      ["extra", ones([1])],
    ]);
    expect(() => model.loadStateDict(wrong)).toThrow(
      "loadStateDict: bias is missing; extra is not part of this model; weight is float32[3,1], this model has float32[1,2]",
    );
    expect(() => model.loadStateDict(new Map([["weight", ones([1, 2])]]))).toThrow("bias is missing");
    expect(model.stateDict()).toEqual(before);
  });
});

describe("Dropout", () => {
  it("sets p of the elements to 0 in training and preserves the mean, and does nothing in evaluation mode", () => {
    manualSeed(0);
    const model = new Sequential(new Dropout(0.25));
    const x = ones([10_000]);
    const y = model.forward(x);
    expect([...new Set(y.data)].sort()).toEqual([0, Math.fround(1 / 0.75)]);
    expect(y.mean().item()).toBeCloseTo(1, 1);
    expect(model.eval().forward(x)).toBe(x);
    expect([model.training, model[0].training]).toEqual([false, false]);
    expect(model.train()[0].training).toBe(true);
    expect(new Dropout(1).forward(x).sum().item()).toBe(0);
    expect(() => new Dropout(1.5)).toThrow("Dropout: p is a number from 0 to 1, not 1.5");
  });
});

it("layers and losses say what they take", () => {
  expect(() => new Linear(3, 2).forward(ones([4, 5]))).toThrow(
    "Linear.forward: 3 features go in and 2 come out, but x is float32[4,5]; its last dim should be 3",
  );
  expect(() => new Linear(0, 2)).toThrow("Linear: inFeatures is a whole number from 1, not 0");
  expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow("Conv2d: 3 and 4 channels do not divide into 2 groups");
  expect(() => new Conv2d(3, 4, 3).forward(ones([2, 2, 5, 5]))).toThrow(
    "conv2d: x [N, C, H, W] goes with weight [O, C/groups, kH, kW], not float32[2,2,5,5]",
  );
  expect(() => new Conv2d(2, 4, 7).forward(ones([2, 2, 5, 5]))).toThrow(
    "conv2d: the kernel of float32[4,2,7,7] is larger than the padded input",
  );
  expect(() => crossEntropy(ones([2, 3]), ones([2]))).toThrow(
    "crossEntropy: logits [N, C] go with int32 or uint8 labels [N], or with probabilities, floating [N, C], not float32[2,3] with float32[2]",
  );
  expect(() => crossEntropy(ones([2, 3]), tensor([0, 3], { dtype: "int32" }))).toThrow("index 3 is outside of 0 to 2");
  expect(() => mseLoss(ones([2, 1]), ones([2]))).toThrow(
    "mseLoss: shapes differ, float32[2,1] and float32[2]; reshape one of them",
  );
  expect(() => new Sequential(new ReLU(), {} as never)).toThrow("Sequential: layer 1 is no Module with a forward(x)");
});

it("a Sequential is indexed, has a length and is iterable, and each layer has its own type", () => {
  const model = new Sequential(new Linear(2, 3), new ReLU());
  expect(model[0].weight.shape).toEqual([3, 2]);
  expect([...model]).toEqual([model[0], model[1]]);
  expect(model.length).toBe(2);
  expect([model.constructor.name, model instanceof Sequential, model instanceof Module]).toEqual([
    "Sequential",
    true,
    true,
  ]);
});
