// A linear classifier on features. How strong the penalty on its weights is, is chosen by pictures that were not learned from. With few
// pictures of each class this was as good as nearest neighbours and class means, or better.
import { type Tensor, tensor } from "chainrule";
import { drawsFrom } from "../draws.ts";
import { isRecord } from "../records.ts";
import { type Fitted, fit } from "./logistic.ts";

/** Features [N, D] with the class of each row. */
export interface Examples {
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

export interface Head {
  /** [K, D] and [K], for features as they are. */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly choice: Choice;
  /** Loss and accuracy on the training pictures after each step of the fit. */
  readonly steps: readonly { readonly loss: number; readonly accuracy: number }[];
}

/** How the penalty was chosen. */
export interface Choice {
  readonly penalty: number;
  /** The number of folds of the cross-validation; 0: by validation pictures; null: there were too few pictures to choose. */
  readonly folds: number | null;
  /** Of the pictures that were not learned from; null without any. */
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/** Whether parsed JSON is a choice. */
export function isChoice(value: unknown): value is Choice {
  if (!isRecord(value) || typeof value.penalty !== "number") return false;
  return [value.folds, value.loss, value.accuracy].every((one) => one === null || typeof one === "number");
}

export interface HeadOptions {
  readonly classes: number;
  readonly seed: number;
  /** Pictures by which the penalty is chosen; null: by cross-validation. */
  readonly validation: Examples | null;
  /** Called from time to time; throws to end the work. */
  readonly check: () => void;
}

const penalties = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10] as const;
/** The penalty where nothing can be left out. */
const middlePenalty = 1e-2;
const maxFolds = 5;
/** Multiplications and additions that the choice may take. A fold more than fits is left out. */
const maxWork = 4e11;
const choiceSteps = 150;
const fitSteps = 300;
/** The part of the mean variance that is added to that of each feature, since few pictures measure it poorly. */
const leastVariance = 1;

/** Whether classes are so uneven that each gets the same weight in all. */
export const isUneven = (counts: readonly number[]): boolean =>
  Math.max(...counts) >= 1.5 * Math.min(...counts.filter((count) => count > 0));

export async function fitHead(train: Examples, options: HeadOptions): Promise<Head> {
  const { classes, validation, check } = options;
  const moments = momentsOf(train);
  const x = standardised(train, moments);
  const choice =
    validation === null
      ? await crossValidated(x, train.labels, options)
      : await validated(x, train.labels, {
          ...options,
          others: { ...validation, x: standardised(validation, moments) },
        });
  const model = { penalty: choice.penalty, rows: weightsOf(train.labels, classes, () => true) };
  const fitted = await fit({ x, labels: train.labels, classes, models: [model], steps: fitSteps, traced: true, check });
  return { ...inOwnUnits(fitted, moments, classes), choice, steps: fitted.course };
}

interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

export function momentsOf({ features, labels: { length: count } }: Examples): Moments {
  const size = features.length / count;
  const [mean, variance] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < features.length; i++) mean[i % size] += features[i] / count;
  for (let i = 0; i < features.length; i++) variance[i % size] += (features[i] - mean[i % size]) ** 2 / count;
  const floor = leastVariance * variance.reduce((sum, one) => sum + one / size, 0);
  return { mean, deviation: variance.map((one) => Math.sqrt(one + floor) || 1) };
}

function standardised({ features, labels }: Examples, { mean, deviation }: Moments): Tensor {
  const size = mean.length;
  const data = features.map((value, i) => (value - mean[i % size]) / deviation[i % size]);
  return tensor(data, { shape: [labels.length, size] });
}

/** The weight of each picture, which sum to 1: the same for each class, where classes are uneven. 0 for those that are not taken. */
export function weightsOf(labels: Int32Array, classes: number, takes: (n: number) => boolean): Float32Array {
  const counts: number[] = new Array(classes).fill(0);
  for (const [n, label] of labels.entries()) if (takes(n)) counts[label]++;
  const even = !isUneven(counts);
  const raw = Float64Array.from(labels, (label, n) => (takes(n) ? 1 / (even ? 1 : counts[label]) : 0));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(raw, (weight) => weight / total);
}

async function validated(
  x: Tensor,
  labels: Int32Array,
  { classes, check, others }: HeadOptions & { readonly others: Examples & { readonly x: Tensor } },
): Promise<Choice> {
  const rows = weightsOf(labels, classes, () => true);
  const models = penalties.map((penalty) => ({ penalty, rows }));
  const { weight, bias } = await fit({ x, labels, classes, models, steps: choiceSteps, traced: false, check });
  const logits = (await others.x.matmul(weight).add(bias).read()) as Float32Array;
  const all = Array.from(others.labels.keys());
  return best(
    penalties.map((_, m) => score(logits, others.labels, { classes, models: models.length, held: [{ m, rows: all }] })),
    0,
  );
}

async function crossValidated(x: Tensor, labels: Int32Array, { classes, seed, check }: HeadOptions): Promise<Choice> {
  const counts: number[] = new Array(classes).fill(0);
  for (const label of labels) counts[label]++;
  const folds = Math.min(maxFolds, Math.max(...counts));
  if (folds < 2) return { penalty: middlePenalty, folds: null, loss: null, accuracy: null };
  const work = 6 * choiceSteps * x.size * classes * penalties.length;
  const tried = Math.max(1, Math.min(folds, Math.floor(maxWork / work)));
  const foldOf = foldsOf(labels, { classes, folds, seed });
  const pairs = Array.from({ length: tried }, (_, fold) => penalties.map((penalty) => ({ penalty, fold }))).flat();
  const models = pairs.map(({ penalty, fold }) => ({
    penalty,
    rows: weightsOf(labels, classes, (n) => foldOf[n] !== fold),
  }));
  const { weight, bias } = await fit({ x, labels, classes, models, steps: choiceSteps, traced: false, check });
  const logits = (await x.matmul(weight).add(bias).read()) as Float32Array;
  const rowsOf = (fold: number) => [...labels.keys()].filter((n) => foldOf[n] === fold);
  const scores = penalties.map((_, p) =>
    score(logits, labels, {
      classes,
      models: models.length,
      held: Array.from({ length: tried }, (_, fold) => ({ m: fold * penalties.length + p, rows: rowsOf(fold) })),
    }),
  );
  return best(scores, tried);
}

/** The fold of each picture. The pictures of a class are spread over all folds, in an order that the seed shuffles. */
function foldsOf(
  labels: Int32Array,
  { classes, folds, seed }: { readonly classes: number; readonly folds: number; readonly seed: number },
): Int32Array {
  // The key of each picture, by which its class is shuffled.
  const keys = Array.from(labels, drawsFrom(seed));
  const fold = new Int32Array(labels.length);
  let next = 0;
  for (let label = 0; label < classes; label++) {
    const own = [...labels.keys()].filter((n) => labels[n] === label).sort((a, b) => keys[a] - keys[b] || a - b);
    for (const n of own) fold[n] = next++ % folds;
  }
  return fold;
}

interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** The score of pictures by the models that have not learned from them; logits [N, M · K]. */
function score(
  logits: Float32Array,
  labels: Int32Array,
  wanted: {
    readonly classes: number;
    readonly models: number;
    readonly held: readonly { readonly m: number; readonly rows: readonly number[] }[];
  },
): Score {
  const { classes, models, held } = wanted;
  let [loss, right, count] = [0, 0, 0];
  for (const { m, rows } of held)
    for (const n of rows) {
      const own = logits.subarray((n * models + m) * classes, (n * models + m + 1) * classes);
      const most = Math.max(...own);
      const total = own.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
      loss += Math.log(total) + most - own[labels[n]];
      if (own.indexOf(most) === labels[n]) right++;
      count++;
    }
  return { loss: loss / count, accuracy: right / count };
}

function best(scores: readonly Score[], folds: number): Choice {
  const m = scores.reduce((least, { loss }, at) => (loss < scores[least].loss ? at : least), 0);
  return { penalty: penalties[m], folds, ...scores[m] };
}

/** The classifier for features as they are: (x - mean) / deviation is part of its weights. */
export function inOwnUnits({ weight, bias }: Fitted, { mean, deviation }: Moments, classes: number) {
  const [from, shift] = [weight.data, bias.data];
  const size = mean.length;
  const own = new Float32Array(classes * size);
  const biases = Float64Array.from(shift);
  for (let k = 0; k < classes; k++)
    for (let d = 0; d < size; d++) {
      const scaled = from[d * classes + k] / deviation[d];
      own[k * size + d] = scaled;
      biases[k] -= scaled * mean[d];
    }
  return { weight: tensor(own, { shape: [classes, size] }), bias: tensor(Float32Array.from(biases)) };
}
