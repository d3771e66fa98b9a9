// fit, in its three forms: pictures with classes; any data with a loss; any data with a step of the user's. Each form becomes a task of
// the same loop.
import { ChainruleError } from "../errors/error.ts";
import type { Layer } from "../nn/module.ts";
import { Optimizer } from "../optim/optimizer.ts";
import { checkNames } from "./checkpoint.ts";
import type { TrainingEvent } from "./events.ts";
import { type Model, moduleOf } from "./models.ts";
import { checkOptimizer, type FitOptions } from "./options.ts";
import { type FitEvent, toFitEvent } from "./picture-events.ts";
import { pictureTask } from "./picture-task.ts";
import type { EpochRecord } from "./position.ts";
import { RandomStream } from "./random-stream.ts";
import { Fit } from "./run.ts";
import { type AnyOptions, sourceTask } from "./source-task.ts";
import type { NamesOf, Result } from "./tally.ts";
import type { LossOptions, Optimizers, Schedule, StepOptions } from "./training-options.ts";

/** The type of learning rates in events: a number, or a record by the optimisers' names. */
export type RatesOf<O extends Optimizers> = O extends Optimizer ? number : { readonly [K in keyof O]: number };

/**
 * Trains the model on pictures with classes: `for await (const event of fit(model, options))` takes one step after the other. It computes
 * only while its next event is awaited. Each step is one compiled program; between steps, timers, signals and clicks are handled. After a
 * `break` the model can be used, and another loop over the same run continues it.
 *
 * One seed gives one result, bit for bit (on one engine and processor, for the same model, data and options), whatever the program does
 * between steps. The call throws if options are wrong, if model and data do not fit, or if `resume` is of another run. The loop throws if
 * the loss is not finite.
 */
export function fit(model: Layer, options: FitOptions): Fit<FitEvent, EpochRecord<"accuracy">>;
/**
 * Trains any model on any data: `data` is anything that batches() takes, or a function that gives it for each epoch. `loss` computes the loss
 * of a batch, whose gradients the optimiser follows. The model is a module, or several by name. Runs, events, checkpoints and errors are as
 * for pictures. Events have the numbers that the loss and `metrics` name as properties beside the loss.
 *
 * Of a stream, a checkpoint has only the position: a resumed run iterates over the stream of its epoch again and skips the examples that were
 * used, so the stream must give the same each time.
 */
export function fit<
  const M extends Model,
  const S extends object,
  const O extends Optimizers,
  R extends Result,
  K extends string = never,
  const V extends object = S,
>(
  model: M,
  options: LossOptions<M, S, V, O, R, K>,
): Fit<TrainingEvent<NamesOf<R> | K, NamesOf<R> | K, RatesOf<O>>, EpochRecord<NamesOf<R> | K>>;
/**
 * Trains with a `step` of your own, for example when several optimisers take turns: it computes gradients, calls the optimisers' step(), and
 * returns the numbers for events. Checkpoints contain the model, the optimisers and `state`, so everything that changes must be in these.
 */
export function fit<
  const M extends Model,
  const S extends object,
  const O extends Optimizers,
  T extends Result,
  R extends Result = T,
  K extends string = never,
  const V extends object = S,
>(
  model: M,
  options: StepOptions<M, S, V, O, T, R, K>,
): Fit<TrainingEvent<NamesOf<T>, NamesOf<R> | K, RatesOf<O>>, EpochRecord<NamesOf<T>, NamesOf<R> | K>>;
export function fit(model: Model, options: object): unknown {
  if (typeof options !== "object" || options === null)
    throw new ChainruleError("type", "fit", "the options are missing; give fit(model, { data, loss, ... })");
  return "data" in options
    ? fitSource(model, options as AnyOptions)
    : fitPictures(model as Layer, options as FitOptions);
}

function fitPictures(model: Layer, options: FitOptions): Fit<FitEvent> {
  const { optimizer, schedule, earlyStopping, seed = 0, state = {} } = options;
  const task = pictureTask(model, options);
  const optimizers = new Map([["", optimizer]]);
  const extra = new Map(Object.entries(state));
  checkNames({ model, optimizers, state: extra });
  return new Fit({
    parts: { model, optimizers, state: extra, random: new RandomStream(seed) },
    task,
    options,
    patience: earlyStopping?.patience ?? null,
    convert: (event) => toFitEvent(event as never),
    schedules: new Map(schedule === undefined ? [] : [["", schedule]]),
  });
}

function fitSource(model: Model, options: AnyOptions): Fit<unknown> {
  const { optimizer, schedule, earlyStopping, seed = 0, state = {} } = options;
  const module = moduleOf("fit", model);
  const optimizers = byName(optimizer);
  for (const [name, each] of optimizers) {
    if (!(each instanceof Optimizer))
      throw new ChainruleError(
        "type",
        "fit",
        "optimizer must be an Optimizer, or several by name, { generator, discriminator }",
      );
    checkOptimizer(module, each, name === "" ? "the optimizer" : `optimizer.${name}`);
  }
  const extra = new Map(Object.entries(state));
  checkNames({ model: module, optimizers, state: extra });
  return new Fit({
    parts: { model: module, optimizers, state: extra, random: new RandomStream(seed) },
    task: sourceTask({ model, module, optimizers }, options),
    options,
    schedules: schedulesOf(schedule, optimizers),
    patience: earlyStopping?.patience ?? null,
    convert: (event) => event,
  });
}

function byName(optimizer: Optimizers): Map<string, Optimizer> {
  if (optimizer instanceof Optimizer) return new Map([["", optimizer]]);
  const named = new Map(Object.entries(optimizer ?? {}));
  if (named.size === 0)
    throw new ChainruleError("option", "fit", "optimizer is missing; give one, such as new Adam(model.parameters())", {
      option: "optimizer",
    });
  return named;
}

function schedulesOf(
  schedule: AnyOptions["schedule"],
  optimizers: ReadonlyMap<string, Optimizer>,
): ReadonlyMap<string, Schedule> {
  if (schedule === undefined) return new Map();
  if (typeof schedule === "function") return new Map([...optimizers.keys()].map((name) => [name, schedule]));
  const named = Object.entries(schedule);
  for (const [name, each] of named)
    if (!optimizers.has(name) || typeof each !== "function")
      throw new ChainruleError(
        "option",
        "fit",
        `schedule.${name} is no function of an optimizer; ` +
          (optimizers.has("")
            ? "for a single optimizer, give schedule: (step) => ..."
            : `the optimizers are ${[...optimizers.keys()].join(", ")}`),
        { option: `schedule.${name}` },
      );
  return new Map(named as [string, Schedule][]);
}
