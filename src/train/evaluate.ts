// evaluate: computes loss and metrics of a model on data, each example once, in order, in evaluation mode.

import type { Dataset } from "../data/dataset.ts";
import { type BatchOf, sourceOf } from "../data/source.ts";
import type { StreamedPictures } from "../data/streamed.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Layer, Module } from "../nn/module.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Placement } from "./device.ts";
import { type EvaluateOptions, type Evaluation, evaluatePictures } from "./evaluate-pictures.ts";
import { feedOf } from "./feed.ts";
import { type Judge, judge, judgeOf } from "./judge.ts";
import { type Model, moduleOf } from "./models.ts";
import type { AbortSignalLike } from "./signal.ts";
import { checkMetricName, type Metrics, type NamesOf, type Result } from "./tally.ts";
import type { DataFor, DataOptions, MetricsOf } from "./training-options.ts";

/** Options of evaluate for data of any kind. The data are not shuffled. */
export interface JudgeOptions<M extends Model, S, R extends Result, K extends string>
  extends Omit<DataOptions, "shuffle" | "shuffleBuffer" | "augment">,
    Placement {
  data: DataFor<S>;
  /** As for fit. */
  loss: (model: M, batch: BatchOf<S>) => R;
  /** As for fit. */
  metrics?: MetricsOf<R, BatchOf<S>, K> | undefined;
  /** Random numbers that the loss draws follow from the seed; default 0. */
  seed?: number | undefined;
  /** When the signal is aborted, evaluate throws its reason. */
  signal?: AbortSignalLike | undefined;
  /** false: the model runs operation by operation, which is slow. Default true. */
  compile?: boolean | undefined;
}

/** The means over all examples, and the number of examples. */
export type Judgement<N extends string = never> = { readonly loss: number; readonly examples: number } & Readonly<
  Record<N, number>
>;

/**
 * Computes accuracy, mean loss, confusion matrix, and the prediction for each picture. The model runs in evaluation mode (no dropout, batch
 * norm with its running moments) as one compiled program. Between batches it has its own mode again, and timers and events are handled.
 * Throws if there are no pictures, if pictures or classes do not fit the model, or if threads is no whole number from 1; and throws the
 * signal's reason when that is aborted.
 */
export function evaluate(
  model: Layer,
  data: Dataset | StreamedPictures,
  options?: EvaluateOptions,
): Promise<Evaluation>;
/**
 * Computes, for data of any kind, the means over all examples of the loss and of the numbers that loss and metrics name. `data`, `loss` and
 * `metrics` are as for fit, and the model is in evaluation mode. The default batchSize is 250; without it the items of a stream are batches.
 */
export function evaluate<const M extends Model, const S extends object, R extends Result, K extends string = never>(
  model: M,
  options: JudgeOptions<M, S, R, K>,
): Promise<Judgement<NamesOf<R> | K>>;
export async function evaluate(model: Model, data: object, options?: EvaluateOptions): Promise<unknown> {
  return "data" in data
    ? evaluateSource(model, data as AnyOptions)
    : evaluatePictures(model as Layer, data as Dataset, options);
}

type Of = (model: unknown, batch: unknown) => unknown;
type AnyOptions = Omit<JudgeOptions<never, unknown, never, never>, "loss" | "metrics"> & {
  readonly loss: Of;
  readonly metrics?: Metrics;
};

/** One program for each model and loss, with the last metrics and placement; repeated evaluations use it again. */
const judges = new WeakMap<
  object,
  WeakMap<Of, { readonly metrics: Metrics | undefined; readonly place: string; readonly judge: Judge }>
>();

const names: OptionNames<AnyOptions> = {
  data: true,
  loss: true,
  metrics: true,
  batchSize: true,
  mean: true,
  std: true,
  seed: true,
  signal: true,
  threads: true,
  device: true,
  share: true,
  compile: true,
};

async function evaluateSource(model: Model, options: AnyOptions): Promise<unknown> {
  checkOptions("evaluate", options, names);
  const { data, loss, metrics, seed, signal, threads, device, share, compile = true, mean, std } = options;
  const batchSize =
    options.batchSize ?? (typeof data === "function" || sourceOf("evaluate", data).kind === "stream" ? undefined : 250);
  if (typeof loss !== "function")
    throw new ChainruleError("option", "evaluate", "the loss is missing; give loss: (model, batch) => ...", {
      option: "loss",
    });
  for (const name of Object.keys(metrics ?? {})) checkMetricName("evaluate", name);
  const feed = feedOf("evaluate", "data", data, { batchSize, mean, std, shuffle: false, share });
  const how = cached(model, loss, { metrics, placement: compile ? { device, threads } : null });
  const { means, examples } = await judge(how, feed.course(0), { seed, signal });
  return { ...means, examples };
}

function cached(
  model: Model,
  loss: Of,
  { metrics, placement }: { readonly metrics: Metrics | undefined; readonly placement: Placement | null },
): Judge {
  const ofModel = judges.get(model) ?? new WeakMap();
  judges.set(model, ofModel);
  const known = ofModel.get(loss);
  const place = placement === null ? "not compiled" : `${placement.device} ${placement.threads}`;
  if (known !== undefined && known.metrics === metrics && known.place === place) return known.judge;
  const module: Module = moduleOf("evaluate", model);
  const judge = judgeOf("evaluate", { module, loss: (batch) => loss(model, batch), metrics: metrics ?? {}, placement });
  ofModel.set(loss, { metrics, place, judge });
  return judge;
}
