// An example of each layer beyond those that clone.test.ts and onnx/test/layers.test.ts list themselves: how it is made, and the shape of what it takes
// without the batch. Layers that take or give several tensors are part of a module of one.
import * as chainrule from "chainrule";
import { type Layer, Module, type Tensor } from "chainrule";

export interface Example {
  readonly make: () => Layer;
  readonly shape: readonly number[];
  readonly indices?: boolean;
}

/** A layer in a module that calls it in its own way. */
class Calling<Inner extends Module> extends Module implements Layer {
  readonly inner: Inner;
  readonly call: (inner: Inner, x: Tensor) => Tensor;

  constructor(inner: Inner, call: (inner: Inner, x: Tensor) => Tensor) {
    super();
    this.inner = inner;
    this.call = call;
  }

  forward(x: Tensor): Tensor {
    return this.call(this.inner, x);
  }
}

const [features, sequences, pictures, volumes] = [
  [5, 6],
  [4, 7],
  [4, 7, 7],
  [2, 4, 5, 4],
];
const { Bilinear, CosineSimilarity, EmbeddingBag, MaxPool1d, MaxPool2d, MaxPool3d } = chainrule;
const { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, PairwiseDistance } = chainrule;

type Named = Readonly<Record<string, new (...args: never[]) => Layer>>;
/** Layers that take the same shape, each with the arguments of its constructor. */
const alike = (shape: readonly number[], ...specs: readonly (readonly [name: string, ...args: unknown[]])[]) =>
  Object.fromEntries(
    specs.map(([name, ...args]): [string, Example] => [
      name,
      { make: () => new (chainrule as unknown as Named)[name](...(args as never[])), shape },
    ]),
  );

export const furtherLayers: Readonly<Record<string, Example>> = {
  ...alike(
    features,
    ...["CELU", "ELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity"].map(
      (name) => [name] as const,
    ),
    ...["LogSigmoid", "Mish", "PReLU", "RReLU", "ReLU6", "SELU", "Softmin", "Softplus"].map((name) => [name] as const),
    ...["Softshrink", "Softsign", "Tanhshrink"].map((name) => [name] as const),
    ["Threshold", 0.1, 20],
  ),
  ...alike(
    sequences,
    ["AdaptiveAvgPool1d", 3],
    ["AdaptiveMaxPool1d", 3],
    ["AvgPool1d", 3, { stride: 2 }],
    ["Conv1d", 4, 2, 3, { padding: "same" }],
    ["ConvTranspose1d", 4, 2, 3, { stride: 2 }],
    ["LPPool1d", 2, 3],
    ["BatchNorm1d", 4],
    ["InstanceNorm1d", 4],
    ["MaxPool1d", 2],
    ...["Zero", "Reflection", "Replication", "Circular"].map((kind) => [`${kind}Pad1d`, [[1, 2]]] as const),
    ["ConstantPad1d", 1, 2],
  ),
  ...alike(
    pictures,
    ["AdaptiveMaxPool2d", [3, 2]],
    ["ChannelShuffle", 2],
    ["ConvTranspose2d", 4, 2, 3, { stride: 2, padding: 1 }],
    ["LPPool2d", 2, 3],
    ["InstanceNorm2d", 4, { affine: true, trackRunningStats: true }],
    ["LocalResponseNorm", 3],
    ["PixelShuffle", 2],
    ["PixelUnshuffle", 7],
    ["Unfold", 2],
    ["Upsample", { scaleFactor: 2, mode: "bilinear" }],
    ...["Zero", "Reflection", "Replication", "Circular"].map((kind) => [`${kind}Pad2d`, 2] as const),
    ["ConstantPad2d", 1, 2],
  ),
  ...alike([8, 9], ["Fold", 4, 2]),
  ...alike(
    volumes,
    ["AdaptiveAvgPool3d", 2],
    ["AdaptiveMaxPool3d", [2, 3, 2]],
    ["AvgPool3d", 2],
    ["Conv3d", 2, 3, 2],
    ["ConvTranspose3d", 2, 3, 2],
    ["LPPool3d", 2, 2],
    ["BatchNorm3d", 2],
    ["InstanceNorm3d", 2],
    ["MaxPool3d", 2],
    ...["Zero", "Reflection", "Replication", "Circular"].map((kind) => [`${kind}Pad3d`, 1] as const),
    ["ConstantPad3d", 1, 2],
  ),
  Bilinear: {
    make: () => new Calling(new Bilinear(6, 6, 3), (inner, x) => inner.forward(x, x.neg())),
    shape: features,
  },
  CosineSimilarity: {
    make: () => new Calling(new CosineSimilarity(), (inner, x) => inner.forward(x, x.sin())),
    shape: features,
  },
  PairwiseDistance: {
    make: () => new Calling(new PairwiseDistance({ p: 1 }), (inner, x) => inner.forward(x, x.sin())),
    shape: features,
  },
  EmbeddingBag: {
    make: () => new Calling(new EmbeddingBag(9, 3), (inner, x) => inner.forward(x)),
    shape: [5],
    indices: true,
  },
  MaxUnpool1d: {
    make: () =>
      new Calling(new MaxUnpool1d(2), (inner, x) => {
        const { values, indices } = new MaxPool1d(2, { returnIndices: true }).forward(x);
        return inner.forward(values, indices, 7);
      }),
    shape: sequences,
  },
  MaxUnpool2d: {
    make: () =>
      new Calling(new MaxUnpool2d(2), (inner, x) => {
        const { values, indices } = new MaxPool2d(2, { returnIndices: true }).forward(x);
        return inner.forward(values, indices, [7, 7]);
      }),
    shape: pictures,
  },
  MaxUnpool3d: {
    make: () =>
      new Calling(new MaxUnpool3d(2), (inner, x) => {
        const { values, indices } = new MaxPool3d(2, { returnIndices: true }).forward(x);
        return inner.forward(values, indices, [4, 5, 4]);
      }),
    shape: volumes,
  },
};
