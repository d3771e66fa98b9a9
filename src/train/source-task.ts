// The task of training on data of any kind, with a loss whose gradients the optimiser follows, or with a step of the user's own.

import { trace } from "../compiler/trace.ts";
import { leavesOf } from "../data/nesting.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { describe } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { type Feed, feedOf, isSingleUse } from "./feed.ts";
import { type Judge, judge, judgeOf } from "./judge.ts";
import { learner } from "./learn.ts";
import type { Model } from "./models.ts";
import { inMode } from "./modes.ts";
import { checkClipNorm, checkRun } from "./options.ts";
import type { Mode } from "./position.ts";
import type { AbortSignalLike } from "./signal.ts";
import { type Computed, checkMetricName, type Metrics, tally } from "./tally.ts";
import type { Task } from "./task.ts";
import type { Optimizers, TrainingOptions } from "./training-options.ts";

type Of = (model: unknown, batch: unknown) => unknown;

/** The options of both kinds of runs, with their types erased. */
export type AnyOptions = TrainingOptions<unknown, unknown, Optimizers, string> & {
  readonly loss?: Of;
  readonly step?: Of;
  readonly metrics?: Metrics;
  readonly clipNorm?: number;
};

interface Trained {
  /** The model as the user gave it, and as one module. */
  readonly model: Model;
  readonly module: Module;
  readonly optimizers: ReadonlyMap<string, Optimizer>;
}

/** Makes the task. Throws if options are wrong, or if loss or step fails with a batch that is known in advance. */
export function sourceTask({ model, module, optimizers }: Trained, options: AnyOptions): Task {
  checkSourceOptions(options);
  const { data, validation, batchSize, dropLast = false, seed, stepsPerEpoch, clipNorm, metrics = {} } = options;
  const { loss, step, compile = true, threads, device, monitor = "loss", keepBest = false } = options;
  const feed = feedOf("fit", "data", data, feeding(options));
  const tested = validation === undefined ? null : feedOf("fit", "validation", validation, judging(options));
  const ofLoss = (batch: unknown) => loss?.(model, batch);
  const learn =
    step === undefined
      ? learner({ model: module, optimizers: [...optimizers.values()], clipNorm, loss: ofLoss, metrics })
      : (batch: unknown) => tally("fit", step(model, batch), batch, {});
  if (compile)
    checkBatches(
      feed,
      module,
      true,
      step === undefined ? (batch) => tally("fit", ofLoss(batch), batch, metrics) : learn,
    );
  const validate =
    tested === null
      ? null
      : judgeOf("fit", { module, loss: ofLoss, metrics, placement: compile ? { device, threads } : null });
  if (tested !== null && validate !== null && compile) {
    const named = checkBatches(tested, module, false, (batch) => tally("fit", ofLoss(batch), batch, metrics));
    if (named !== null) checkMonitor(monitor, [...named.named.keys()]);
  }
  const limit = Math.min(feed.batches ?? Number.POSITIVE_INFINITY, stepsPerEpoch ?? Number.POSITIVE_INFINITY);
  const perEpoch = Number.isFinite(limit) ? limit : null;
  return {
    course: feed.course,
    learn,
    monitor,
    keepBest,
    dropLast,
    order: feed.order,
    data: feed.fingerprint,
    stepsPerEpoch: perEpoch,
    examples: feed.examples && perEpoch && batchSize ? Math.min(feed.examples, perEpoch * batchSize) : feed.examples,
    validationExamples: tested === null ? 0 : tested.examples,
    fullBatch: feed.sizes[0] ?? null,
    judge:
      tested === null || validate === null ? null : (signal) => judgement(tested, validate, { seed, signal, monitor }),
    tracked: new Map<string, Mode>([[monitor, options.mode ?? "min"]]),
    batchSize: batchSize ?? null,
  };
}

const feeding = ({ batchSize, shuffle, shuffleBuffer, mean, std, augment, seed, dropLast, share }: AnyOptions) => ({
  batchSize,
  shuffle,
  shuffleBuffer,
  mean,
  std,
  augment,
  seed,
  dropLast,
  share,
});

/** Validation uses all examples, in order, without augmentation. */
const judging = ({ batchSize, mean, std, share }: AnyOptions) => ({ batchSize, shuffle: false, mean, std, share });

async function judgement(
  { course }: Feed,
  how: Judge,
  {
    seed,
    signal,
    monitor,
  }: { readonly seed: number | undefined; readonly signal: AbortSignalLike | undefined; readonly monitor: string },
) {
  const { means } = await judge(how, course(0), { seed, signal });
  checkMonitor(monitor, Object.keys(means));
  return { means, beside: {} };
}

function checkMonitor(monitor: string, names: readonly string[]): void {
  if (monitor !== "loss" && !names.includes(monitor))
    throw new ChainruleError(
      "option",
      "fit",
      `monitor is ${monitor}, but validation has ${[...new Set(["loss", ...names])].join(", ")}; give one of these`,
      { option: "monitor", value: monitor },
    );
}

/** Traces `compute` with a batch of each size, without arithmetic. Returns the result for the first size; null if no batch is known in advance. */
function checkBatches(
  feed: Feed,
  module: Module,
  training: boolean,
  compute: (batch: unknown) => Computed,
): Computed | null {
  const computed = feed.sizes.map((size) => {
    const batch = feed.sample(size);
    if (batch === null) return null;
    const leaves = leavesOf(batch, "");
    const tensors = [...new Set(leaves.map(({ value }) => value))];
    try {
      const traced = inMode(module, training, () =>
        trace((given) => compute(given), [batch], tensors, { lines: false }),
      );
      return traced.returned as Computed;
    } catch (error) {
      if (!(error instanceof ChainruleError) || error.code === "internal" || error.call === "fit") throw error;
      const parts = leaves
        .map(({ value, place }) => `${place.replace(/^\./, "")} ${describe(value)}`.trim())
        .join(", ");
      throw new ChainruleError(
        "data",
        "fit",
        `a batch of ${training ? "data" : "validation"}, ${parts}, fails: ${error.message}`,
        { batch: Object.fromEntries(leaves.map(({ value, place }) => [place.replace(/^\./, ""), value.shape])) },
        { cause: error },
      );
    }
  });
  return computed[0] ?? null;
}

const names: OptionNames<AnyOptions> = {
  data: true,
  validation: true,
  epochs: true,
  batchSize: true,
  dropLast: true,
  shuffle: true,
  shuffleBuffer: true,
  stepsPerEpoch: true,
  seed: true,
  mean: true,
  std: true,
  augment: true,
  optimizer: true,
  schedule: true,
  loss: true,
  step: true,
  metrics: true,
  clipNorm: true,
  monitor: true,
  mode: true,
  earlyStopping: true,
  keepBest: true,
  signal: true,
  resume: true,
  checkFinite: true,
  threads: true,
  device: true,
  share: true,
  compile: true,
  profile: true,
  state: true,
};

const refuse = (option: keyof AnyOptions, words: string): never => {
  throw new ChainruleError("option", "fit", words, { option });
};

function checkSourceOptions(options: AnyOptions): void {
  checkOptions("fit", options, names);
  checkRun(options);
  const { data, validation, epochs, metrics, clipNorm, resume } = options;
  if (options.stepsPerEpoch !== undefined) checkWhole("fit", "stepsPerEpoch", options.stepsPerEpoch, { from: 1 });
  if (options.earlyStopping !== undefined)
    checkWhole("fit", "earlyStopping.patience", options.earlyStopping.patience, { from: 1 });
  checkClipNorm(clipNorm);
  checkFunctions(options);
  for (const name of Object.keys(metrics ?? {})) checkMetricName("fit", name);
  checkMonitoring(options);
  for (const [name, used] of [
    ["data", data],
    ["validation", validation],
  ] as const)
    if (isSingleUse(used) && (epochs > 1 || resume !== undefined))
      refuse(
        name,
        `${name} can be iterated only once, but there are ${epochs} epochs; give the function that makes it, ${name}: () => ...`,
      );
}

function checkFunctions({ loss, step, metrics, validation, clipNorm }: AnyOptions): void {
  if (typeof (step ?? loss) !== "function")
    refuse("loss", "a loss or a step is missing; give loss: (model, batch) => ..., or step: (model, batch) => ...");
  if (step === undefined) return;
  if (clipNorm !== undefined)
    refuse("clipNorm", "clipNorm is for runs with a loss; in a step of your own call clipGradNorm");
  if (validation !== undefined && loss === undefined)
    refuse(
      "loss",
      "validation of a run with a step needs a loss too; give loss: (model, batch) => ..., which is used for validation only",
    );
  if (validation === undefined && (loss ?? metrics) !== undefined)
    refuse(
      loss === undefined ? "metrics" : "loss",
      "with a step, loss and metrics are for validation only, and there is none; return numbers for events from step",
    );
}

function checkMonitoring(options: AnyOptions): void {
  const { validation, monitor = "loss", mode } = options;
  const judging = (["earlyStopping", "keepBest", "monitor"] as const).find((name) => options[name]);
  if (validation === undefined && judging !== undefined)
    refuse(judging, `${judging} needs validation examples; split() of chainrule/data sets some aside`);
  if (monitor !== "loss" && mode === undefined)
    refuse("mode", `mode is missing; give "max" if a higher ${monitor} is better, "min" if a lower one is`);
  if (mode !== undefined && mode !== "min" && mode !== "max")
    refuse("mode", `mode must be "min" or "max", not ${mode}`);
}
