// Anything as a task: data of any kind, with a loss whose gradients are followed, or with a step of the user's own.
import { trace } from "../compiler/trace.ts";
import { leavesOf } from "../data/nesting.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { describe } from "../tensor/dtype.ts";
import { type Feed, feedOf, isUsedUp } from "./feed.ts";
import { type Judge, judge, judgeOf } from "./judge.ts";
import { learner } from "./learn.ts";
import type { Model } from "./models.ts";
import { inMode } from "./modes.ts";
import { checkClipNorm, checkRun } from "./options.ts";
import type { Mode } from "./position.ts";
import { type Computed, checkMetricName, type Metrics, tally } from "./tally.ts";
import type { Task } from "./task.ts";
import type { Optimizers, TrainingOptions } from "./training-options.ts";

type Of = (model: unknown, batch: unknown) => unknown;

/** The options of either kind of run, whatever their types are. */
export type AnyOptions = TrainingOptions<unknown, unknown, Optimizers, string> & {
  readonly loss?: Of;
  readonly step?: Of;
  readonly metrics?: Metrics;
  readonly clipNorm?: number;
};

interface Trained {
  /** As the user gave it, and as one module. */
  readonly model: Model;
  readonly module: Module;
  readonly optimizers: ReadonlyMap<string, Optimizer>;
}

/** Throws where options make no sense, and where a batch that is known before does not go through loss or step. */
export function sourceTask({ model, module, optimizers }: Trained, options: AnyOptions): Task {
  checkSourceOptions(options);
  const { data, validation, batchSize, dropLast = false, seed, stepsPerEpoch, clipNorm, metrics = {} } = options;
  const { loss, step, compile = true, threads, monitor = "loss", keepBest = false } = options;
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
  const judge_ =
    tested === null ? null : judgeOf("fit", { module, loss: ofLoss, metrics, threads: compile ? threads : null });
  if (tested !== null && judge_ !== null && compile) {
    const named = checkBatches(tested, module, false, (batch) => tally("fit", ofLoss(batch), batch, metrics));
    if (named !== null) checkMonitor(monitor, [...named.named.keys()]);
  }
  const limit = Math.min(feed.batches ?? Number.POSITIVE_INFINITY, stepsPerEpoch ?? Number.POSITIVE_INFINITY);
  const perEpoch = Number.isFinite(limit) ? limit : null;
  return {
    ...{ course: feed.course, learn, monitor, keepBest, dropLast, order: feed.order, data: feed.fingerprint },
    stepsPerEpoch: perEpoch,
    examples: feed.examples && perEpoch && batchSize ? Math.min(feed.examples, perEpoch * batchSize) : feed.examples,
    validationExamples: tested === null ? 0 : tested.examples,
    whole: feed.sizes[0] ?? null,
    judge: tested === null || judge_ === null ? null : (signal) => judgement(tested, judge_, { seed, signal, monitor }),
    tracked: new Map<string, Mode>([[monitor, options.mode ?? "min"]]),
    batchSize: batchSize ?? null,
  };
}

const feeding = ({ batchSize, shuffle, shuffleBuffer, mean, std, augment, seed, dropLast }: AnyOptions) => ({
  ...{ batchSize, shuffle, shuffleBuffer, mean, std, augment, seed, dropLast },
});

/** Validation is whole, in order and as it is. */
const judging = ({ batchSize, mean, std }: AnyOptions) => ({ batchSize, shuffle: false, mean, std });

async function judgement(
  { course }: Feed,
  how: Judge,
  {
    seed,
    signal,
    monitor,
  }: { readonly seed: number | undefined; readonly signal: AbortSignal | undefined; readonly monitor: string },
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
      `monitor asks for ${monitor}, but validation tells ${[...new Set(["loss", ...names])].join(", ")}`,
    );
}

/** Traces what is computed of each size of batch, which costs no arithmetic; what it gave of the first, null where none is known. */
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
        `a batch of ${training ? "data" : "validation"}, ${parts}, does not go through: ${error.message}`,
        { batch: Object.fromEntries(leaves.map(({ value, place }) => [place.replace(/^\./, ""), value.shape])) },
        { cause: error },
      );
    }
  });
  return computed[0] ?? null;
}

const known: ReadonlySet<string> = new Set([
  ...["data", "validation", "epochs", "batchSize", "dropLast", "shuffle", "shuffleBuffer", "stepsPerEpoch", "seed"],
  ...["optimizer", "schedule", "loss", "step", "metrics", "clipNorm", "monitor", "mode", "earlyStopping", "keepBest"],
  ...["mean", "std", "augment", "signal", "resume", "checkFinite", "threads", "compile", "profile", "state"],
]);

function checkSourceOptions(options: AnyOptions): void {
  checkRun(options);
  const refuse = (words: string): never => {
    throw new ChainruleError("option", "fit", words);
  };
  const strange = Object.keys(options).find((name) => !known.has(name));
  if (strange !== undefined) refuse(`there is no option ${strange} beside data; there are ${[...known].join(", ")}`);
  const { data, validation, epochs, loss, step, metrics, clipNorm, monitor = "loss", mode, resume } = options;
  if (options.stepsPerEpoch !== undefined) checkWhole("fit", "stepsPerEpoch", options.stepsPerEpoch, { from: 1 });
  if (options.earlyStopping !== undefined)
    checkWhole("fit", "earlyStopping.patience", options.earlyStopping.patience, { from: 1 });
  checkClipNorm(clipNorm);
  if (typeof (step ?? loss) !== "function")
    refuse("how to learn from a batch is missing: loss: (model, batch) => ..., or step: (model, batch) => ...");
  if (step !== undefined && clipNorm !== undefined)
    refuse("clipNorm belongs to a loss; in a step of your own call clipGradNorm yourself");
  if (step !== undefined && validation !== undefined && loss === undefined)
    refuse("validation needs a loss beside step: (model, batch) => ..., which is then used for validation only");
  if (step !== undefined && validation === undefined && (loss ?? metrics) !== undefined)
    refuse("loss and metrics beside step are for validation only, and there is none; step returns what it tells");
  for (const name of Object.keys(metrics ?? {})) checkMetricName("fit", name);
  const judging = (["earlyStopping", "keepBest", "monitor"] as const).find((name) => options[name]);
  if (validation === undefined && judging !== undefined)
    refuse(`${judging} needs validation, examples that are not trained on; split() of chainrule/data sets some aside`);
  if (monitor !== "loss" && mode === undefined)
    refuse(`mode is missing: "max" where more of ${monitor} is better, "min" where less is`);
  if (mode !== undefined && mode !== "min" && mode !== "max") refuse(`mode is "min" or "max", not ${mode}`);
  for (const [name, used] of [
    ["data", data],
    ["validation", validation],
  ] as const)
    if (isUsedUp(used) && (epochs > 1 || resume !== undefined))
      refuse(
        `${name} can be gone through only once, but there are ${epochs} epochs; give the function that makes it, ${name}: () => ...`,
      );
}
