// What a model makes of data, all of it once and in order, as the model is in use.

import type { Dataset } from "../data/dataset.ts";
import { type BatchOf, sourceOf } from "../data/source.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Layer, Module } from "../nn/module.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { type EvaluateOptions, type Evaluation, evaluatePictures } from "./evaluate-pictures.ts";
import { feedOf } from "./feed.ts";
import { type Judge, judge, judgeOf } from "./judge.ts";
import { type Model, moduleOf } from "./models.ts";
import type { AbortSignalLike } from "./signal.ts";
import { checkMetricName, type Metrics, type NamesOf, type Result } from "./tally.ts";
import type { DataFor, DataOptions, MetricsOf } from "./training-options.ts";

/** What is judged, and by what. Of the data the order does not matter; there is no shuffling. */
export interface JudgeOptions<M extends Model, S, R extends Result, K extends string>
  extends Omit<DataOptions, "shuffle" | "shuffleBuffer" | "augment"> {
  data: DataFor<S>;
  /** As for fit. */
  loss: (model: M, batch: BatchOf<S>) => R;
  /** As for fit. */
  metrics?: MetricsOf<R, BatchOf<S>, K> | undefined;
  /** What the loss draws by chance follows from it; 0 if left out. */
  seed?: number | undefined;
  /** When it is aborted, evaluate throws its reason. */
  signal?: AbortSignalLike | undefined;
  /** How many threads at most; all that there are if left out. Of no consequence for what comes out. */
  threads?: number | undefined;
  /** false: the model runs operation by operation; slow. true if left out. */
  compile?: boolean | undefined;
}

/** The means over all examples, and how many there are. */
export type Judgement<N extends string = never> = { readonly loss: number; readonly examples: number } & Readonly<
  Record<N, number>
>;

/**
 * Accuracy, mean loss, confusion matrix, and the answer to each picture. The model answers in evaluation mode (no dropout, batch
 * norm by its running moments) as one compiled program, and is in its own mode whenever others can see it; timers and events come
 * through meanwhile. Throws where there are no pictures, where pictures or classes do not fit the model, where threads are no whole number from
 * 1, and the signal's reason when that is aborted.
 */
export function evaluate(model: Layer, data: Dataset, options?: EvaluateOptions): Promise<Evaluation>;
/**
 * Of anything: the means over all examples of the loss, and of what loss and metrics name. `data`, `loss` and `metrics` are as for
 * fit, and the model is in evaluation mode. batchSize is 250 if left out, but for a stream, whose items are then batches.
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

/** One program a model, loss, metrics and number of threads, however often it is evaluated. */
const judges = new WeakMap<
  object,
  WeakMap<Of, { readonly metrics: Metrics | undefined; readonly threads: unknown; readonly judge: Judge }>
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
  compile: true,
};

async function evaluateSource(model: Model, options: AnyOptions): Promise<unknown> {
  checkOptions("evaluate", options, names);
  const { data, loss, metrics, seed, signal, threads, compile = true, mean, std } = options;
  const batchSize =
    options.batchSize ?? (typeof data === "function" || sourceOf("evaluate", data).kind === "stream" ? undefined : 250);
  if (typeof loss !== "function")
    throw new ChainruleError("option", "evaluate", "what to judge by is missing: loss: (model, batch) => ...", {
      option: "loss",
    });
  for (const name of Object.keys(metrics ?? {})) checkMetricName("evaluate", name);
  const feed = feedOf("evaluate", "data", data, { batchSize, mean, std, shuffle: false });
  const how = cached(model, loss, { metrics, threads: compile ? threads : null });
  const { means, examples } = await judge(how, feed.course(0), { seed, signal });
  return { ...means, examples };
}

function cached(
  model: Model,
  loss: Of,
  { metrics, threads }: { readonly metrics: Metrics | undefined; readonly threads: number | undefined | null },
): Judge {
  const ofModel = judges.get(model) ?? new WeakMap();
  judges.set(model, ofModel);
  const known = ofModel.get(loss);
  if (known !== undefined && known.metrics === metrics && known.threads === threads) return known.judge;
  const module: Module = moduleOf("evaluate", model);
  const judge = judgeOf("evaluate", { module, loss: (batch) => loss(model, batch), metrics: metrics ?? {}, threads });
  ofModel.set(loss, { metrics, threads, judge });
  return judge;
}
