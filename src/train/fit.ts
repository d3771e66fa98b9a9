// fit, in its three forms: pictures of classes; anything with a loss; anything with a step of one's own. Each becomes a task for the
// same loop.
import { ChainruleError } from "../errors/error.ts";
import type { Layer } from "../nn/module.ts";
import { Optimizer } from "../optim/optimizer.ts";
import { checkNames } from "./checkpoint.ts";
import type { TrainingEvent } from "./events.ts";
import { type Model, moduleOf } from "./models.ts";
import { checkOptimizer, type FitOptions } from "./options.ts";
import { type FitEvent, ofPictures } from "./picture-events.ts";
import { pictureTask } from "./picture-task.ts";
import type { EpochRecord } from "./position.ts";
import { RandomStream } from "./random-stream.ts";
import { Fit } from "./run.ts";
import { type AnyOptions, sourceTask } from "./source-task.ts";
import type { NamesOf, Result } from "./tally.ts";
import type { LossOptions, Optimizers, Schedule, StepOptions } from "./training-options.ts";

/** Learning rates in events: one number, or of several optimisers each by its name. */
export type RatesOf<O extends Optimizers> = O extends Optimizer ? number : { readonly [K in keyof O]: number };

/**
 * Trains the model on pictures of classes: `for await (const event of fit(model, options))` takes one step after the other, and nothing
 * happens but while somebody asks for the next event. Each step is one compiled program; timers, signals and clicks come through between
 * steps. Leaving the loop leaves a model that can be used, and another loop over the same run goes on.
 *
 * One seed gives one result, bit for bit (on one engine and processor, for the same model, data and options), whatever else is done
 * between steps. Throws at once where options make no sense, where model and data do not fit, and where `resume` is of another
 * run; and while it runs, where the loss is not finite.
 */
export function fit(model: Layer, options: FitOptions): Fit<FitEvent, EpochRecord<"accuracy">>;
/**
 * Trains anything on anything: `data` is whatever batches() takes, or a function that gives it for each epoch, and `loss` is computed of
 * a batch, with the gradients of which the optimiser steps. The model is a module, or several by name. Runs, events, checkpoints and
 * errors are as those over pictures; numbers that the loss and `metrics` name stand in events beside the loss.
 *
 * Of a stream a checkpoint has the position alone: a resumed run asks for the stream of its epoch again and reads up to there, so
 * that the stream has to give the same each time.
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
 * The same with a step of one's own, as several optimisers want that take turns: it computes gradients, has the optimisers step, and
 * returns what events are to tell. All that learns has to be in the model, the optimisers and `state` to be in checkpoints.
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
    throw new ChainruleError("type", "fit", "the options say what to train on: fit(model, { data, loss, ... })");
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
    told: (event) => ofPictures(event as never),
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
        "optimizer is an Optimizer, or several by name, { generator, discriminator }",
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
    told: (event) => event,
  });
}

function byName(optimizer: Optimizers): Map<string, Optimizer> {
  if (optimizer instanceof Optimizer) return new Map([["", optimizer]]);
  const named = new Map(Object.entries(optimizer ?? {}));
  if (named.size === 0)
    throw new ChainruleError("option", "fit", "optimizer is missing, such as new Adam(model.parameters())", {
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
        `schedule.${name} is no learning rate of an optimizer; there ${optimizers.has("") ? "is one, without a name" : `are ${[...optimizers.keys()].join(", ")}`}`,
        { option: `schedule.${name}` },
      );
  return new Map(named as [string, Schedule][]);
}
