// The same as for methods: functions and layers, right and wrong, on every dtype and on shapes that do and do not fit.
import * as chainrule from "chainrule";
import { type DType, ones, type Tensor, tensor, zeros } from "chainrule";
import { expect, it } from "vitest";
import { describe, isFloating } from "../../src/tensor/dtype.ts";
import { type Call, faultsOf, gradientOf } from "./both-ways.ts";
import { tensorsIn } from "./every-method.ts";

type Use = (...inputs: Tensor[]) => unknown;

const nan = Number.NaN;
const {
  concat,
  stack,
  conv2d,
  maxPool2d,
  avgPool2d,
  adaptiveAvgPool2d,
  scaledDotProductAttention,
  crossEntropy,
  nllLoss,
  binaryCrossEntropyWithLogits,
  hingeLoss,
  mseLoss,
  l1Loss,
  huberLoss,
  klDivLoss,
} = chainrule;

/** Options that are wrong are written as users of plain JavaScript write them. */
const wrong = <T>(value: unknown): T => value as T;

const ofTwo: Record<string, Use> = {
  concat: (a, b) => concat([a, b]),
  "concat along -1": (a, b) => concat([a, b], -1),
  "concat along NaN": (a, b) => concat([a, b], nan),
  "concat of none": () => concat([]),
  stack: (a, b) => stack([a, b]),
  "stack along 9": (a, b) => stack([a, b], 9),
  matmul: (a, b) => a.matmul(b),
  crossEntropy: (a, b) => crossEntropy(a, b),
  "crossEntropy, smoothed": (a, b) => crossEntropy(a, b, { labelSmoothing: 0.1 }),
  "crossEntropy, smoothed by NaN": (a, b) => crossEntropy(a, b, { labelSmoothing: nan }),
  nllLoss: (a, b) => nllLoss(a, b),
  "crossEntropy, ignoring 0": (a, b) => crossEntropy(a, b, { ignoreIndex: 0, reduction: "sum" }),
  "crossEntropy, weighted": (a, b) => crossEntropy(a, b, { weight: ones([3]), labelSmoothing: 0.1 }),
  "mseLoss, weighted": (a, b) => mseLoss(a, b, { weight: b, reduction: "none" }),
  maxUnpool2d: (a, b) => chainrule.maxUnpool2d(a, b, 2),
  binaryCrossEntropyWithLogits: (a, b) => binaryCrossEntropyWithLogits(a, b),
  hingeLoss: (a, b) => hingeLoss(a, b),
  mseLoss: (a, b) => mseLoss(a, b),
  l1Loss: (a, b) => l1Loss(a, b),
  huberLoss: (a, b) => huberLoss(a, b),
  "huberLoss, delta NaN": (a, b) => huberLoss(a, b, { delta: nan }),
  "huberLoss, delta 0": (a, b) => huberLoss(a, b, { delta: 0 }),
  klDivLoss: (a, b) => klDivLoss(a, b),
  attention: (a, b) => scaledDotProductAttention(a, b, b),
  "attention, causal": (a, b) => scaledDotProductAttention(a, b, b, { causal: true }),
  "attention, masked": (a, b) => scaledDotProductAttention(a, b, b, { mask: a.gt(0) }),
  "attention, dropout 2": (a, b) => scaledDotProductAttention(a, b, b, { dropout: 2 }),
  conv2d: (a, b) => conv2d(a, b),
  "conv2d, padded": (a, b) => conv2d(a, b, null, { padding: 1, stride: 2 }),
  "conv2d, same": (a, b) => conv2d(a, b, null, { padding: "same", dilation: 2 }),
  "conv2d, groups 2": (a, b) => conv2d(a, b, null, { groups: 2 }),
  "conv2d, stride 0": (a, b) => conv2d(a, b, null, { stride: 0 }),
  "conv2d, padding -1": (a, b) => conv2d(a, b, null, { padding: -1 }),
  "conv2d, padding NaN": (a, b) => conv2d(a, b, null, { padding: nan }),
  "conv2d, groups 0": (a, b) => conv2d(a, b, null, { groups: 0 }),
  "conv2d with a bias": (a, b) => conv2d(a, b, b),
};

const ofOne: Record<string, Use> = {
  ...Object.fromEntries(
    [2, 1, 0, nan, 9, [2, 1], [1, nan], []].flatMap((size) => [
      [`maxPool2d by ${size}`, (x: Tensor) => maxPool2d(x, wrong(size))],
      [`avgPool2d by ${size}`, (x: Tensor) => avgPool2d(x, wrong(size))],
      [`adaptiveAvgPool2d to ${size}`, (x: Tensor) => adaptiveAvgPool2d(x, wrong(size))],
    ]),
  ),
  "maxPool2d, padded": (x) => maxPool2d(x, 2, { padding: 1, stride: 1 }),
  "maxPool2d, padded too far": (x) => maxPool2d(x, 2, { padding: 2 }),
  "maxPool2d, dilated": (x) => maxPool2d(x, 2, { dilation: 2, ceilMode: true, padding: 1 }),
  "maxPool2d with indices": (x) => Object.values(maxPool2d(x, 2, { returnIndices: true, padding: 1 })),
  "avgPool2d beyond the image": (x) => avgPool2d(x, 2, { ceilMode: true, countIncludePad: false, padding: 1 }),
  "avgPool2d, divisor 0": (x) => avgPool2d(x, 2, { divisorOverride: 0 }),
  "sub of a number": (x) => chainrule.sub(2, x),
  "pow of a number": (x) => chainrule.pow(2, x),
  "avgPool2d, stride 0": (x) => avgPool2d(x, 2, { stride: 0 }),
  "avgPool2d, padding NaN": (x) => avgPool2d(x, 2, { padding: nan }),
};

const layers: Record<string, () => { forward(x: Tensor): Tensor }> = {
  Linear: () => new chainrule.Linear(3, 2),
  Embedding: () => new chainrule.Embedding(4, 2),
  Conv2d: () => new chainrule.Conv2d(2, 2, 2),
  BatchNorm2d: () => new chainrule.BatchNorm2d(2),
  "BatchNorm2d in use": () => new chainrule.BatchNorm2d(2).eval(),
  "BatchNorm2d without running statistics": () => new chainrule.BatchNorm2d(2, { trackRunningStats: false }).eval(),
  LayerNorm: () => new chainrule.LayerNorm(3),
  RMSNorm: () => new chainrule.RMSNorm(3),
  GroupNorm: () => new chainrule.GroupNorm(2, 2),
  MultiheadAttention: () => new chainrule.MultiheadAttention(4, 2),
  "Dropout in use": () => new chainrule.Dropout(0.5).eval(),
  "Dropout2d in use": () => new chainrule.Dropout2d(0.5).eval(),
  Flatten: () => new chainrule.Flatten(),
  Softmax: () => new chainrule.Softmax(),
  LogSoftmax: () => new chainrule.LogSoftmax(1),
  MaxPool2d: () => new chainrule.MaxPool2d(2),
  GELU: () => new chainrule.GELU(),
  "GELU by tanh": () => new chainrule.GELU({ approximate: "tanh" }),
};

const make = (shape: number[], dtype: DType): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((n, m) => n * m, 1) }, (_, i) => (i % 3) - (isFloating(dtype) ? 0.75 : 0)),
    { shape, dtype },
  );

const shapes = [[], [0], [2, 3], [2, 3, 4], [2, 2, 3, 3], [0, 2, 3, 3]];
const label = (name: string, inputs: readonly Tensor[]) => `${name} of ${inputs.map(describe).join(" and ")}`;

function callsOf(dtype: DType): Call[] {
  const firsts = shapes.map((shape) => make(shape, dtype));
  const secondsFor = ({ shape }: Tensor): Tensor[] => [
    make([...shape], dtype),
    make([2, 2, 2, 2], dtype),
    zeros([2], { dtype: "int32" }),
    ones([2, 3], { dtype: "float64" }),
    ones([], { dtype: "bool" }),
  ];
  const call = (name: string, inputs: Tensor[], use: Use): Call => ({
    text: label(name, inputs),
    inputs,
    run: (...own) => tensorsIn(use(...own)),
  });
  return [
    ...Object.entries(ofOne).flatMap(([name, use]) => firsts.map((x) => call(name, [x], use))),
    ...Object.entries(layers).flatMap(([name, layer]) => {
      const one = layer();
      return firsts.map((x) => call(name, [x], (own) => one.forward(own)));
    }),
    ...Object.entries(ofTwo).flatMap(([name, use]) =>
      firsts.flatMap((a) => secondsFor(a).map((b) => call(name, [a, b], use))),
    ),
  ];
}

it.each(["float32", "int32", "bool"] as const)("of %s", (dtype) => {
  const { faults, good } = faultsOf(callsOf(dtype));
  expect(faults).toEqual([]);
  expect(good.length).toBeGreaterThan(50);
  if (dtype === "float32") expect(faultsOf(good.map(gradientOf)).faults).toEqual([]);
});
