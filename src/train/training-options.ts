// What a run over anything is made of: data of any kind, and either a loss, whose gradients the optimiser follows, or a step of one's
// own. All types follow from data and from what the functions give.
import type { Augmentation } from "../data/augment.ts";
import type { BatchOf } from "../data/source.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "./models.ts";
import type { RunOptions } from "./options.ts";
import type { Mode } from "./position.ts";
import type { NamesOf, OutputsOf, Result } from "./tally.ts";

/** Anything that batches() takes; or a function that gives it for each epoch, counted from 0, as a generator function does. */
export type DataFor<S> = S | ((epoch: number) => S);

/** One optimiser, or several by name. */
export type Optimizers = Optimizer | Readonly<Record<string, Optimizer>>;

/** A learning rate for each step, counted from 0 over all epochs. */
export type Schedule = (step: number) => number;

/** How data become batches: what of it a source does not have, it refuses by name, as batches() does. */
export interface DataOptions {
  /** Examples at a time. Left out only for a stream whose items are batches already. */
  batchSize?: number | undefined;
  /** false: in the order of the data. true if left out, but false for a stream. */
  shuffle?: boolean | undefined;
  /** A stream only: each example is drawn from a buffer of so many. */
  shuffleBuffer?: number | undefined;
  /** Pictures only: pixels in [0, 1] become (x - mean) / std, one number or one a channel; 0 and 1 if left out. */
  mean?: number | number[] | undefined;
  std?: number | number[] | undefined;
  /** Pictures only. */
  augment?: Augmentation | undefined;
}

/** T, but never inferred from here. */
export type Given<T> = [T][T extends unknown ? 0 : never];

/** What runs over anything have in common. S is the data, V what is validated on, O the optimisers, N the names of what validation tells. */
export interface TrainingOptions<S, V, O extends Optimizers, N extends string> extends RunOptions, DataOptions {
  data: DataFor<S>;
  /** Judged after each epoch, whole and in order, in batches of the same size. Its batches have the nesting of the data's. */
  validation?: DataFor<V> | undefined;
  /** Ends an epoch after so many steps: of a stream without an end, or before all of the data have been seen. */
  stepsPerEpoch?: number | undefined;
  /** Over the model's parameters: one, or several by name. */
  optimizer: O;
  /** The learning rate of each step, of all optimisers or of each by its name. Without it they keep their own, which may be set between steps. */
  schedule?: Schedule | Readonly<Partial<Record<keyof O & string, Schedule>>> | undefined;
  /** What validation is judged by; "loss" if left out. */
  monitor?: "loss" | N | undefined;
  /** Whether less of it is better, or more: "min" if left out, for the loss; to be given for all else. */
  mode?: Mode | undefined;
  /** Ends the run when `patience` epochs in a row were no better than the best. */
  earlyStopping?: { readonly patience: number } | undefined;
  /** At the end the model gets the weights of its best epoch in validation. */
  keepBest?: boolean | undefined;
}

/** Numbers for events, by name: means where they are scalars or one number an example, of the outputs that a loss gave. */
export type MetricsOf<R, B, K extends string> = {
  readonly [Name in K]: (outputs: OutputsOf<R>, batch: B) => Tensor;
};

/** A run that follows the gradients of a loss. */
export interface LossOptions<M extends Model, S, V, O extends Optimizers, R extends Result, K extends string>
  extends TrainingOptions<S, V, O, NamesOf<R> | Given<K>> {
  /**
   * The mean loss of a batch, a scalar. Or a record: `loss`, further numbers by name, which events tell too, and `outputs`, what metrics
   * are to see, such as the model's predictions.
   */
  loss: (model: M, batch: BatchOf<S>) => R;
  /** In training computed of what the loss gave, before the step; the model is not run again. */
  metrics?: MetricsOf<R, BatchOf<S>, K> | undefined;
  /** Limits the length of all gradients as one vector, before each step (clipGradNorm). */
  clipNorm?: number | undefined;
}

/** A run whose step is one's own, as with the two optimisers of a GAN. */
export interface StepOptions<
  M extends Model,
  S,
  V,
  O extends Optimizers,
  T extends Result,
  R extends Result,
  K extends string,
> extends TrainingOptions<S, V, O, NamesOf<R> | Given<K>> {
  /** Learns from a batch: gradients and the optimisers' steps are its own. Gives what events are to tell, as a loss does. */
  step: (model: M, batch: BatchOf<S>) => T;
  /** For validation only. */
  loss?: ((model: M, batch: BatchOf<S>) => R) | undefined;
  /** For validation only. */
  metrics?: MetricsOf<R, BatchOf<S>, K> | undefined;
}
