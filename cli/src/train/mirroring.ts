// Decides whether the training pictures are mirrored. Mirror images of most things are things of the same class, but those of a left hand,
// of an arrow or of the letter b are not, and mirroring would ruin such classes. So a trial net, the same as the one to be trained, learns
// for a quarter of the epochs without mirroring. Then it is asked about pictures that it has not seen, and about mirror images:
//
//   seen     the share of the validation pictures that it recognises, say 92 %
//   flipped  the share of the mirror images of training and validation pictures. Where a class contains its mirror images, they are about
//            as easy as unseen pictures, and the two shares are alike: 66 % and 65 % of photographs. Of b, d, p and q it is 4 %.
//   swapped  two classes, each of which takes the mirror images of the other: a few such classes among many hardly move the shares.
//
// The trial has random streams of its own, so the training is the same, bit for bit, as with --flip or --no-flip.
import { Adam, ChainruleError, manualSeed, type Sequential, tensor } from "chainrule";
import { type Dataset, split } from "chainrule/data";
import { build, type Description } from "chainrule/model";
import { confusionMatrix, evaluate, fit } from "chainrule/train";
import { interval } from "../report/scores.ts";
import { brief, counted } from "../wording.ts";
import type { Plan } from "./plan.ts";

export interface Decision {
  readonly flip: boolean;
  /** For people: why, with the figures. */
  readonly words: string;
  /** For programs; null where nothing was measured. */
  readonly trial: Trial | null;
}

export interface Trial {
  readonly epochs: number;
  /** Shares, 0 … 1. */
  readonly seen: number;
  readonly flipped: number;
  /** The names of two classes that are mirror images of each other; null if there are none. */
  readonly swapped: readonly [string, string] | null;
}

export interface Undecided {
  readonly train: Dataset;
  readonly validation: Dataset | null;
  readonly description: Description;
  readonly plan: Plan;
  readonly signal: AbortSignal;
  /** Called after each batch, with the part of the trial that is done, 0 … 1. */
  readonly onProgress: (done: number) => void;
}

/** Pictures are mirrored where `flipped` is at least this part of `seen`. */
const minFlippedShare = 0.7;
/** A trial net is asked only where it avoids this part of the mistakes of always answering the commonest class; else its answers are chance. */
const minAvoidedShare = 0.25;
/** The part of the training's steps that the trial takes. */
const trialFraction = 0.25;
/** The number of pictures that the trial net learns from, each counted as often as it is used. */
const maxTrialPictures = 100_000;
/** After fewer steps the answers of a net are chance. */
const minTrialSteps = 8;
/** The trial net is asked about the mirror images of at most this many training pictures. */
const maxFlippedPictures = 2000;
const flippedBatchSize = 250;

/** The decision; null where the signal stopped the trial. */
export async function decideMirroring(undecided: Undecided): Promise<Decision | null> {
  const { validation, description, plan, signal } = undecided;
  if (description.framing === "digit") return notMirrored("drawn digits and letters have a direction");
  if (plan.folder === null) return notMirrored("IDX files mostly hold digits and letters, which have a direction");
  if (validation === null) return notMirrored("there are no validation pictures to decide it by");
  const course = courseOf(undecided);
  if (course.steps < minTrialSteps) return notMirrored("the training is too short to try it");
  const net = await trialNet(undecided, course);
  if (signal.aborted) return null;
  if (net === null) return notMirrored("the trial net did not learn");
  const { epochs } = course;
  try {
    return judge({ ...(await askNet(net, undecided, validation)), epochs });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  }
}

const cure = "(--flip mirrors them anyway)";
const notMirrored = (why: string): Decision => ({
  flip: false,
  words: `pictures are not mirrored: ${why} ${cure}`,
  trial: null,
});

interface Asked extends Trial {
  /** The number of validation pictures. */
  readonly pictures: number;
  /** The accuracy of always answering the commonest class. */
  readonly guessing: number;
}

function judge({ epochs, seen, flipped, swapped, pictures, guessing }: Asked): Decision {
  const trial = { epochs, seen, flipped, swapped };
  const net = `a trial net of ${counted(epochs, "epoch")}`;
  const found = `${net} recognised ${share(seen)} of the validation pictures and ${share(flipped)} of mirror images`;
  if (swapped !== null) {
    const [one, other] = swapped.map((name) => JSON.stringify(brief(name)));
    return { ...notMirrored(`${found}, and took those of ${one} for ${other}, and the other way round`), trial };
  }
  const avoided = (seen - guessing) / (1 - guessing);
  if (!(avoided >= minAvoidedShare) || interval(Math.round(seen * pictures), pictures)[0] <= guessing)
    return {
      ...notMirrored(
        `${net} learned too little to tell: it recognised ${share(seen)} of the validation pictures, and guessing ${share(guessing)}`,
      ),
      trial,
    };
  if (flipped < minFlippedShare * seen) return { ...notMirrored(found), trial };
  return { flip: true, words: `half of the pictures are mirrored: ${found} (--no-flip mirrors none)`, trial };
}

const share = (part: number): string => `${Math.round(100 * part)} %`;

interface Course {
  readonly train: Dataset;
  readonly epochs: number;
  readonly batchSize: number;
  readonly steps: number;
}

/** The epochs and the pictures of the trial; a trial of less than one epoch learns from a part of the pictures. */
function courseOf({ train: all, plan }: Undecided): Course {
  const uses = Math.min(trialFraction * plan.epochs * all.labels.size, maxTrialPictures);
  const epochs = Math.max(1, Math.floor(uses / all.labels.size));
  const count = Math.max(1, Math.floor(uses / epochs));
  const train = count < all.labels.size ? split(all, { count, seed: plan.seed }).validation : all;
  const batchSize = Math.min(plan.batchSize, train.labels.size);
  return { train, epochs, batchSize, steps: epochs * Math.floor(train.labels.size / batchSize) };
}

/** Trains the trial net; null where its loss was not finite. */
async function trialNet(
  { description, plan, signal, onProgress }: Undecided,
  { train, epochs, batchSize, steps }: Course,
): Promise<Sequential | null> {
  const { lr, seed } = plan;
  manualSeed(seed);
  const net = build(description.architecture);
  const run = fit(net, {
    train,
    epochs,
    batchSize,
    // Batch norm's means over a few left-over pictures are poor.
    dropLast: true,
    optimizer: new Adam(net.parameters(), { lr }),
    seed,
    signal,
    ...description.normalisation,
    ...(plan.augment === null ? {} : { augment: { ...plan.augment, flip: false } }),
    schedule: (step) => lr * (1 - step / steps),
  });
  try {
    for await (const event of run) if (event.type === "step") onProgress(event.step / steps);
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "diverged") throw error;
    return null;
  }
  return net;
}

async function askNet(
  net: Sequential,
  { train, description, signal }: Undecided,
  validation: Dataset,
): Promise<Omit<Asked, "epochs">> {
  const options = { ...description.normalisation, signal };
  const { accuracy: seen, confusion } = await evaluate(net, validation, options);
  const pictures = validation.labels.size;
  const guessing = Math.max(...confusion.map((row) => row.reduce((sum, n) => sum + n, 0))) / pictures;
  const some =
    train.labels.size > maxFlippedPictures ? split(train, { count: maxFlippedPictures, seed: 0 }).validation : train;
  const [straight, mirrored] = [new Int32Array(some.labels.size), new Int32Array(some.labels.size)];
  let [right, total] = [0, 0];
  for (const data of [some, validation])
    for (let from = 0; from < data.labels.size; from += flippedBatchSize) {
      const part = slice(data, from, Math.min(data.labels.size, from + flippedBatchSize));
      const { answers, confusion: found } = await evaluate(net, mirror(part), options);
      right += found.reduce((sum, row, n) => sum + row[n], 0);
      total += answers.length;
      if (data !== some) continue;
      mirrored.set(answers, from);
      straight.set((await evaluate(net, part, options)).answers, from);
    }
  const { classes } = train;
  const count = (answers: Int32Array) => confusionMatrix(answers, some.labels, classes.length);
  const swapped = swappedClasses(count(straight), count(mirrored));
  return {
    seen,
    flipped: right / total,
    swapped: swapped === null ? null : [classes[swapped[0]], classes[swapped[1]]],
    pictures,
    guessing,
  };
}

/** A class of fewer pictures says too little. */
const minSwappedPictures = 5;

/**
 * Two classes of which each is mostly taken for the other where it is mirrored, and mostly recognised where it is not; null if there are
 * none. Both matrices count [truth][answer].
 */
export function swappedClasses(
  straight: readonly (readonly number[])[],
  mirrored: readonly (readonly number[])[],
): readonly [number, number] | null {
  const size = straight.map((row) => row.reduce((sum, n) => sum + n, 0));
  const isMajority = (n: number, truth: number) => size[truth] >= minSwappedPictures && n > 0.5 * size[truth];
  const becomes = (truth: number, answer: number) =>
    isMajority(straight[truth][truth], truth) && isMajority(mirrored[truth][answer], truth);
  for (const [a, row] of mirrored.entries())
    for (let b = a + 1; b < row.length; b++) if (becomes(a, b) && becomes(b, a)) return [a, b];
  return null;
}

/** The pictures from `from` up to `to`. */
function slice({ images, labels, classes }: Dataset, from: number, to: number): Dataset {
  const [, ...shape] = images.shape;
  const size = shape.reduce((product, n) => product * n, 1);
  return {
    images: tensor(images.data.slice(from * size, to * size) as Uint8Array, { shape: [to - from, ...shape] }),
    labels: tensor(labels.data.slice(from, to) as Int32Array, { dtype: "int32" }),
    classes,
  };
}

/** The mirror image of each picture: each row of pixels backwards. */
export function mirror(data: Dataset): Dataset {
  const { shape } = data.images;
  const width = shape[3];
  const pixels = Uint8Array.from(data.images.data as Uint8Array);
  for (let row = 0; row < pixels.length; row += width) pixels.subarray(row, row + width).reverse();
  return { ...data, images: tensor(pixels, { shape: [...shape] }) };
}
