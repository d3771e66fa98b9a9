// Chooses how strong the penalty on the weights of a linear classifier is: the one with which examples that were not learned from have the
// least loss. These are given, or left out in turn.
import type { Tensor } from "../../tensor/tensor.ts";
import { countsOf, type Examples, type Moments, standardised, weightsOf } from "./examples.ts";
import { fitLogistic } from "./logistic.ts";

/** How the penalty was chosen. */
export interface ClassifierChoice {
  /** λ, the factor of the squared weights in the loss. */
  readonly penalty: number;
  /** The number of folds of the cross-validation; 0: by validation examples; null: there were too few examples to choose. */
  readonly folds: number | null;
  /** Mean cross-entropy of the examples that were not learned from; null without any. */
  readonly loss: number | null;
  /** The part of the examples that were not learned from whose answer is right; null without any. */
  readonly accuracy: number | null;
}

export interface Chosen {
  readonly choice: ClassifierChoice;
  /** The answer to each example by a classifier that did not learn from it; -1 where there is none. */
  readonly unseen: Int32Array;
}

export interface Choosing {
  readonly classes: number;
  readonly seed: number;
  /** Examples by which the penalty is chosen; null: by cross-validation. */
  readonly validation: Examples | null;
  /** Called with the number of steps that are done. */
  readonly stepped: (steps: number) => void;
}

const penalties = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10] as const;
/** The penalty where nothing can be left out. */
const middlePenalty = 1e-2;
const maxFolds = 5;
/** Multiplications and additions that the choice may take. A fold more than fits is left out. */
const maxWork = 4e11;
export const choiceSteps = 150;

export function choosePenalty(train: Examples, moments: Moments, choosing: Choosing): Promise<Chosen> {
  const x = standardised(train, moments);
  const { validation } = choosing;
  return validation === null
    ? crossValidated(x, train.labels, choosing)
    : validated(x, train.labels, { ...choosing, others: validation, moments });
}

async function validated(
  x: Tensor,
  labels: Int32Array,
  { classes, stepped, others, moments }: Choosing & { readonly others: Examples; readonly moments: Moments },
): Promise<Chosen> {
  const rows = weightsOf(labels, classes, () => true);
  const models = penalties.map((penalty) => ({ penalty, rows }));
  const { weight, bias } = await fitLogistic({
    ...{ x, labels, classes, models, stepped },
    steps: choiceSteps,
    traced: false,
  });
  const logits = (await standardised(others, moments).matmul(weight).add(bias).read()) as Float32Array;
  const all = [...others.labels.keys()];
  return best(
    penalties.map((_, m) => score(logits, others.labels, { classes, models: models.length, held: [{ m, rows: all }] })),
    0,
  );
}

async function crossValidated(
  x: Tensor,
  labels: Int32Array,
  { classes, seed, stepped }: Omit<Choosing, "validation">,
): Promise<Chosen> {
  const folds = Math.min(maxFolds, Math.max(...countsOf(labels, classes)));
  if (folds < 2)
    return {
      choice: { penalty: middlePenalty, folds: null, loss: null, accuracy: null },
      unseen: new Int32Array(labels.length).fill(-1),
    };
  const work = 6 * choiceSteps * x.size * classes * penalties.length;
  const tried = Math.max(1, Math.min(folds, Math.floor(maxWork / work)));
  const foldOf = foldsOf(labels, { classes, folds, seed });
  const pairs = Array.from({ length: tried }, (_, fold) => penalties.map((penalty) => ({ penalty, fold }))).flat();
  const models = pairs.map(({ penalty, fold }) => ({
    penalty,
    rows: weightsOf(labels, classes, (n) => foldOf[n] !== fold),
  }));
  const { weight, bias } = await fitLogistic({
    ...{ x, labels, classes, models, stepped },
    steps: choiceSteps,
    traced: false,
  });
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

/** Draws whole numbers in [0, 2³²), by a linear congruential generator of 32 bits. */
export function drawsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

/** The fold of each example. Those of a class are spread over all folds, in an order that the seed shuffles. */
function foldsOf(
  labels: Int32Array,
  { classes, folds, seed }: { readonly classes: number; readonly folds: number; readonly seed: number },
): Int32Array {
  // The key of each example, by which its class is shuffled.
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
  readonly answers: Int32Array;
}

/** The score of examples by the models that have not learned from them; logits [N, M · K]. */
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
  const answers = new Int32Array(labels.length).fill(-1);
  let [loss, right, count] = [0, 0, 0];
  for (const { m, rows } of held)
    for (const n of rows) {
      const own = logits.subarray((n * models + m) * classes, (n * models + m + 1) * classes);
      const most = Math.max(...own);
      const total = own.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
      loss += Math.log(total) + most - own[labels[n]];
      answers[n] = own.indexOf(most);
      if (answers[n] === labels[n]) right++;
      count++;
    }
  return { loss: loss / count, accuracy: right / count, answers };
}

function best(scores: readonly Score[], folds: number): Chosen {
  const m = scores.reduce((least, { loss }, at) => (loss < scores[least].loss ? at : least), 0);
  const { loss, accuracy, answers } = scores[m];
  return { choice: { penalty: penalties[m], folds, loss, accuracy }, unseen: answers };
}
