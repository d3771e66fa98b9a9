// The training loop, and what makes it repeatable. All that a further step depends on is in the weights, the optimiser's tensors,
// a random stream and a Position; a checkpoint is these four. Each event leaves them between two steps, so that a run that was
// stopped at any of them and resumed gives the events that it would have given, bit for bit, but for the time they took.
import { batches } from "../data/batches.ts";
import { fingerprint } from "../data/fingerprint.ts";
import type { Batch } from "../data/pictures.ts";
import { prefetch } from "../data/prefetch.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Layer } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { breathe } from "./breathe.ts";
import { type Checkpoint, checkNames, gather, restore } from "./checkpoint.ts";
import { evaluate } from "./evaluate.ts";
import type { DoneEvent, EpochEvent, FitEvent, StartEvent, StepEvent, ValidationEvent } from "./events.ts";
import { checkOptions, type FitOptions, keptMetric } from "./options.ts";
import {
  type Best,
  begin,
  continued,
  epochStart,
  judged,
  type Metric,
  meanOf,
  type Position,
  stepped,
} from "./position.ts";
import { RandomStream } from "./random-stream.ts";
import { checkFits } from "./shapes.ts";
import { Stepper } from "./step.ts";
import { Pace, Stopwatch } from "./stopwatch.ts";

/**
 * Trains the model: `for await (const event of fit(model, options))` takes one step after the other, and nothing happens but while
 * somebody asks for the next event. Each step is one compiled program; timers, signals and clicks come through between steps. Leaving
 * the loop leaves a model that can be used, and another loop over the same run goes on.
 *
 * One seed gives one result, bit for bit (on one engine and processor, for the same model, data and options), whatever else is done
 * between steps. Throws at once where options make no sense, where model and data do not fit, and where `resume` is of another
 * run; and while it runs, where the loss is not finite.
 */
export function fit(model: Layer, options: FitOptions): Fit {
  return new Fit(model, options);
}

/** A run that fit() made: an async iterable of events, whose loop does the work. */
export class Fit implements AsyncIterable<FitEvent> {
  readonly #model: Layer;
  readonly #options: FitOptions;
  readonly #stepper: Stepper;
  readonly #random: RandomStream;
  readonly #perEpoch: number;
  /** What best weights are kept by, null where they are not, and what "best" means in events. */
  readonly #kept: Metric | null;
  readonly #metric: Metric;
  #position: Position;
  #best: ReadonlyMap<string, Tensor> | null = null;
  /** The weights of the last step, once the model has been given its best ones. */
  #last: ReadonlyMap<string, Tensor> | null = null;
  #running = false;
  readonly #watch = new Stopwatch();
  readonly #pace = new Pace();
  #epochPace = new Pace();

  /** @internal fit() makes runs. */
  constructor(model: Layer, options: FitOptions) {
    checkOptions(model, options);
    checkNames(model);
    const { train, validation, batchSize, dropLast = false, seed = 0, resume } = options;
    const count = train.labels.size;
    const rest = count % batchSize;
    const sizes = [Math.min(batchSize, count), ...(rest === 0 || dropLast ? [] : [rest])];
    checkFits("fit", model, train, { training: true, sizes });
    if (validation !== undefined) checkFits("fit: validation", model, validation, { training: false, sizes: [1] });
    this.#model = model;
    this.#options = options;
    this.#perEpoch = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
    this.#kept = keptMetric(options);
    this.#metric = this.#kept ?? options.earlyStopping?.metric ?? "loss";
    this.#random = new RandomStream(seed);
    this.#stepper = new Stepper(model, options, this.#random);
    const identity = { kept: this.#kept, seed, batchSize, dropLast, data: fingerprint(train) };
    // batches() checks its options when it is called: better now than after the first event.
    this.#batches(0);
    if (resume === undefined) this.#position = begin(identity);
    else {
      this.#position = continued(resume.position, identity);
      const { best } = restore(this.#parts, resume);
      this.#best = this.#kept === null ? null : best;
    }
  }

  /**
   * The run as it is between two steps, for `resume`: in the body of the loop at any event, and before and after it. Tensors to
   * write to one file, weights under their own names; and the position, plain data for JSON. What training does later does not change
   * it. Throws while a step is on its way, and after a loss that was not finite.
   */
  checkpoint(): Checkpoint {
    const { unsettled } = this.#stepper;
    if (unsettled !== null) throw new ChainruleError("state", "checkpoint", `${unsettled}`);
    const kept = { best: this.#last === null ? this.#best : null, last: this.#last };
    return { tensors: gather(this.#parts, kept), position: this.#position };
  }

  /** How the step is computed, for people: its graph, its kernels, its memory. Throws before the first step. */
  explain(): string {
    return this.#stepper.explain();
  }

  /**
   * Where the time of one step went, for people: a line for each of its kernels, as Compiled.profile gives it. It is the step that
   * `FitOptions.profile` asks for; throws before that was taken.
   */
  profile(): string {
    return this.#stepper.profile();
  }

  /** The step that profile() tells of, counted as events count; null before it was taken. */
  get profiled(): number | null {
    return this.#stepper.profiled;
  }

  get #parts() {
    return { model: this.#model, optimizer: this.#options.optimizer, random: this.#random };
  }

  /** Takes steps as long as events are asked for. Throws where another loop is over the same run. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FitEvent, void, undefined> {
    if (this.#running)
      throw new ChainruleError("order", "fit", "this run is in a loop already; one run is one loop at a time");
    this.#running = true;
    this.#watch.go();
    try {
      for await (const event of this.#events()) {
        this.#watch.halt();
        yield event;
        this.#watch.go();
      }
    } finally {
      this.#watch.halt();
      this.#running = false;
    }
  }

  async *#events(): AsyncGenerator<FitEvent, void, undefined> {
    yield this.#start();
    while (true) {
      const reason = this.#reasonToEnd();
      if (reason !== null) {
        yield this.#done(reason);
        return;
      }
      await breathe();
      if (this.#options.signal?.aborted) {
        const { epoch, pictures } = this.#position;
        yield { type: "stopped", ...this.#place(epoch), pictures };
        return;
      }
      const { stage, batch } = this.#position;
      if (stage === "validation") yield* this.#validation();
      else if (batch === this.#perEpoch) yield this.#endEpoch();
      else yield* this.#steps();
    }
  }

  /** The rest of an epoch's steps; fewer where the signal is aborted. */
  async *#steps(): AsyncGenerator<StepEvent, void, undefined> {
    const { epoch, batch: skipped } = this.#position;
    let batch = 0;
    let began = this.#watch.seconds;
    for await (const { images, labels } of prefetch(this.#batches(epoch))) {
      await breathe();
      if (this.#options.signal?.aborted) return;
      if (batch++ < skipped) continue;
      const event = await this.#take(images, labels, began);
      yield event;
      began = this.#watch.seconds;
    }
  }

  async #take(images: Tensor, labels: Tensor, began: number): Promise<StepEvent> {
    const { optimizer, schedule } = this.#options;
    const { epoch, batch } = this.#position;
    if (schedule !== undefined) optimizer.lr = schedule(this.#stepsBehind);
    const { lr } = optimizer;
    const place = `epoch ${epoch + 1}, batch ${batch + 1}, with the learning rate ${lr}`;
    const { loss, correct } = await this.#stepper.take({ images, labels }, { step: this.#stepsBehind + 1, place });
    const pictures = labels.size;
    this.#position = stepped(this.#position, { loss, correct, pictures });
    this.#stepper.settle();
    const seconds = this.#watch.seconds - began;
    for (const pace of [this.#pace, this.#epochPace]) pace.add(pictures, seconds);
    return {
      ...{ type: "step", ...this.#place(epoch), batch: batch + 1, loss, accuracy: correct / pictures },
      ...{ mean: meanOf(this.#position), lr, imagesPerSecond: this.#pace.imagesPerSecond },
    };
  }

  #endEpoch(): EpochEvent {
    const { epoch } = this.#position;
    const { loss, accuracy } = meanOf(this.#position);
    const { imagesPerSecond, seconds: epochSeconds } = this.#epochPace;
    this.#epochPace = new Pace();
    const event = { ...this.#place(epoch), loss, accuracy, lr: this.#options.optimizer.lr };
    this.#position =
      this.#options.validation === undefined
        ? { ...this.#position, ...epochStart(epoch + 1) }
        : { ...this.#position, stage: "validation" };
    return { type: "epoch", ...event, imagesPerSecond, epochSeconds };
  }

  /** Its one event; none where the signal is aborted meanwhile. */
  async *#validation(): AsyncGenerator<ValidationEvent, void, undefined> {
    const { validation, batchSize, mean, std, loss: lossOf, signal, threads } = this.#options;
    const { epoch } = this.#position;
    const began = this.#watch.seconds;
    if (validation === undefined) {
      this.#position = { ...this.#position, ...epochStart(epoch + 1) };
      return;
    }
    const options = { batchSize, mean, std, loss: lossOf, signal, threads };
    const evaluation = await evaluate(this.#model, validation, options).catch((error: unknown) => {
      if (signal?.aborted && error === signal.reason) return null;
      throw error;
    });
    if (evaluation === null) return;
    const { loss, accuracy } = evaluation;
    const { improved, position } = judged(this.#position, evaluation);
    this.#position = position;
    if (this.#kept !== null && improved[this.#kept]) this.#best = this.#model.stateDict();
    yield {
      ...{ type: "validation", ...this.#place(epoch), loss, accuracy, evaluation },
      ...{ improved: improved[this.#metric], validationSeconds: this.#watch.seconds - began },
    };
  }

  #reasonToEnd(): DoneEvent["reason"] | null {
    const { epoch, best } = this.#position;
    const { epochs, earlyStopping } = this.#options;
    if (epoch >= epochs) return "epochs";
    if (earlyStopping === undefined) return null;
    const { patience, metric = "loss" } = earlyStopping;
    const record = best[metric];
    return record !== null && epoch - record.epoch >= patience ? "patience" : null;
  }

  #start(): StartEvent {
    const { epochs, train, validation, batchSize, dropLast } = this.#options;
    const { epoch, pictures } = this.#position;
    return {
      ...{ type: "start", epochs, stepsPerEpoch: this.#perEpoch },
      pictures: dropLast ? this.#perEpoch * batchSize : train.labels.size,
      validationPictures: validation?.labels.size ?? 0,
      parameters: this.#model.parameters().reduce((sum, { size }) => sum + size, 0),
      done: { epochs: epoch, pictures, steps: this.#stepsBehind },
    };
  }

  #done(reason: DoneEvent["reason"]): DoneEvent {
    if (this.#best !== null && this.#last === null) {
      this.#last = this.#model.stateDict();
      this.#model.loadStateDict(this.#best);
    }
    return { type: "done", reason, ...this.#place(this.#position.epoch - 1), restored: this.#last !== null };
  }

  /** Steps are counted through all epochs. */
  get #stepsBehind(): number {
    return this.#position.epoch * this.#perEpoch + this.#position.batch;
  }

  /** What events of an epoch, counted from 0 here, have in common. */
  #place(epoch: number): { epoch: number; step: number; seconds: number; best: Best | null } {
    const { best } = this.#position;
    return { epoch: epoch + 1, step: this.#stepsBehind, seconds: this.#watch.seconds, best: best[this.#metric] };
  }

  #batches(epoch: number): Iterable<Batch> {
    const { train, batchSize, dropLast, seed, mean, std, augment } = this.#options;
    return batches(train, { batchSize, dropLast, seed, epoch, mean, std, augment });
  }
}
