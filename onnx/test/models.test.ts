// Whole models in ONNX Runtime agree with chainrule, at any batch size.
import * as chainrule from "chainrule";
import { expect, it } from "vitest";
import { toOnnx } from "../src/index.ts";
import { difference } from "./operation.ts";
import { opTypesOf } from "./read.ts";
import { load } from "./run.ts";

const {
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  Flatten,
  GELU,
  GroupNorm,
  LayerNorm,
  Linear,
  MaxPool2d,
  Module,
  MultiheadAttention,
  ReLU,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
  manualSeed,
  noGrad,
  rand,
  randn,
} = chainrule;
type Tensor = chainrule.Tensor;

/** Gives batch norms a running mean and variance other than 0 and 1, as training would. */
function withRunningMoments<M extends chainrule.Module>(model: M): M {
  for (const [name, value] of model.stateDict()) {
    if (!name.endsWith("running_mean") && !name.endsWith("running_var")) continue;
    const state = new Map(model.stateDict());
    model.loadStateDict(state.set(name, name.endsWith("mean") ? randn(value.shape) : rand(value.shape).add(0.5)));
  }
  return model;
}

/** Attention, and a net that is applied at each position, each with a residual connection. */
class Block extends Module {
  readonly norm1 = new LayerNorm(16);
  readonly attention = new MultiheadAttention(16, 4, { causal: true });
  readonly norm2 = new LayerNorm(16);
  readonly net = new Sequential(new Linear(16, 32), new GELU(), new Linear(32, 16));
  forward(x: Tensor): Tensor {
    const attended = x.add(this.attention.forward(this.norm1.forward(x)));
    return attended.add(this.net.forward(this.norm2.forward(attended)));
  }
}

class Transformer extends Module {
  readonly words = new Embedding(20, 16);
  readonly places = new Embedding(8, 16);
  readonly blocks = [new Block(), new Block()];
  readonly norm = new LayerNorm(16);
  readonly head = new Linear(16, 20);
  forward(indices: Tensor): Tensor {
    const [, length] = indices.shape;
    let x = this.words.forward(indices).add(this.places.forward(chainrule.arange(length)));
    for (const block of this.blocks) x = block.forward(x);
    return this.head.forward(this.norm.forward(x));
  }
}

const picture = (n: number) => randn([n, 3, 8, 8]);
const words = (n: number) => rand([n, 6]).mul(20).floor().to("int32");

interface Example {
  readonly model: () => chainrule.Layer;
  readonly input: (batch: number) => Tensor;
  /** The distinct ops of the file, in alphabetical order. */
  readonly ops: string;
}

/** uint8 pictures, as files have them, computed with in double precision. */
class Bytes extends Module {
  readonly net = new Sequential(new Linear(192, 16), new ReLU(), new Linear(16, 10));
  forward(x: Tensor): Tensor {
    return this.net.forward(x.flatten(1).to("float64").div(255)).softmax();
  }
}

const examples: Record<string, Example> = {
  "a multilayer perceptron": {
    model: () => new Sequential(new Flatten(), new Linear(192, 32), new Tanh(), new Linear(32, 10), new Softmax()),
    input: picture,
    ops: "Gemm Reshape Softmax Tanh",
  },
  "a conv net with max pooling": {
    model: () =>
      new Sequential(
        new Conv2d(3, 8, 3, { padding: "same" }),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(8, 8, 3, { stride: 2, padding: 1, groups: 2 }),
        new SiLU(),
        new MaxPool2d(3, { stride: 1, padding: 1 }),
        new Flatten(),
        new Linear(32, 10),
      ),
    input: picture,
    ops: "Conv Gemm MaxPool Mul Relu Reshape Sigmoid",
  },
  "a conv net with batch norm": {
    model: () =>
      withRunningMoments(
        new Sequential(
          new Conv2d(3, 8, 3, { bias: false }),
          new BatchNorm2d(8),
          new ReLU(),
          new Conv2d(8, 4, 3, { dilation: 2 }),
          new BatchNorm2d(4, { affine: false }),
          new Sigmoid(),
          new Flatten(),
          new Linear(16, 10, { bias: false }),
        ),
      ),
    input: picture,
    ops: "BatchNormalization Conv Gemm Relu Reshape Sigmoid",
  },
  "a net with layer norm and GELU": {
    model: () =>
      new Sequential(
        new Linear(8, 16),
        new LayerNorm([8, 16]),
        new GELU(),
        new LayerNorm(16, { bias: false }),
        new Linear(16, 4),
        new LayerNorm(4, { elementwiseAffine: false }),
      ),
    input: picture,
    ops: "Add Gelu LayerNormalization MatMul Transpose",
  },
  "a small transformer with causal attention": {
    model: () => new Transformer(),
    input: words,
    ops: "Add Cast Gather Gelu LayerNormalization LessOrEqual MatMul Mul Reshape Slice Softmax Sub Transpose Where",
  },
  "average pooling, group norm and dropout, which does nothing": {
    model: () =>
      new Sequential(
        new Dropout(0.5),
        new Conv2d(3, 8, 1),
        new GroupNorm(2, 8),
        new AvgPool2d(3, { stride: 2, padding: 1 }),
        new Dropout(0.2),
        new chainrule.AdaptiveAvgPool2d(2),
        new chainrule.LeakyReLU(0.1),
        new chainrule.AdaptiveAvgPool2d(1),
        new Flatten(),
        new chainrule.LogSoftmax(),
      ),
    input: picture,
    ops: "AveragePool Conv GlobalAveragePool GroupNormalization LeakyRelu LogSoftmax Reshape",
  },
  "bytes, in float64": {
    model: () => new Bytes(),
    input: (n) => rand([n, 3, 8, 8]).mul(256).floor().to("uint8"),
    ops: "Add Cast Div MatMul Relu Reshape Softmax Transpose",
  },
};

for (const [name, { model: make, input, ops }] of Object.entries(examples)) {
  it(`${name} agrees at every batch size`, async () => {
    manualSeed(7);
    const model = make();
    const file = toOnnx(model, input(2));
    expect(opTypesOf(file)).toBe(ops);
    const session = await load(file);
    model.eval();
    for (const batch of [1, 2, 9]) {
      const x = input(batch);
      const [expected, found] = [noGrad(() => model.forward(x)), await session(x)];
      expect(difference(found, expected)).toBeNull();
    }
  });
}
