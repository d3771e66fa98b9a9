// The options of runs over data of any kind, with a loss whose gradients the optimiser follows, or with a step of the user's own. All types
// follow from the data and from the results of the functions.
import type { Augmentation } from "../data/augment.ts";
import type { BatchOf } from "../data/source.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "./models.ts";
import type { RunOptions } from "./options.ts";
import type { Mode } from "./position.ts";
import type { NamesOf, OutputsOf, Result } from "./tally.ts";

/** Anything that batches() takes, or a function that returns it for each epoch, counted from 0, such as a generator function. */
export type DataFor<S> = S | ((epoch: number) => S);

/** One optimiser, or several by name. */
export type Optimizers = Optimizer | Readonly<Record<string, Optimizer>>;

/** Returns the learning rate of a step, counted from 0 over all epochs. */
export type Schedule = (step: number) => number;

/** How data become batches. As in batches(), an option that is not for the kind of the data throws. */
export interface DataOptions {
  /** Number of examples in a batch. Leave it out only for a stream whose items are batches. */
  batchSize?: number | undefined;
  /** false: examples keep the order of the data. Default true, but false for a stream. */
  shuffle?: boolean | undefined;
  /** For a stream only: each example is drawn at random from a buffer of this many. */
  shuffleBuffer?: number | undefined;
  /** For pictures only: pixels in [0, 1] become (x - mean) / std; one number, or one for each channel. Defaults 0 and 1. */
  mean?: number | number[] | undefined;
  std?: number | number[] | undefined;
  /** For pictures only. */
  augment?: Augmentation | undefined;
}

/** The type T, which TypeScript does not infer from this position. */
export type Given<T> = [T][T extends unknown ? 0 : never];

/** The options of all runs over data of any kind. S is the data, V the validation data, O the optimisers, N the names of validation's numbers. */
export interface TrainingOptions<S, V, O extends Optimizers, N extends string> extends RunOptions, DataOptions {
  /** The data to train on. */
  data: DataFor<S>;
  /** Data that are evaluated after each epoch, all and in order, in batches of the same size and nesting. */
  validation?: DataFor<V> | undefined;
  /** Ends an epoch after this many steps, for a stream without an end, or to end epochs before all data have been used. */
  stepsPerEpoch?: number | undefined;
  /** An optimiser of the model's parameters, or several by name. */
  optimizer: O;
  /** The learning rate of each step, for all optimisers or by their names. An optimiser without it keeps its own, which may be set between steps. */
  schedule?: Schedule | Readonly<Partial<Record<keyof O & string, Schedule>>> | undefined;
  /** The name of the number by which epochs are compared in validation; default "loss". */
  monitor?: "loss" | N | undefined;
  /** "min": a lower number is better, the default for the loss. "max": a higher one is. Required for other numbers than the loss. */
  mode?: Mode | undefined;
  /** Ends the run after `patience` epochs in a row that were not better than the best. */
  earlyStopping?: { readonly patience: number } | undefined;
  /** At the end the model gets the weights of its best epoch in validation. */
  keepBest?: boolean | undefined;
}

/** Functions that compute numbers for events, by name, from the outputs of a loss: a scalar for the batch, or numbers for each example. */
export type MetricsOf<R, B, K extends string> = {
  readonly [Name in K]: (outputs: OutputsOf<R>, batch: B) => Tensor;
};

/** The options of a run that follows the gradients of a loss. */
export interface LossOptions<M extends Model, S, V, O extends Optimizers, R extends Result, K extends string>
  extends TrainingOptions<S, V, O, NamesOf<R> | Given<K>> {
  /**
   * Returns the mean loss of a batch, a scalar. Or a record of `loss`, further numbers by name, which events have too, and `outputs` for
   * metrics, such as the model's predictions.
   */
  loss: (model: M, batch: BatchOf<S>) => R;
  /** In training computed from the outputs of the loss, before the update; the model does not run again. */
  metrics?: MetricsOf<R, BatchOf<S>, K> | undefined;
  /** Limits the norm of all gradients as one vector, before each update (clipGradNorm). */
  clipNorm?: number | undefined;
}

/** The options of a run with a step of the user's own, as with the two optimisers of a GAN. */
export interface StepOptions<
  M extends Model,
  S,
  V,
  O extends Optimizers,
  T extends Result,
  R extends Result,
  K extends string,
> extends TrainingOptions<S, V, O, NamesOf<R> | Given<K>> {
  /** Takes a step on a batch: computes gradients and calls the optimisers' step(). Returns the numbers for events, as a loss does. */
  step: (model: M, batch: BatchOf<S>) => T;
  /** For validation only. */
  loss?: ((model: M, batch: BatchOf<S>) => R) | undefined;
  /** For validation only. */
  metrics?: MetricsOf<R, BatchOf<S>, K> | undefined;
}
