// What a run is made of: what all runs take, and what those over pictures of classes take beside it.

import type { Augmentation } from "../data/augment.ts";
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole } from "../errors/numbers.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Stateful } from "./checkpoint.ts";
import type { Loss } from "./evaluate-pictures.ts";
import type { Metric } from "./position.ts";
import type { AbortSignalLike } from "./signal.ts";

/** What all runs take. */
export interface RunOptions {
  epochs: number;
  /** Leaves out the last batch of an epoch where it would be smaller; false if left out. */
  dropLast?: boolean | undefined;
  /** Order, augmentation and dropout follow from it; a whole number from 0, and 0 if left out. The model's first weights are its maker's. */
  seed?: number | undefined;
  /** When it is aborted, the run stops after its step, and says so. */
  signal?: AbortSignalLike | undefined;
  /** Goes on where this checkpoint was made, as if it had never been stopped. */
  resume?: Resume | undefined;
  /** Finds the first operation that gives a NaN or an infinity, and names it; slow. */
  checkFinite?: boolean | undefined;
  /** How many threads at most, for training and validation; all that there are if left out. Of no consequence for what comes out. */
  threads?: number | undefined;
  /** false: steps and validation run operation by operation, for models that choose by what they compute; slow. true if left out. */
  compile?: boolean | undefined;
  /** What else belongs to the run, by name, such as an ExponentialMovingAverage: checkpoints have its stateDict(). */
  state?: Readonly<Record<string, Stateful>> | undefined;
  /**
   * After so many steps of this run the next one of a whole batch tells, by profile(), where its time goes. The first steps are slower than
   * later ones, until the engine has compiled them well: some 50. That step takes longer, for one thread does its kernels one by one,
   * and gives the same bits.
   */
  profile?: number | undefined;
}

/** What a run over pictures of classes is made of. Sizes are in pictures. */
export interface FitOptions extends RunOptions {
  train: Dataset;
  /** Judged after each epoch, as evaluate does. */
  validation?: Dataset | undefined;
  batchSize: number;
  /** Over the model's parameters. */
  optimizer: Optimizer;
  /**
   * The learning rate of each step, counted from 0 over all epochs; without it the optimiser keeps its own, which may be set between
   * steps. Groups that have a learning rate of their own keep it.
   */
  schedule?: ((step: number) => number) | undefined;
  /** crossEntropy if left out. */
  loss?: Loss | undefined;
  /** 0 to 1, of crossEntropy in training; validation is judged without. */
  labelSmoothing?: number | undefined;
  /** Limits the length of all gradients as one vector, before each step (clipGradNorm). */
  clipNorm?: number | undefined;
  /** Pixels in [0, 1] become (x - mean) / std, one number or one a channel; 0 and 1 if left out. */
  mean?: number | number[] | undefined;
  std?: number | number[] | undefined;
  augment?: Augmentation | undefined;
  /** Ends the run when `patience` epochs in a row were no better than the best, by the validation's "loss" or "accuracy"; "loss" if left out. */
  earlyStopping?: { patience: number; metric?: Metric | undefined } | undefined;
  /** At the end the model gets the weights of its best epoch in validation. true: by earlyStopping's metric, else by "loss". */
  keepBest?: boolean | Metric | undefined;
}

/** What checkpoint() gave, also after a way through a file. */
export interface Resume {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly position: unknown;
}

/** The metric that best weights are kept by; null where they are not. */
export function keptMetric({ keepBest = false, earlyStopping }: FitOptions): Metric | null {
  if (keepBest === false) return null;
  return keepBest === true ? (earlyStopping?.metric ?? "loss") : keepBest;
}

const metrics: readonly unknown[] = ["loss", "accuracy"] satisfies Metric[];

const names: OptionNames<FitOptions> = {
  train: true,
  validation: true,
  epochs: true,
  batchSize: true,
  dropLast: true,
  optimizer: true,
  schedule: true,
  loss: true,
  labelSmoothing: true,
  clipNorm: true,
  seed: true,
  mean: true,
  std: true,
  augment: true,
  earlyStopping: true,
  keepBest: true,
  signal: true,
  resume: true,
  checkFinite: true,
  threads: true,
  state: true,
  compile: true,
  profile: true,
};

/** Throws where what all runs take makes no sense. */
export function checkRun({ epochs, seed = 0, threads = 1, profile = 0, compile = true }: RunOptions): void {
  checkWhole("fit", "epochs", epochs, { from: 1 });
  checkWhole("fit", "seed", seed, { from: 0 });
  checkWhole("fit", "threads", threads, { from: 1 });
  checkWhole("fit", "profile", profile, { from: 0 });
  if (!compile && profile > 0)
    throw new ChainruleError("option", "fit", "a run without compiled steps has none to profile; leave out profile", {
      option: "profile",
    });
}

/** Throws where options of a run over pictures make no sense, each alone and together. */
export function checkPictureOptions(model: Module, options: FitOptions): void {
  checkOptions("fit", options, names);
  const { train, validation, batchSize, loss, labelSmoothing, earlyStopping, clipNorm } = options;
  checkRun(options);
  checkWhole("fit", "batchSize", batchSize, { from: 1 });
  checkDataset("fit", train);
  if (train.labels.size === 0) throw new ChainruleError("data", "fit", "there are no pictures to train on");
  if (options.dropLast && train.labels.size < batchSize)
    throw new ChainruleError(
      "data",
      "fit",
      `${train.labels.size} pictures make no batch of ${batchSize}, and dropLast leaves out smaller ones`,
    );
  if (loss !== undefined && labelSmoothing !== undefined)
    throw new ChainruleError(
      "option",
      "fit",
      "labelSmoothing belongs to crossEntropy; a loss of your own has to smooth by itself",
      { option: "labelSmoothing" },
    );
  checkClipNorm(clipNorm);
  if (earlyStopping !== undefined) checkWhole("fit", "earlyStopping.patience", earlyStopping.patience, { from: 1 });
  for (const metric of [earlyStopping?.metric ?? "loss", keptMetric(options) ?? "loss"])
    if (!metrics.includes(metric))
      throw new ChainruleError("option", "fit", `the metric is "loss" or "accuracy", not ${metric}`, { value: metric });
  if (validation === undefined && (earlyStopping !== undefined || keptMetric(options) !== null))
    throw new ChainruleError(
      "option",
      "fit",
      `${earlyStopping ? "earlyStopping" : "keepBest"} needs validation, pictures that are not trained on; split() of chainrule/data sets some aside`,
      { option: earlyStopping ? "earlyStopping" : "keepBest" },
    );
  checkOptimizer(model, options.optimizer);
}

export function checkClipNorm(clipNorm: number | undefined): void {
  if (clipNorm !== undefined) checkNumber("fit", "clipNorm", clipNorm, { above: 0, to: Infinity });
}

export function checkOptimizer(model: Module, { groups }: Optimizer, name = "the optimizer"): void {
  const own = new Set(model.parameters());
  const moved = groups.flatMap(({ parameters }) => parameters);
  if (!moved.some((parameter) => own.has(parameter)))
    throw new ChainruleError(
      "option",
      "fit",
      `${name} moves no parameter of this model; make it of model.parameters()`,
      { option: name === "the optimizer" ? "optimizer" : name },
    );
}
