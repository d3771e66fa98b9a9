// Composites become ONNX's own ops with the same results; where ONNX's op does not fit, their ops are written one by one.
import {
  AvgPool2d,
  adaptiveAvgPool2d,
  arange,
  avgPool2d,
  BatchNorm2d,
  conv2d,
  type DType,
  Embedding,
  GroupNorm,
  LayerNorm,
  Linear,
  MultiheadAttention,
  manualSeed,
  maxPool2d,
  noGrad,
  rand,
  type Tensor,
} from "chainrule";
import { expect, it } from "vitest";
import { toOnnx } from "../src/index.ts";
import { difference, Operation } from "./operation.ts";
import { opTypesOf } from "./read.ts";
import { load } from "./run.ts";

interface Case {
  readonly f: (x: Tensor) => Tensor;
  /** The input's shape without the batch, its first dim. */
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly ops: string;
}

const images = [4, 6, 6];
const filters = arange(0, 72).sin().reshape([2, 4, 3, 3]);
const bias = arange(0, 2).add(0.5);
const float64 = (x: Tensor): Tensor => x.to("float64");

const cases: Record<string, Case> = {
  relu: { f: (x) => x.relu(), shape: [3], ops: "Relu" },
  "relu of whole numbers": { f: (x) => x.relu(), shape: [3], dtype: "int32", ops: "LessOrEqual Where" },
  gelu: { f: (x) => x.gelu(), shape: [3], ops: "Gelu" },
  "gelu in float64": { f: (x) => float64(x).gelu(), shape: [3], ops: "Add Cast Erf Mul" },
  silu: { f: (x) => x.silu(), shape: [3], ops: "Mul Sigmoid" },
  leakyRelu: { f: (x) => x.leakyRelu(0.2), shape: [3], ops: "LeakyRelu" },
  softplus: { f: (x) => x.mul(10).softplus(), shape: [3], ops: "Mul Softplus" },
  softmax: { f: (x) => x.softmax(1), shape: [3, 4], ops: "Softmax" },
  "softmax over the batch": { f: (x) => x.softmax(0), shape: [3], ops: "Softmax" },
  "softmax in float64": { f: (x) => float64(x).softmax(), shape: [3], ops: "Cast Softmax" },
  logSoftmax: { f: (x) => x.logSoftmax(), shape: [3], ops: "LogSoftmax" },
  logsumexp: { f: (x) => x.logsumexp(1), shape: [3, 4], ops: "ReduceLogSumExp" },
  "logsumexp, dims kept": { f: (x) => x.logsumexp([1, 2], true), shape: [3, 4], ops: "ReduceLogSumExp" },
  variance: { f: (x) => x.variance(1), shape: [3, 4], ops: "Abs Div Less Mul ReduceSum Reshape Sub Where" },
  std: {
    f: (x) => x.std(2),
    shape: [3, 4],
    ops: "Abs And Div Equal Less Mul ReduceMax ReduceSum Reshape Sqrt Sub Where",
  },
  prod: { f: (x) => x.prod(1), shape: [3], ops: "Mul Pad Reshape Slice" },

  conv2d: { f: (x) => conv2d(x, filters, bias), shape: images, ops: "Conv" },
  "conv2d without bias": { f: (x) => conv2d(x, filters, null, { padding: "same" }), shape: images, ops: "Conv" },
  "conv2d in float64": { f: (x) => conv2d(float64(x), filters, bias), shape: images, ops: "Add Cast Conv Reshape" },
  "conv2d of one picture": { f: (x) => conv2d(x.slice(0), filters), shape: images, ops: "Conv Reshape Slice" },
  maxPool2d: { f: (x) => maxPool2d(x, [2, 3], { stride: [1, 2], padding: [1, 0] }), shape: images, ops: "MaxPool" },
  "maxPool2d of one picture": {
    f: (x) => maxPool2d(x.slice(0), 2),
    shape: images,
    ops: "ArgMax Cast Gather GatherElements Reshape Slice Transpose",
  },
  avgPool2d: { f: (x) => new AvgPool2d(3, { stride: 2, padding: 1 }).forward(x), shape: images, ops: "AveragePool" },
  "avgPool2d in float64": {
    f: (x) => avgPool2d(float64(x), 2),
    shape: images,
    ops: "Cast Div Gather ReduceSum Reshape Transpose",
  },
  "adaptiveAvgPool2d to one": { f: (x) => adaptiveAvgPool2d(x, 1), shape: images, ops: "GlobalAveragePool" },
  "adaptiveAvgPool2d that divides": { f: (x) => adaptiveAvgPool2d(x, [3, 2]), shape: images, ops: "AveragePool" },
  "adaptiveAvgPool2d that does not": {
    f: (x) => adaptiveAvgPool2d(x, 4),
    shape: images,
    ops: "Concat Div ReduceSum Slice",
  },

  "linear of rows": { f: layer(() => new Linear(3, 2)), shape: [3], ops: "Gemm" },
  "linear of many rows": { f: layer(() => new Linear(3, 2)), shape: [4, 3], ops: "Add MatMul Transpose" },
  "linear without bias": { f: layer(() => new Linear(3, 2, { bias: false })), shape: [3], ops: "Gemm" },
  "linear of a vector": {
    f: layer(
      () => new Linear(3, 2),
      (x) => x.slice(0),
    ),
    shape: [3],
    ops: "Add MatMul Reshape Slice Transpose",
  },
  layerNorm: { f: layer(() => new LayerNorm([4, 3])), shape: [4, 3], ops: "LayerNormalization" },
  "layerNorm of float64 with a weight of float32": {
    f: layer(() => new LayerNorm(3), float64),
    shape: [3],
    ops: "Add Cast Div Mul ReduceSum Sqrt Sub",
  },
  groupNorm: { f: layer(() => new GroupNorm(2, 4)), shape: images, ops: "GroupNormalization" },
  "groupNorm without affine": {
    f: layer(() => new GroupNorm(2, 4, { affine: false })),
    shape: images,
    ops: "GroupNormalization",
  },
  "groupNorm of rows": {
    f: layer(() => new GroupNorm(2, 4)),
    shape: [4],
    ops: "Add Div Mul ReduceSum Reshape Sqrt Sub",
  },
  batchNorm2d: { f: layer(() => new BatchNorm2d(4).eval()), shape: images, ops: "BatchNormalization" },
  "batchNorm2d that observes nothing": {
    f: layer(() => new BatchNorm2d(4, { affine: false }).eval()),
    shape: images,
    ops: "BatchNormalization",
  },
  embedding: { f: layer(() => new Embedding(9, 3)), shape: [2, 3], dtype: "int32", ops: "Gather" },
  "embedding of bytes": { f: layer(() => new Embedding(9, 3)), shape: [4], dtype: "uint8", ops: "Cast Gather" },
  "one attention for all": {
    f: layer(() => new MultiheadAttention(6, 2)),
    shape: [4, 6],
    ops: "Add MatMul Mul Reshape Slice Softmax Transpose",
  },
};

/** A layer as a function. */
function layer(make: () => { forward(x: Tensor): Tensor }, before: (x: Tensor) => Tensor = (x) => x) {
  const made = make();
  return (x: Tensor): Tensor => made.forward(before(x));
}

function input(batch: number, { shape, dtype = "float32" }: Case): Tensor {
  const x = rand([batch, ...shape]).mul(8);
  return dtype === "float32"
    ? x.sub(4)
    : x
        .floor()
        .sub(dtype === "int32" && shape.length === 1 ? 4 : 0)
        .to(dtype);
}

for (const [name, example] of Object.entries(cases)) {
  it(`${name}: ${example.ops}`, async () => {
    manualSeed(3);
    const model = new Operation(example.f);
    const file = toOnnx(model, input(2, example));
    expect(opTypesOf(file)).toBe(example.ops);
    const run = await load(file);
    for (const batch of [1, 5]) {
      const x = input(batch, example);
      expect(
        difference(
          await run(x),
          noGrad(() => model.forward(x)),
        ),
      ).toBeNull();
    }
  });
}
