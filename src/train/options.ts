// The options of all runs, and those of runs over pictures with classes.

import type { Augmentation } from "../data/augment.ts";
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { StreamedPictures } from "../data/streamed.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole } from "../errors/numbers.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Stateful } from "./checkpoint.ts";
import { checkDevice, type Placement } from "./device.ts";
import type { Loss } from "./evaluate-pictures.ts";
import type { Metric } from "./position.ts";
import type { AbortSignalLike } from "./signal.ts";

/** The options of all runs. */
export interface RunOptions extends Placement {
  /** Number of epochs, from 1. */
  epochs: number;
  /** true: leaves out the last batch of an epoch if it is smaller. Default false. */
  dropLast?: boolean | undefined;
  /** Order, augmentation and dropout follow from the seed: a whole number from 0, default 0. The model's initial weights do not. */
  seed?: number | undefined;
  /** When the signal is aborted, the run stops after the current step, with the event "stopped". */
  signal?: AbortSignalLike | undefined;
  /** Continues from this checkpoint, with the same results as a run that was never stopped. */
  resume?: Resume | undefined;
  /** true: finds and names the first operation that gives a NaN or an infinity, which is slow. */
  checkFinite?: boolean | undefined;
  /** false: steps and validation run operation by operation, for models whose branches depend on contents; slow. Default true. */
  compile?: boolean | undefined;
  /** Other state of the run by name, such as an ExponentialMovingAverage: checkpoints contain its stateDict(). */
  state?: Readonly<Record<string, Stateful>> | undefined;
  /**
   * After this many steps, the next step with a full batch is measured for profile(). About the first 50 steps are slower, until the engine
   * has optimised the code. The measured step takes longer, because one thread runs its kernels one after the other, and gives the same bits.
   */
  profile?: number | undefined;
}

/** The options of a run over pictures with classes. Sizes are in pictures. */
export interface FitOptions extends RunOptions {
  /** The pictures to train on. */
  train: Dataset | StreamedPictures;
  /** Pictures that are evaluated after each epoch, as by evaluate. */
  validation?: Dataset | StreamedPictures | undefined;
  /** Number of pictures in a batch, from 1. */
  batchSize: number;
  /** An optimiser of the model's parameters. */
  optimizer: Optimizer;
  /**
   * The learning rate of each step, counted from 0 over all epochs. Without a schedule the optimiser keeps its own learning rate, which may be
   * set between steps. Groups with their own learning rate keep it.
   */
  schedule?: ((step: number) => number) | undefined;
  /** Default crossEntropy. */
  loss?: Loss | undefined;
  /** Label smoothing of crossEntropy in training, 0 to 1; validation uses none. */
  labelSmoothing?: number | undefined;
  /** Limits the norm of all gradients as one vector, before each update (clipGradNorm). */
  clipNorm?: number | undefined;
  /** Pixels in [0, 1] become (x - mean) / std; one number, or one for each channel. Defaults 0 and 1. */
  mean?: number | number[] | undefined;
  std?: number | number[] | undefined;
  augment?: Augmentation | undefined;
  /** Ends the run after `patience` epochs in a row that were not better than the best, by the validation's `metric`; default "loss". */
  earlyStopping?: { patience: number; metric?: Metric | undefined } | undefined;
  /** At the end the model gets the weights of its best epoch in validation. true: best by earlyStopping's metric, or else by "loss". */
  keepBest?: boolean | Metric | undefined;
}

/** The result of checkpoint(), also after it was written to a file and read again. */
export interface Resume {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly position: unknown;
}

/** The metric that selects the best weights; null without keepBest. */
export function bestMetric({ keepBest = false, earlyStopping }: FitOptions): Metric | null {
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
  device: true,
  share: true,
  state: true,
  compile: true,
  profile: true,
};

/** Throws if one of the options of all runs is wrong. */
export function checkRun({ epochs, seed = 0, threads = 1, profile = 0, compile = true, device }: RunOptions): void {
  checkDevice("fit", device);
  checkWhole("fit", "epochs", epochs, { from: 1 });
  checkWhole("fit", "seed", seed, { from: 0 });
  checkWhole("fit", "threads", threads, { from: 1 });
  checkWhole("fit", "profile", profile, { from: 0 });
  if (!compile && profile > 0)
    throw new ChainruleError(
      "option",
      "fit",
      "a step that is not compiled cannot be profiled; leave out profile, or compile: false",
      {
        option: "profile",
      },
    );
}

/** Throws if options of a run over pictures are wrong, each alone or together. */
export function checkPictureOptions(model: Module, options: FitOptions): void {
  checkOptions("fit", options, names);
  const { train, validation, batchSize, loss, labelSmoothing, earlyStopping, clipNorm } = options;
  checkRun(options);
  checkWhole("fit", "batchSize", batchSize, { from: 1 });
  if (!(train instanceof StreamedPictures)) checkDataset("fit", train);
  if (train.labels.size === 0) throw new ChainruleError("data", "fit", "there are no pictures to train on");
  if (options.dropLast && train.labels.size < batchSize)
    throw new ChainruleError(
      "data",
      "fit",
      `${train.labels.size} pictures make no batch of ${batchSize}, and dropLast leaves out smaller ones; make batchSize smaller`,
    );
  if (loss !== undefined && labelSmoothing !== undefined)
    throw new ChainruleError(
      "option",
      "fit",
      "labelSmoothing is for crossEntropy; do the smoothing in your own loss, and leave labelSmoothing out",
      { option: "labelSmoothing" },
    );
  checkClipNorm(clipNorm);
  if (earlyStopping !== undefined) checkWhole("fit", "earlyStopping.patience", earlyStopping.patience, { from: 1 });
  for (const metric of [earlyStopping?.metric ?? "loss", bestMetric(options) ?? "loss"])
    if (!metrics.includes(metric))
      throw new ChainruleError("option", "fit", `the metric is "loss" or "accuracy", not ${metric}`, { value: metric });
  if (validation === undefined && (earlyStopping !== undefined || bestMetric(options) !== null))
    throw new ChainruleError(
      "option",
      "fit",
      `${earlyStopping ? "earlyStopping" : "keepBest"} needs validation pictures; split() of chainrule/data sets some aside`,
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
    throw new ChainruleError("option", "fit", `${name} has no parameter of this model; make it of model.parameters()`, {
      option: name === "the optimizer" ? "optimizer" : name,
    });
}
