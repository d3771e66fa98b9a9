// Small tasks of all kinds, each of which starts in the same state every time: a table, an autoencoder of pictures, text by index, a GAN,
// and streams. Checkpoints must preserve their other state too (dropout, noise, averages, schedules).
import {
  Adam,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  Dropout,
  Embedding,
  ExponentialMovingAverage,
  Linear,
  linspace,
  Module,
  manualSeed,
  mseLoss,
  ones,
  ReLU,
  randn,
  Sequential,
  SGD,
  stack,
  Tanh,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { split } from "chainrule/data";
import { type Checkpoint, type Fit, type RunOptions, fit as train } from "chainrule/train";
import { rows } from "./synthetic.ts";

type Given = Partial<RunOptions>;

/** y = x₀ - 2 x₁ for 22 points, and a weight for each. */
export function table() {
  const x = stack([linspace(-1, 1, 22), linspace(2, -1, 22).square()], 1);
  const y = x.slice(null, 0).sub(x.slice(null, 1).mul(2)).unsqueeze(1);
  return { x, y, more: [linspace(0.5, 1.5, 22)] as const };
}

export function regression(given: Given = {}) {
  manualSeed(3);
  const model = new Sequential(new Linear(2, 8), new Tanh(), new Dropout(0.2), new Linear(8, 1));
  const { train: data, validation } = split(table(), { count: 6 });
  return train(model, {
    data,
    validation,
    epochs: 3,
    batchSize: 6,
    optimizer: new Adam(model.parameters(), { lr: 0.02 }),
    schedule: (step) => 0.02 / (1 + step / 20),
    loss: (net, { x, y, more: [weight] }) => {
      const outputs = net.forward(x);
      return { loss: outputs.sub(y).square().squeeze(1).mul(weight).mean(), outputs, largest: outputs.abs().max() };
    },
    metrics: { mae: (outputs, { y }) => outputs.sub(y).abs().squeeze(1) },
    monitor: "mae",
    mode: "min",
    keepBest: true,
    earlyStopping: { patience: 2 },
    clipNorm: 1,
    ...given,
  });
}

/** A variational autoencoder, so that training and validation draw random numbers. */
class Autoencoder extends Module {
  readonly encoder = new Linear(36, 6);
  readonly decoder = new Linear(3, 36);
  forward(images: Tensor): { seen: Tensor; kl: Tensor } {
    const [mean, logVariance] = this.encoder.forward(images.flatten(1)).split(3, 1);
    const z = mean.add(logVariance.mul(0.5).exp().mul(randn(mean.shape)));
    const kl = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).sum(1).mul(0.5);
    return { seen: this.decoder.forward(z), kl };
  }
}

export function autoencoder(given: Given = {}) {
  manualSeed(3);
  const model = new Autoencoder();
  return train(model, {
    data: rows(14),
    validation: rows(6, { seed: 5 }),
    mean: 0.3,
    std: 0.2,
    augment: { shift: 1 },
    epochs: 2,
    batchSize: 5,
    dropLast: true,
    optimizer: new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }),
    loss: (net, { images }) => {
      const { seen, kl } = net.forward(images);
      const error = mseLoss(seen, images.flatten(1));
      return { loss: error.add(kl.mean().mul(0.01)), error, kl };
    },
    ...given,
  });
}

const words = "the cat sat on the mat and the dog sat on the log ";
const letters = [...new Set(words)].sort();

/** Each example has eight characters, and the next character of each. */
export const text = {
  length: words.length - 9,
  async get(at: number) {
    const codes = Int32Array.from(words.slice(at, at + 9), (letter) => letters.indexOf(letter));
    return { x: codes.slice(0, 8), y: codes.slice(1) };
  },
};

export function nextCharacter(given: Given = {}) {
  manualSeed(3);
  const model = new Sequential(new Embedding(letters.length, 8), new Linear(8, letters.length));
  return train(model, {
    data: text,
    validation: { length: 10, get: (i: number) => text.get(3 * i) },
    epochs: 2,
    batchSize: 16,
    optimizer: new Adam(model.parameters(), { lr: 0.03 }),
    loss: (net, { x, y }) => {
      const logits = net.forward(x);
      return { loss: crossEntropy(logits.flatten(0, 1), y.flatten()), outputs: logits };
    },
    metrics: { accuracy: (logits, { y }) => logits.argmax(2).eq(y) },
    monitor: "accuracy",
    mode: "max",
    keepBest: true,
    ...given,
  });
}

export function gan(given: Given = {}) {
  manualSeed(3);
  const models = {
    generator: new Sequential(new Linear(2, 8), new ReLU(), new Linear(8, 1)),
    discriminator: new Sequential(new Linear(1, 8), new ReLU(), new Linear(8, 1)),
  };
  const optimizer = {
    generator: new Adam(models.generator.parameters(), { lr: 0.01 }),
    discriminator: new SGD(models.discriminator.parameters(), { lr: 0.02, momentum: 0.5 }),
  };
  const average = new ExponentialMovingAverage(models.generator.parameters(), { decay: 0.9 });
  return train(models, {
    data: linspace(2, 4, 20).unsqueeze(1),
    epochs: 2,
    batchSize: 8,
    optimizer,
    schedule: { generator: (step) => 0.01 / (1 + step) },
    state: { average },
    step: ({ generator, discriminator }, real) => {
      const count = real.shape[0];
      const fake = generator.forward(randn([count, 2]));
      const judged = discriminator.forward(fake.detach());
      const discriminatorLoss = binaryCrossEntropyWithLogits(discriminator.forward(real), ones([count, 1])).add(
        binaryCrossEntropyWithLogits(judged, zeros([count, 1])),
      );
      optimizer.discriminator.zeroGrad();
      discriminatorLoss.backward();
      optimizer.discriminator.step();
      const generatorLoss = binaryCrossEntropyWithLogits(discriminator.forward(fake), ones([count, 1]));
      optimizer.generator.zeroGrad();
      generatorLoss.backward();
      optimizer.generator.step();
      average.update();
      return { loss: discriminatorLoss.add(generatorLoss), discriminatorLoss, generatorLoss, caught: judged.lt(0) };
    },
    ...given,
  });
}

/** Points of a line; their number and values differ from epoch to epoch. */
export async function* points(epoch: number, count = 13 + epoch) {
  for (let n = 0; n < count; n++) {
    const x = Math.sin(7 * n + epoch);
    yield { x: [x], y: [2 * x + 1] };
  }
}

export function stream(given: Given = {}) {
  manualSeed(3);
  const model = new Linear(1, 1);
  return train(model, {
    data: points,
    validation: () => points(9, 5),
    epochs: 3,
    batchSize: 4,
    shuffleBuffer: 6,
    optimizer: new SGD(model.parameters(), { lr: 0.1 }),
    loss: (net, { x, y }) => mseLoss(net.forward(x), y),
    keepBest: true,
    ...given,
  });
}

/** A stream of batches without an end. */
function* endless() {
  for (let n = 0; ; n++) yield { x: tensor([[n % 3], [n % 5]]), y: tensor([[n % 3], [n % 5]]).mul(3) };
}

export function readyBatches(given: Given = {}) {
  manualSeed(3);
  const model = new Linear(1, 1);
  return train(model, {
    data: endless,
    stepsPerEpoch: 4,
    epochs: 2,
    optimizer: new SGD(model.parameters(), { lr: 0.05 }),
    loss: (net, { x, y }) => mseLoss(net.forward(x), y),
    ...given,
  });
}

export const tasks = { regression, autoencoder, nextCharacter, gan, stream, readyBatches };

export interface Told {
  readonly event: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly checkpoint: Checkpoint;
}

/** All events of a run, without their times, and a checkpoint at each. */
export async function everyEvent(run: Fit<{ readonly type: string }, unknown>): Promise<Told[]> {
  const discriminatorLoss: Told[] = [];
  const timed = ["seconds", "epochSeconds", "validationSeconds", "examplesPerSecond"];
  for await (const event of run) {
    const rest = Object.entries(event).filter(([name]) => !timed.includes(name));
    discriminatorLoss.push({ event: { ...Object.fromEntries(rest), type: event.type }, checkpoint: run.checkpoint() });
  }
  return discriminatorLoss;
}
