// fitClassifier: a linear classifier on features, such as those of a pretrained net. How strong the penalty on its weights is, is chosen by
// examples that were not learned from. With few pictures of each class this was as good as nearest neighbours and class means, or better.
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole, isWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkClass, listOf, type Numbers } from "../metrics.ts";
import { type Examples, inOwnUnits, momentsOf, standardised, weightsOf } from "./examples.ts";
import { fitLogistic } from "./logistic.ts";
import { fitByBatches } from "./minibatches.ts";
import { type Choosing, type ClassifierChoice, choiceSteps, choosePenalty } from "./penalty.ts";

/** The options of fitClassifier. */
export interface FitClassifierOptions {
  /** The number of classes, of which some may have no example; default: one more than the largest label. */
  readonly classes?: number | undefined;
  /** The folds of the cross-validation and the order of minibatches follow from it; default 0. */
  readonly seed?: number | undefined;
  /** Features [M, D] and labels by which the penalty is chosen, and which are not learned from; default: cross-validation. */
  readonly validation?: { readonly features: Tensor | Float32Array; readonly labels: Numbers } | undefined;
  /** Called between steps with the part of the work that is done, from 0 to 1. What it throws ends the work, and fitClassifier throws it. */
  readonly onProgress?: ((part: number) => void) | undefined;
}

/** A linear classifier: the logits of features x [N, D] are x · weightᵀ + bias, as those of Linear. */
export interface FittedClassifier {
  /** [K, D], for features as they are. */
  readonly weight: Tensor;
  /** [K] */
  readonly bias: Tensor;
  readonly choice: ClassifierChoice;
  /** Loss and accuracy on the examples that were learned from after each step; where these are many, their means in each epoch. */
  readonly steps: readonly { readonly loss: number; readonly accuracy: number }[];
  /**
   * The class that each example was taken for by a classifier that had not learned from it: of the validation examples, if there are some, else
   * of all. -1 where each classifier learned from it.
   */
  readonly unseen: Int32Array;
}

const names: OptionNames<FitClassifierOptions> = { classes: true, seed: true, validation: true, onProgress: true };

/** Features of more numbers than this are fitted in minibatches: 134 MB. */
const maxWhole = 2 ** 25;
/** The number of examples by which the penalty is chosen where there are more numbers: the first ones. */
const choiceExamples = 8192;
const fitSteps = 300;

/**
 * Fits a linear classifier to features [N, D], a tensor or the numbers of its rows, by logistic regression with a penalty on its squared weights.
 * The penalty is chosen by
 * cross-validation in up to five folds, or by the validation examples. Each class has the same weight in all where classes are uneven. Features
 * are standardised for the fit, so their scale and offset do not matter. From 2²⁵ numbers on the fit takes minibatches, and the first
 * examples choose the penalty, so their order should be random. Between steps, timers and events are handled. One seed gives one result, bit
 * for bit. Throws if features are not floating [N, D] or not finite, if labels do not fit, or if onProgress throws.
 */
export async function fitClassifier(
  features: Tensor | Float32Array,
  labels: Numbers,
  options: FitClassifierOptions = {},
): Promise<FittedClassifier> {
  takes("fitClassifier", arguments.length, 3);
  checkOptions("fitClassifier", options, names);
  const { seed = 0, onProgress = () => {} } = options;
  checkWhole("fitClassifier", "seed", seed, { from: 0 });
  const list = listOf(labels);
  const classes = options.classes ?? largestOf(list) + 1;
  checkWhole("fitClassifier", "classes", classes, { from: 1 });
  const train = examplesOf("features", { features, labels: list }, classes);
  const given = options.validation;
  const validation =
    given === undefined
      ? null
      : examplesOf("validation.features", { features: given.features, labels: listOf(given.labels) }, classes);
  if (validation !== null) checkSameSize(train, validation);
  return learn(train, { classes, seed, validation, onProgress });
}

interface Learning extends Omit<Choosing, "stepped"> {
  readonly onProgress: (part: number) => void;
}

async function learn(train: Examples, { onProgress, ...common }: Learning): Promise<FittedClassifier> {
  const isLarge = train.features.length > maxWhole;
  const { classes, validation } = common;
  const few = isLarge ? firstOf(train) : train;
  const total = choiceSteps + fitSteps;
  const { choice, unseen } = await choosePenalty(few, momentsOf(few), {
    ...common,
    validation: validation !== null && isLarge ? firstOf(validation) : validation,
    stepped: (steps) => onProgress(steps / total),
  });
  const moments = momentsOf(train);
  const { penalty } = choice;
  const progressed = (part: number) => onProgress((choiceSteps + part * fitSteps) / total);
  const fitted = isLarge
    ? await fitByBatches(train, { ...common, penalty, moments, progressed })
    : await fitLogistic({
        x: standardised(train, moments),
        labels: train.labels,
        classes,
        models: [{ penalty, rows: weightsOf(train.labels, classes, () => true) }],
        steps: fitSteps,
        traced: true,
        stepped: (steps) => progressed(steps / fitSteps),
      });
  return { ...inOwnUnits(fitted, moments), choice, steps: fitted.course, unseen: forAll(unseen, validation ?? train) };
}

function firstOf({ features, labels }: Examples): Examples {
  const size = features.length / labels.length;
  return { features: features.slice(0, choiceExamples * size), labels: labels.slice(0, choiceExamples) };
}

/** The answers to the first examples, with -1 for the others. */
function forAll(unseen: Int32Array, { labels }: Examples): Int32Array {
  const all = new Int32Array(labels.length).fill(-1);
  all.set(unseen);
  return all;
}

/** The largest label that is a class; examplesOf refuses the others. */
function largestOf(labels: ArrayLike<number>): number {
  let largest = 0;
  for (let n = 0; n < labels.length; n++) if (isWhole(labels[n])) largest = Math.max(largest, labels[n]);
  return largest;
}

interface Given {
  readonly features: Tensor | Float32Array;
  readonly labels: ArrayLike<number>;
}

/** The examples, checked: a row of finite numbers for each label, and each label a class. */
function examplesOf(name: string, { features, labels }: Given, classes: number): Examples {
  const numbers = numbersOf(name, features);
  const size = numbers.length / labels.length;
  const isTensor = !(features instanceof Float32Array);
  if (!isWhole(size, { from: 1 }) || (isTensor && features.shape[0] !== labels.length))
    throw new ChainruleError(
      "data",
      "fitClassifier",
      `${name}, ${isTensor ? describe(features) : `${numbers.length} numbers`}, are no rows [N, D] for ${labels.length} labels; give one for each row`,
    );
  for (let at = 0; at < labels.length; at++) checkClass("fitClassifier", "label", { value: labels[at], at, classes });
  const wrong = numbers.findIndex((number) => !Number.isFinite(number));
  if (wrong >= 0)
    throw new ChainruleError(
      "data",
      "fitClassifier",
      `${name}[${Math.floor(wrong / size)}, ${wrong % size}] is ${numbers[wrong]}; leave such examples out`,
    );
  return { features: numbers, labels: Int32Array.from(labels) };
}

function numbersOf(name: string, features: Tensor | Float32Array): Float32Array {
  if (features instanceof Float32Array) return features;
  checkTensor("fitClassifier", name, features);
  if (features.ndim !== 2 || !isFloating(features.dtype))
    throw new ChainruleError(
      "shape",
      "fitClassifier",
      `${name} are floating, [N, D], not ${describe(features)}; of more dims take flatten(1)`,
    );
  return features.to("float32").data as Float32Array;
}

/** Throws unless validation examples have as many features as those to learn from. */
function checkSameSize(train: Examples, validation: Examples): void {
  const [size, other] = [train, validation].map(({ features, labels }) => features.length / labels.length);
  if (size !== other)
    throw new ChainruleError(
      "shape",
      "fitClassifier",
      `features have rows of ${size} numbers, but validation.features of ${other}; they need the same length`,
    );
}
