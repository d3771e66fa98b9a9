// Fits a linear classifier on the features of many examples, in minibatches: the features stay as they are in memory, and one batch of them at
// a time is standardised.
//
//   step on a batch B of N examples:   N / |B| · Σ cₙ · crossEntropy(xₙ W + b, yₙ) + λ Σ W²        with Σ cₙ = 1 over all examples

import { breathe } from "../../compiler/breathe.ts";
import { compile } from "../../compiler/compile.ts";
import { Adam } from "../../optim/adam.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Examples, type Moments, weightsOf } from "./examples.ts";
import type { Fitted } from "./logistic.ts";
import { drawsFrom } from "./penalty.ts";

const maxBatch = 1024;
const epochs = 20;
const rate = 0.01;

interface Batches {
  readonly classes: number;
  readonly seed: number;
  readonly penalty: number;
  readonly moments: Moments;
  /** Called with the part of the steps that is done, from 0 to 1. */
  readonly progressed: (part: number) => void;
}

export async function fitByBatches(
  train: Examples,
  { classes, seed, penalty, moments, progressed }: Batches,
): Promise<Fitted> {
  const count = train.labels.length;
  const weights = weightsOf(train.labels, classes, () => true);
  const length = Math.min(maxBatch, count);
  const { weight, bias, optimizer, step } = stepOf(moments.mean.length, classes, penalty);
  const batches = Math.floor(count / length);
  const course: { loss: number; accuracy: number }[] = [];
  const draw = drawsFrom(seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(count, draw);
    let [loss, right] = [0, 0];
    for (let b = 0; b < batches; b++) {
      const done = (epoch * batches + b) / (epochs * batches);
      optimizer.lr = rate * (1 - done);
      const chosen = order.subarray(b * length, (b + 1) * length);
      const { x, truth, rows } = batchOf(train, chosen, { classes, weights, moments, scale: count / length });
      const found = step(x, truth, rows);
      const [[mean], answers] = await Promise.all([found.loss.read(), found.answers.read()]);
      loss += mean / batches;
      right += chosen.reduce((sum, n, i) => sum + Number(answers[i] === train.labels[n]), 0);
      await breathe();
      progressed(done);
    }
    course.push({ loss, accuracy: right / (batches * length) });
  }
  return { weight: weight.detach(), bias: bias.detach(), course };
}

function stepOf(size: number, classes: number, penalty: number) {
  const weight = zeros([size, classes], { requiresGrad: true });
  const bias = zeros([classes], { requiresGrad: true });
  const optimizer = new Adam([weight, bias], { lr: rate });
  const step = compile((x: Tensor, truth: Tensor, rows: Tensor) => {
    const logits = x.matmul(weight).add(bias);
    const fitted = logits.logSoftmax(-1).mul(truth).sum(-1).neg().mul(rows).sum();
    optimizer.zeroGrad();
    fitted.add(weight.square().sum().mul(penalty)).backward();
    optimizer.step();
    return { loss: fitted.detach(), answers: logits.detach().argmax(-1) };
  });
  return { weight, bias, optimizer, step };
}

interface Making {
  readonly classes: number;
  readonly weights: Float32Array;
  readonly moments: Moments;
  readonly scale: number;
}

function batchOf(
  { features, labels }: Examples,
  chosen: Int32Array,
  { classes, weights, moments: { mean, deviation }, scale }: Making,
): { readonly x: Tensor; readonly truth: Tensor; readonly rows: Tensor } {
  const size = mean.length;
  const x = new Float32Array(chosen.length * size);
  const truth = new Float32Array(chosen.length * classes);
  for (const [i, n] of chosen.entries()) {
    truth[i * classes + labels[n]] = 1;
    for (let d = 0; d < size; d++) x[i * size + d] = (features[n * size + d] - mean[d]) / deviation[d];
  }
  return {
    x: tensor(x, { shape: [chosen.length, size] }),
    truth: tensor(truth, { shape: [chosen.length, classes] }),
    rows: tensor(Float32Array.from(chosen, (n) => scale * weights[n])),
  };
}

/** 0 … count - 1 in random order, by Fisher and Yates. */
function shuffled(count: number, draw: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, n) => n);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((draw() / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
