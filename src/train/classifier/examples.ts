// The examples of a classifier as plain numbers: rows of features, each standardised by its own mean and deviation, and the weight that each
// example has in the loss.
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Features [N, D], row by row, with the class of each row. */
export interface Examples {
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

/** The mean of each feature, and the deviation by which it is divided. */
export interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** The part of the mean variance that is added to that of each feature, since few pictures measure it poorly. */
const leastVariance = 1;

export function momentsOf({ features, labels: { length: count } }: Examples): Moments {
  const size = features.length / count;
  const [mean, variance] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < features.length; i++) mean[i % size] += features[i] / count;
  for (let i = 0; i < features.length; i++) variance[i % size] += (features[i] - mean[i % size]) ** 2 / count;
  const floor = leastVariance * variance.reduce((sum, one) => sum + one / size, 0);
  return { mean, deviation: variance.map((one) => Math.sqrt(one + floor) || 1) };
}

/** (x - mean) / deviation, [N, D]. */
export function standardised({ features, labels }: Examples, { mean, deviation }: Moments): Tensor {
  const size = mean.length;
  const data = features.map((value, i) => (value - mean[i % size]) / deviation[i % size]);
  return tensor(data, { shape: [labels.length, size] });
}

/** The classifier for features as they are, [K, D] and [K], of one for standardised features, [D, K] and [K]. */
export function inOwnUnits(
  { weight, bias }: { readonly weight: Tensor; readonly bias: Tensor },
  { mean, deviation }: Moments,
): { readonly weight: Tensor; readonly bias: Tensor } {
  const [from, shift] = [weight.data, bias.data];
  const [size, classes] = [mean.length, shift.length];
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

/**
 * Whether classes of these sizes are so uneven that fitClassifier gives each of them the same weight in all: the largest has at least one and a
 * half times as many examples as the smallest that has any.
 */
export const isUneven = (counts: readonly number[]): boolean =>
  Math.max(...counts) >= 1.5 * Math.min(...counts.filter((count) => count > 0));

/** The number of examples of each class. */
export function countsOf(labels: Int32Array, classes: number): number[] {
  const counts: number[] = new Array(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

/** The weight of each example, which sum to 1: the same for each class, where classes are uneven. 0 for those that are not taken. */
export function weightsOf(labels: Int32Array, classes: number, takes: (n: number) => boolean): Float32Array {
  const counts = countsOf(
    labels.filter((_, n) => takes(n)),
    classes,
  );
  const even = !isUneven(counts);
  const raw = Float64Array.from(labels, (label, n) => (takes(n) ? 1 / (even ? 1 : counts[label]) : 0));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(raw, (weight) => weight / total);
}
