// Fits the classifier on the features of many pictures, in minibatches: the features stay as they are in memory, and one batch of them at a
// time is standardised. The penalty is chosen with a part of the pictures, as it is for few.
//
//   step on a batch B of N pictures:   N / |B| · Σ cₙ · crossEntropy(xₙ W + b, yₙ) + λ Σ W²        with Σ cₙ = 1 over all pictures
import { Adam, compile, type Tensor, tensor, zeros } from "chainrule";
import { drawsFrom } from "../draws.ts";
import {
  type Examples,
  fitHead,
  type Head,
  type HeadOptions,
  inOwnUnits,
  momentsOf,
  weightsOf,
} from "../transfer/head.ts";

/** Features of more numbers than this are fitted in minibatches: 134 MB. */
const maxWhole = 2 ** 25;
/** The number of pictures by which the penalty is chosen: the first ones, which are a random part. */
const choicePictures = 8192;
const batchSize = 1024;
const epochs = 20;
const rate = 0.01;

/** fitHead, in minibatches where the features are many. */
export async function fitLargeHead(train: Examples, options: HeadOptions): Promise<Head> {
  if (train.features.length <= maxWhole) return fitHead(train, options);
  const { choice } = await fitHead(firstOf(train, choicePictures), {
    ...options,
    validation: options.validation === null ? null : firstOf(options.validation, choicePictures),
  });
  const moments = momentsOf(train);
  const { weight, bias, course } = await fitByBatches(train, { ...options, penalty: choice.penalty, moments });
  return { ...inOwnUnits({ weight, bias, course }, moments, options.classes), choice, steps: course };
}

function firstOf({ features, labels }: Examples, count: number): Examples {
  const size = features.length / labels.length;
  return { features: features.slice(0, count * size), labels: labels.slice(0, count) };
}

interface Batches extends HeadOptions {
  readonly penalty: number;
  readonly moments: ReturnType<typeof momentsOf>;
}

export async function fitByBatches(train: Examples, { classes, seed, penalty, moments, check }: Batches) {
  const count = train.labels.length;
  const size = train.features.length / count;
  const weights = weightsOf(train.labels, classes, () => true);
  const weight = zeros([size, classes], { requiresGrad: true });
  const bias = zeros([classes], { requiresGrad: true });
  const optimizer = new Adam([weight, bias], { lr: rate });
  const length = Math.min(batchSize, count);
  const step = compile((x: Tensor, truth: Tensor, rows: Tensor) => {
    const logits = x.matmul(weight).add(bias);
    const fitted = logits.logSoftmax(-1).mul(truth).sum(-1).neg().mul(rows).sum();
    optimizer.zeroGrad();
    fitted.add(weight.square().sum().mul(penalty)).backward();
    optimizer.step();
    return { loss: fitted.detach(), answers: logits.detach().argmax(-1) };
  });
  const batches = Math.floor(count / length);
  const course: { loss: number; accuracy: number }[] = [];
  const draw = drawsFrom(seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(count, draw);
    let [loss, right] = [0, 0];
    for (let b = 0; b < batches; b++) {
      optimizer.lr = rate * (1 - (epoch * batches + b) / (epochs * batches));
      const chosen = order.subarray(b * length, (b + 1) * length);
      const { x, truth, rows } = batchOf(train, chosen, { classes, weights, moments, scale: count / length });
      const found = step(x, truth, rows);
      const [[mean], answers] = await Promise.all([found.loss.read(), found.answers.read()]);
      loss += mean / batches;
      right += chosen.reduce((sum, n, i) => sum + Number(answers[i] === train.labels[n]), 0);
      // Lets Node handle timers and signals.
      await new Promise((resolve) => setImmediate(resolve));
      check();
    }
    course.push({ loss, accuracy: right / (batches * length) });
  }
  return { weight: weight.detach(), bias: bias.detach(), course };
}

interface Making {
  readonly classes: number;
  readonly weights: Float32Array;
  readonly moments: ReturnType<typeof momentsOf>;
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
