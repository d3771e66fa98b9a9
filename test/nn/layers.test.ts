// Properties of layers that PyTorch's numbers do not show: training and evaluation mode, names, limits, and how a model is printed.
import {
  AdaptiveAvgPool2d,
  adaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  compile,
  Dropout2d,
  Embedding,
  Flatten,
  GroupNorm,
  LayerNorm,
  Linear,
  Module,
  MultiheadAttention,
  manualSeed,
  ones,
  ReLU,
  randn,
  Sequential,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { ways } from "../fixtures/ways.ts";

describe("BatchNorm2d", () => {
  it("counts its batches in int32, in training only, and its state dict has all of it", () => {
    const norm = new BatchNorm2d(2);
    const x = randn([3, 2, 2, 2]);
    norm.forward(x);
    norm.forward(x);
    norm.eval().forward(x);
    expect(norm.num_batches_tracked.item()).toBe(2);
    const other = new BatchNorm2d(2);
    other.loadStateDict(norm.stateDict());
    expect(other.num_batches_tracked.dtype).toBe("int32");
    expect(other.stateDict()).toEqual(norm.stateDict());
  });

  it("gives mean 0 and variance 1 in training, for any input", () => {
    const y = new BatchNorm2d(3).forward(randn([8, 3, 4, 4]).mul(5).add(7));
    for (const mean of y.mean([0, 2, 3]).data) expect(mean).toBeCloseTo(0, 5);
    for (const variance of y.variance([0, 2, 3], { correction: 0 }).data) expect(variance).toBeCloseTo(1, 4);
  });

  it.each(Object.entries(ways))("goes from training to use in one compiled function, %s", (_, run) => {
    const norm = new BatchNorm2d(1, { momentum: 0.5 });
    const forward = run((x: Tensor) => norm.forward(x));
    const x = tensor([1, 3], { shape: [2, 1, 1, 1] });
    forward(x);
    expect([norm.running_mean.toArray(), norm.running_var.toArray()]).toEqual([[1], [1.5]]);
    norm.eval();
    const used = [...forward(x).data];
    expect(used.map((v) => Math.round(v * 1000))).toEqual([0, Math.round((2 / Math.sqrt(1.5 + 1e-5)) * 1000)]);
    expect(norm.num_batches_tracked.item()).toBe(1);
  });
});

it("the early positions of causal attention do not depend on later ones", () => {
  manualSeed(2);
  const attention = new MultiheadAttention(6, 3, { causal: true });
  const x = randn([1, 5, 6]);
  const changed = x.slice(null, [0, 3]);
  const [long, short] = [attention.forward(x).slice(null, [0, 3]), attention.forward(changed)];
  short.data.forEach((value, i) => {
    expect(value).toBeCloseTo(long.data[i], 5);
  });
});

it.each(Object.entries(ways))("attention drops weights in training alone, and preserves the mean, %s", (_, run) => {
  manualSeed(3);
  const attention = new MultiheadAttention(4, 2, { dropout: 0.5 });
  const x = randn([2, 3, 4]);
  const forward = run((y: Tensor) => attention.forward(y));
  const [one, other] = [forward(x), forward(x)];
  expect(one.toArray()).not.toEqual(other.toArray());
  attention.eval();
  expect(forward(x).toArray()).toEqual(forward(x).toArray());
  // Queries of 0 attend evenly: the weights are 2/3 or 0, with the mean 1/3.
  const [q, v] = [zeros([500, 3, 2]), ones([500, 3, 1])];
  const y = run((v: Tensor) => scaledDotProductAttention(q, q, v, { dropout: 0.5 }))(v);
  expect(y.mean().item()).toBeCloseTo(1, 1);
  expect(new Set(Array.from(y.data, (value) => Math.round(value * 3)))).toEqual(new Set([0, 2, 4, 6]));
});

it.each(Object.entries(ways))("a row of attention that is masked throughout is 0, as is its gradient, %s", (_, run) => {
  const inputs = [randn([2, 3]), randn([4, 3]), randn([4, 2])];
  for (const x of inputs) x.requiresGrad = true;
  const mask = tensor([[true], [false]]).expand([2, 4]);
  const attend = run((q: Tensor, k: Tensor, v: Tensor) => {
    const y = scaledDotProductAttention(q, k, v, { mask });
    y.sum().backward();
    return y;
  });
  const y = attend(inputs[0], inputs[1], inputs[2]);
  expect(y.slice(1).toArray()).toEqual([0, 0]);
  expect(inputs[0].grad?.slice(1).toArray()).toEqual([0, 0, 0]);
  for (const { grad } of inputs) expect(grad?.isfinite().all().item()).toBe(1);
});

it("Dropout2d sets whole channels to 0 and preserves the mean", () => {
  manualSeed(0);
  const dropout = new Dropout2d(0.25);
  const y = dropout.forward(ones([100, 20, 2, 3]));
  const perChannel = y.reshape([2000, 6]);
  expect(perChannel.max(1).toArray()).toEqual(perChannel.min(1).toArray());
  expect(y.mean().item()).toBeCloseTo(1, 1);
  const x = ones([1, 2, 2, 2]);
  expect(dropout.eval().forward(x)).toBe(x);
});

it("an Embedding's row gets the sum of its uses' gradients", () => {
  const table = new Embedding(4, 2);
  table
    .forward(tensor([1, 1, 3], { dtype: "uint8" }))
    .sum()
    .backward();
  expect(table.weight.grad?.toArray()).toEqual([
    [0, 0],
    [2, 2],
    [0, 0],
    [1, 1],
  ]);
});

it("an infinity stays in the window that it is in", () => {
  const x = tensor([1, 2, 3, 4, Infinity]).reshape([1, 1, 5]);
  expect(adaptiveAvgPool2d(x, [1, 3]).toArray()).toEqual([[[1.5, 3, Infinity]]]);
});

class Block extends Module {
  readonly norm = new LayerNorm(4);
  readonly heads = [new Linear(4, 2), new Linear(4, 2, { bias: false })];
  readonly scale = tensor(1, { requiresGrad: true });
  forward(x: Tensor): Tensor {
    return this.heads[0].forward(this.norm.forward(x)).mul(this.scale);
  }
}

describe("String(model)", () => {
  it("is the tree of its layers, with shapes, counts and a total; a shared parameter counts once", () => {
    const shared = new Linear(300, 4);
    const model = new Sequential(new Conv2d(1, 3, 3, { padding: 1 }), new BatchNorm2d(3), shared, new Block(), shared);
    expect(`\n${model}`).toBe(
      `
Sequential                                                                                1,267
├─ 0: Conv2d(1, 3, 3, padding=1)                           weight [3, 1, 3, 3], bias [3]     30
├─ 1: BatchNorm2d(3, eps=1e-5, momentum=0.1, affine=true)  weight [3], bias [3]               6
├─ 2: Linear(300, 4)                                       weight [4, 300], bias [4]      1,204
├─ 3: Block                                                scale []                          27
│  ├─ norm: LayerNorm(4, eps=1e-5)                         weight [4], bias [4]               8
│  ├─ heads.0: Linear(4, 2)                                weight [2, 4], bias [2]           10
│  └─ heads.1: Linear(4, 2, bias=false)                    weight [2, 4]                      8
└─ 4: Linear(300, 4)                                       the same as 2
1,267 parameters, and 7 numbers in buffers`
        .replace("27\n", " 27\n")
        .replace("  27\n", " 27\n"),
    );
  });

  it("works without parameters, and while a function is traced", () => {
    expect(String(new ReLU())).toBe("ReLU\n0 parameters");
    const model = new Sequential(new Flatten(), new Linear(2, 1));
    let seen = "";
    compile((x: Tensor) => {
      seen = String(model);
      return model.forward(x);
    })(ones([1, 2]));
    expect(seen).toBe(String(model));
  });
});

const x = ones([2, 3, 4, 4]);

it.each([
  [() => new BatchNorm2d(2).forward(x), "BatchNorm2d.forward: x is floating, [N, 2, H, W], not float32[2,3,4,4]"],
  [
    () => new BatchNorm2d(3).forward(ones([1, 3, 1, 1])),
    "BatchNorm2d.forward: one value a channel has no variance, x is float32[1,3,1,1] in training; use eval()",
  ],
  [() => new BatchNorm2d(0), "BatchNorm2d: features is a whole number from 1, not 0"],
  [() => new BatchNorm2d(1, { momentum: 2 }), "BatchNorm2d: momentum is a number from 0 to 1, not 2"],
  [() => new BatchNorm2d(1, { eps: -1 }), "BatchNorm2d: eps is a number from 0, not -1"],
  [() => new LayerNorm([3, 4]).forward(x), "LayerNorm.forward: x is floating and ends in [3,4], not float32[2,3,4,4]"],
  [() => new LayerNorm([]), "LayerNorm: shape names at least one dim, not none"],
  [() => new GroupNorm(2, 3), "GroupNorm: 3 channels do not divide into 2 groups"],
  [() => new GroupNorm(2, 4).forward(x), "GroupNorm.forward: x is floating, [N, 4, ...], not float32[2,3,4,4]"],
  [
    () => new Embedding(3, 2).forward(x),
    'Embedding.forward: indices are int32 or uint8, not float32[2,3,4,4]; use to("int32")',
  ],
  [
    () => new Embedding(3, 2).forward(tensor([3], { dtype: "int32" })),
    "Embedding.forward: index 3 is outside of 0 to 2",
  ],
  [() => new MultiheadAttention(5, 2), "MultiheadAttention: 5 features do not divide into 2 heads"],
  [
    () => new MultiheadAttention(4, 2).forward(ones([2, 3])),
    "MultiheadAttention.forward: x is floating, [N, L, 4] or [L, 4], not float32[2,3]",
  ],
  [
    () => scaledDotProductAttention(ones([2, 3]), ones([2, 4]), ones([2, 3])),
    "scaledDotProductAttention: q [..., L, D] goes with k [..., S, D] and v [..., S, E], not float32[2,3]",
  ],
  [() => new Dropout2d().forward(ones([2, 3])), "Dropout2d.forward: x is [N, C, H, W] or [C, H, W], not float32[2,3]"],
  [() => new Dropout2d(-1), "Dropout2d: p is a number from 0 to 1, not -1"],
  [
    () => new AdaptiveAvgPool2d(0).forward(x),
    "adaptiveAvgPool2d: outputSize is a whole number from 1 or a pair of them, not 0",
  ],
  [() => adaptiveAvgPool2d(zeros([1, 0, 2]), 1), "adaptiveAvgPool2d: float32[1,0,2] has no elements to take a mean of"],
])("layers say what they take: %#", (run, message) => expect(run).toThrow(message));
