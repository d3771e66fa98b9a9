// Learns classes with a small conv net of random weights, for drawings: the whole net is trained on small pictures that are shifted, turned
// and cut a little each time. To judge it, nets are trained that leave out a part of the pictures each.
import { Adam, compile, manualSeed, noGrad, type Sequential, type Tensor, tensor } from "chainrule";
import { batches, type Dataset, normalisation } from "chainrule/data";
import { architectures, build, type Description } from "chainrule/model";
import { evaluate, fit } from "chainrule/train";
import { numbersOf, side } from "./album.ts";
import type { Course, Learned } from "./from-features.ts";
import { judgedOf, type Labelled } from "./judge.ts";
import { likenessOf } from "./likeness.ts";

/** The side of a picture as this net takes it: a pixel is the mean of 7 × 7 of a kept picture. */
export const smallSide = 32;
const maxFolds = 3;
const batchSize = 16;
const rate = 0.003;
/** Steps of a training, of which a small set has as many as it may: with 10 pictures of each class 300 reached 93 % of MNIST's first digits. */
const wantedSteps = 300;
const maxEpochs = 80;
const minEpochs = 8;
const augment = { shift: 3, rotate: 10, crop: 0.15 } as const;

export interface SmallCourse extends Course {
  readonly testing: (part: number) => void;
  readonly signal: AbortSignal;
}

/** `bytes`: the kept pictures, in the order of the labels. */
export async function learnFromNothing(
  { bytes, ...labelled }: Labelled & { readonly bytes: readonly Uint8Array[] },
  { progressed, testing, seed, signal }: SmallCourse,
): Promise<Learned> {
  const data = datasetOf(bytes, labelled);
  const { labels, classes } = labelled;
  const foldOf = foldsOf(labels, classes.length);
  const folds = foldOf === null ? 0 : Math.max(...foldOf) + 1;
  const description = describe(data, seed);
  const net = await train(data, description, { signal, progressed: (part) => progressed(part / (folds + 1)) });
  const answers = new Int32Array(labels.length).fill(-1);
  for (let fold = 0; fold < folds; fold++) {
    const isHeld = (n: number) => foldOf?.[n] === fold;
    const seen = rowsOf(data, (n) => !isHeld(n));
    const part = (of: number) => testing((fold + 1 + of) / (folds + 1));
    const other = await train(seen, describe(seen, seed), { signal, progressed: part });
    const { normalisation: norm } = describe(seen, seed);
    const found = await evaluate(other, rowsOf(data, isHeld), norm);
    let next = 0;
    for (const n of labels.keys()) if (isHeld(n)) answers[n] = found.answers[next++];
  }
  const likeness = await likenessOf(await lastNumbers(data, description, net), "conv");
  return { description, net, judged: judgedOf(labelled, answers, folds === 0 ? null : folds), likeness };
}

/** The numbers before the last layer for each picture. */
async function lastNumbers(
  data: Dataset,
  { normalisation: norm }: Description,
  net: Sequential,
): Promise<Float32Array[]> {
  const run = compile((images: Tensor) =>
    noGrad(() => {
      let x = images;
      for (let i = 0; i < net.length - 1; i++) x = net[i].forward(x);
      return x;
    }),
  );
  const rows: Float32Array[] = [];
  for (const { images } of batches(data, { batchSize: 1, ...norm })) rows.push(await numbersOf(run(images)));
  return rows;
}

async function train(
  data: Dataset,
  { architecture, normalisation: norm, seed }: Description,
  { signal, progressed }: { readonly signal: AbortSignal; readonly progressed: (part: number) => void },
): Promise<Sequential> {
  manualSeed(seed);
  const net = build(architecture);
  const perEpoch = Math.ceil(data.labels.size / batchSize);
  const epochs = Math.min(maxEpochs, Math.max(minEpochs, Math.ceil(wantedSteps / perEpoch)));
  const steps = epochs * perEpoch;
  const run = fit(net, {
    ...{ train: data, epochs, batchSize, seed, signal, augment },
    ...norm,
    optimizer: new Adam(net.parameters(), { lr: rate }),
    schedule: (step) => rate * (1 - step / steps),
  });
  for await (const event of run) if (event.type === "step") progressed(event.step / steps);
  signal.throwIfAborted();
  return net.eval();
}

/** The fold of each picture: those of a class are spread over all. null where no class has two pictures. */
export function foldsOf(labels: Int32Array, classes: number): Int32Array | null {
  const counts = new Int32Array(classes);
  const order = labels.map((label) => counts[label]++);
  const folds = Math.min(maxFolds, Math.max(...counts));
  return folds < 2 ? null : order.map((place) => place % folds);
}

function describe(data: Dataset, seed: number): Description {
  const [, channels, height, width] = data.images.shape;
  return {
    architecture: architectures.cnn([channels, height, width], data.classes.length),
    input: [channels, height, width],
    classes: data.classes,
    normalisation: normalisation(data),
    framing: "plain",
    seed,
  };
}

function rowsOf({ images, labels, classes }: Dataset, takes: (n: number) => boolean): Dataset {
  const rows = [...labels.data.keys()].filter(takes);
  const size = images.size / images.shape[0];
  const data = new Uint8Array(rows.length * size);
  for (const [to, n] of rows.entries())
    data.set(images.data.subarray(n * size, (n + 1) * size) as Uint8Array, to * size);
  return {
    images: tensor(data, { shape: [rows.length, ...images.shape.slice(1)] }),
    labels: tensor(Int32Array.from(rows, (n) => Number(labels.data[n]))),
    classes,
  };
}

/** Small pictures: grey ones where none has colours. */
function datasetOf(bytes: readonly Uint8Array[], { labels, classes }: Labelled): Dataset {
  const coloured = bytes.some(isColoured);
  const channels = coloured ? 3 : 1;
  const size = channels * smallSide * smallSide;
  const data = new Uint8Array(bytes.length * size);
  for (const [n, picture] of bytes.entries()) data.set(reduced(picture, channels), n * size);
  return {
    images: tensor(data, { shape: [bytes.length, channels, smallSide, smallSide] }),
    labels: tensor(labels),
    classes,
  };
}

/** Levels that differ less are grey: cameras and JPEG colour grey things a little. */
const leastColour = 24;

function isColoured(picture: Uint8Array): boolean {
  const plane = side * side;
  for (let i = 0; i < plane; i++) {
    const [red, green, blue] = [picture[i], picture[plane + i], picture[2 * plane + i]];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) >= leastColour) return true;
  }
  return false;
}

/** The means of blocks of 7 × 7 pixels; of one channel the first plane is taken, since all are alike. */
function reduced(picture: Uint8Array, channels: number): Uint8Array {
  const block = side / smallSide;
  const small = new Uint8Array(channels * smallSide * smallSide);
  for (let at = 0; at < small.length; at++) {
    const x = at % smallSide;
    const y = Math.floor(at / smallSide) % smallSide;
    const plane = Math.floor(at / (smallSide * smallSide)) * side * side;
    let sum = 0;
    for (let dy = 0; dy < block; dy++)
      for (let dx = 0; dx < block; dx++) sum += picture[plane + (y * block + dy) * side + x * block + dx];
    small[at] = Math.round(sum / (block * block));
  }
  return small;
}
