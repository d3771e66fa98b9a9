// Cross-validation of a classifier on a pretrained net's features. These are computed once for all folds. Within each fold the strength of
// the penalty is chosen again, by the pictures to learn from alone.
import { tensor } from "chainrule";
import { type Examples, fitHead, type Head } from "../transfer/head.ts";
import type { Fold, Learn } from "./folds.ts";

interface Wanted {
  /** Of all pictures of the pool, in its order. */
  readonly examples: Examples;
  readonly classes: number;
  readonly seed: number;
  /** Throws GaveUp to end the work. */
  readonly check: () => void;
}

export const learnFromFeatures =
  ({ examples, classes, seed, check }: Wanted): Learn =>
  async ({ learned, held }: Fold) => {
    const head = await fitHead(rowsOf(examples, learned), { classes, seed, validation: null, check });
    return probabilitiesOf(head, rowsOf(examples, held));
  };

/** The examples of two parts as one. */
export function joinedExamples(one: Examples, other: Examples | undefined): Examples {
  if (other === undefined) return one;
  const features = new Float32Array(one.features.length + other.features.length);
  features.set(one.features);
  features.set(other.features, one.features.length);
  return { features, labels: Int32Array.from([...one.labels, ...other.labels]) };
}

function rowsOf({ features, labels }: Examples, indices: readonly number[]): Examples {
  const size = features.length / labels.length;
  const rows = new Float32Array(indices.length * size);
  for (const [to, n] of indices.entries()) rows.set(features.subarray(n * size, (n + 1) * size), to * size);
  return { features: rows, labels: Int32Array.from(indices, (n) => labels[n]) };
}

/** softmax(x Wᵀ + b), [N, K]. */
async function probabilitiesOf({ weight, bias }: Head, { features, labels }: Examples): Promise<Float32Array> {
  const x = tensor(features, { shape: [labels.length, features.length / labels.length] });
  return (await x.matmul(weight.transpose()).add(bias).softmax(1).read()) as Float32Array;
}
