// The training loop. Further steps depend only on the weights, the optimisers' tensors, a random stream and the progress; a checkpoint
// contains these four. At each event they are in the state between two steps. So a run that was stopped at any event and resumed gives the
// same events as a run that was not stopped, bit for bit, except for times.
import { breathe } from "../compiler/breathe.ts";
import { prefetch } from "../data/prefetch.ts";
import { ChainruleError } from "../errors/error.ts";
import { isHolder, settle } from "../tensor/settle.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Checkpoint, gather, restore } from "./checkpoint.ts";
import type { TrainingDone, TrainingEpoch, TrainingStep, TrainingValidation } from "./events.ts";
import { Lead } from "./lead.ts";
import { type AnyEvent, bestOf, type Making, reasonToEnd, startEvent } from "./making.ts";
import type { FitEvent } from "./picture-events.ts";
import {
  afterEpoch,
  afterStep,
  afterValidation,
  type BestEpoch,
  begin,
  type EpochRecord,
  epochStart,
  meanOf,
  type Progress,
} from "./position.ts";
import { type Rates, ratesOf, setRates } from "./rates.ts";
import { resumedProgress, toPosition } from "./saved-position.ts";
import { type Begun, type StepPlace, Stepper } from "./step.ts";
import { Pace, Stopwatch } from "./stopwatch.ts";
import type { Counted } from "./tally.ts";

/** A run, made by fit(): an async iterable of events. Iterating over it does the work. */
export class Fit<E = FitEvent, H = EpochRecord<"accuracy">> implements AsyncIterable<E> {
  readonly #making: Making<E>;
  readonly #stepper: Stepper;
  #progress: Progress;
  #best: ReadonlyMap<string, Tensor> | null = null;
  /** The weights of the last step, after the model got its best weights. */
  #last: ReadonlyMap<string, Tensor> | null = null;
  #running = false;
  /** Whether the batches of the current epoch have ended, if their number was unknown. */
  #exhausted = false;
  readonly #watch = new Stopwatch();
  readonly #pace = new Pace();
  #epochPace = new Pace();
  readonly #lead = new Lead();

  /** @internal fit() makes runs. */
  constructor(making: Making<E>) {
    this.#making = making;
    const { parts, task, options } = making;
    const { tracked, monitor, keepBest, stepsPerEpoch, batchSize, dropLast, order, data } = task;
    this.#stepper = new Stepper(parts.model, task, options, parts.random);
    const kept = keepBest ? monitor : null;
    const identity = { kept, seed: options.seed ?? 0, batchSize, dropLast, order, data };
    if (options.resume === undefined) this.#progress = begin(identity, tracked);
    else {
      this.#progress = resumedProgress(options.resume.position, { identity, tracked, stepsPerEpoch });
      const { best } = restore(parts, options.resume);
      this.#best = kept === null ? null : best;
    }
  }

  /**
   * Returns the current state of the run, for `resume`: tensors for one file, with the weights under their own names, and the position, plain
   * data for JSON. Later training does not change it. Call it in the body of the loop, at any event, or before or after the loop. Throws during a
   * step, and after a loss that was not finite.
   */
  checkpoint(): Checkpoint {
    const { obstacle } = this.#stepper;
    if (obstacle !== null) throw new ChainruleError("state", "checkpoint", obstacle);
    const others = { best: this.#last === null ? this.#best : null, last: this.#last };
    return { tensors: gather(this.#making.parts, others), position: toPosition(this.#progress) };
  }

  /**
   * Whether checkpoint() works now. On a GPU several steps may have been taken when the event of the first comes: it works at the event of the
   * last, several times a second, and at all events but "step".
   */
  get canCheckpoint(): boolean {
    return this.#stepper.obstacle === null;
  }

  /** The results of each complete epoch, including those before a resume. */
  get history(): readonly H[] {
    return this.#progress.history as readonly unknown[] as readonly H[];
  }

  /** Describes for people how the step is computed: its graph, its kernels, its memory. Throws before the first step. */
  explain(): string {
    return this.#stepper.explain();
  }

  /**
   * Describes for people the time of one step, with a line for each of its kernels, as Compiled.profile does. The option `profile` selects the
   * step. Throws before this step.
   */
  profile(): string {
    return this.#stepper.profile();
  }

  /** The number of the step that profile() describes, counted as in events; null before this step. */
  get profiled(): number | null {
    return this.#stepper.profiled;
  }

  /** Takes steps while events are requested. Throws if another loop over this run is active. */
  async *[Symbol.asyncIterator](): AsyncGenerator<E, void, undefined> {
    if (this.#running)
      throw new ChainruleError("order", "fit", "this run is in a loop already; end that loop before another one");
    this.#running = true;
    this.#watch.go();
    try {
      for await (const event of this.#events()) {
        if (event.type !== "step") await this.#bringBack();
        this.#watch.halt();
        yield this.#making.convert(event);
        this.#watch.go();
      }
    } finally {
      this.#watch.halt();
      await this.#bringBack();
      this.#running = false;
    }
  }

  /** Brings the weights and the optimisers' tensors back from a device. */
  async #bringBack(): Promise<void> {
    const { model, optimizers, state } = this.#making.parts;
    await settle([model, optimizers, [...state.values()].filter(isHolder)]);
  }

  get #stopping(): boolean {
    return this.#making.options.signal?.aborted ?? false;
  }

  async *#events(): AsyncGenerator<AnyEvent, void, undefined> {
    yield startEvent(this.#making, this.#progress);
    while (true) {
      const reason = reasonToEnd(this.#making, this.#progress);
      if (reason !== null) {
        yield this.#done(reason);
        return;
      }
      await breathe();
      if (this.#stopping) {
        const { epoch, examples } = this.#progress;
        yield { type: "stopped", ...this.#place(epoch), examples };
        return;
      }
      const { stage, batch } = this.#progress;
      if (stage === "validation") yield* this.#validation();
      else if (batch === this.#making.task.stepsPerEpoch || this.#exhausted) yield this.#endEpoch();
      else yield* this.#steps();
    }
  }

  /** Takes the remaining steps of an epoch, until the signal is aborted. */
  async *#steps(): AsyncGenerator<AnyEvent, void, undefined> {
    const { course, stepsPerEpoch } = this.#making.task;
    const { epoch, batch: skipped } = this.#progress;
    let began = this.#watch.seconds;
    const { from, readsAhead } = course(epoch);
    const batches = from(skipped);
    await this.#stepper.open();
    let group: Begun[] = [];
    for await (const batch of readsAhead ? batches : prefetch(batches)) {
      await breathe();
      if (this.#stopping) break;
      group.push(this.#begin(batch, group.length));
      const isLast = this.#progress.batch + group.length === stepsPerEpoch;
      if (!isLast && this.#stepper.runsAhead && group.length < this.#lead.steps) continue;
      yield* this.#end(group, began);
      if (isLast) return;
      group = [];
      began = this.#watch.seconds;
    }
    yield* this.#end(group, began);
    if (this.#stopping) return;
    const { batch } = this.#progress;
    if (batch === 0)
      throw new ChainruleError(
        "data",
        "fit",
        `there was no batch in epoch ${epoch + 1}; the result of a generator can be iterated only once, so give a function, data: () => ...`,
        { epoch: epoch + 1 },
      );
    this.#exhausted = true;
  }

  /** Begins a step, `ahead` steps after the progress. */
  #begin(batch: unknown, ahead: number): Begun {
    const { parts, schedules } = this.#making;
    const { epoch, batch: before, step } = this.#progress;
    setRates(parts.optimizers, schedules, step + ahead);
    const lr = ratesOf(parts.optimizers);
    return this.#stepper.begin(batch, { step: step + ahead + 1, epoch: epoch + 1, batch: before + ahead + 1, lr });
  }

  /**
   * Ends steps that have begun, and gives their events. Where there are several, the weights are those after the last one at all of the events:
   * the progress is too if the loop ends at one of them.
   */
  async *#end(group: readonly Begun[], began: number): AsyncGenerator<AnyEvent, void, undefined> {
    if (group.length === 0) return;
    const all = await Promise.allSettled(group.map((begun) => this.#stepper.end(begun)));
    const seconds = this.#watch.seconds - began;
    this.#lead.add(group.length, seconds);
    let next = 0;
    const take = (): AnyEvent => {
      const [ended, { place }] = [all[next], group[next]];
      if (ended.status === "rejected") {
        next = group.length;
        throw ended.reason;
      }
      next++;
      const event = this.#taken(ended.value, place, seconds / group.length);
      if (next === group.length) this.#stepper.settle();
      return event;
    };
    try {
      while (next < group.length) yield take();
    } finally {
      while (next < group.length) take();
    }
  }

  #taken(counted: Counted, { lr }: StepPlace, seconds: number): TrainingStep<string, string, Rates> {
    const { epoch, batch: before } = this.#progress;
    this.#progress = afterStep(this.#progress, counted);
    const { examples, loss, means } = counted;
    for (const pace of [this.#pace, this.#epochPace]) pace.add(examples, seconds);
    const mean = { ...meanOf(this.#progress), examples: this.#progress.examples };
    return {
      type: "step",
      ...this.#place(epoch),
      batch: before + 1,
      loss,
      ...Object.fromEntries(means),
      mean,
      lr,
      examplesPerSecond: this.#pace.examplesPerSecond,
    } as TrainingStep<string, string, Rates>;
  }

  #endEpoch(): TrainingEpoch<string, string, Rates> {
    const { epoch } = this.#progress;
    const { examplesPerSecond, seconds: epochSeconds } = this.#epochPace;
    this.#epochPace = new Pace();
    this.#exhausted = false;
    const event = { ...this.#place(epoch), ...meanOf(this.#progress), lr: ratesOf(this.#making.parts.optimizers) };
    this.#progress = afterEpoch(this.#progress, { hasValidation: this.#making.task.judge !== null });
    return { type: "epoch", ...event, examplesPerSecond, epochSeconds } as TrainingEpoch<string, string, Rates>;
  }

  /** Validates, and gives one event; none if the signal is aborted meanwhile. */
  async *#validation(): AsyncGenerator<AnyEvent, void, undefined> {
    const { task, parts, options } = this.#making;
    const { signal } = options;
    const { epoch } = this.#progress;
    const began = this.#watch.seconds;
    if (task.judge === null) {
      this.#progress = { ...this.#progress, ...epochStart(epoch + 1) };
      return;
    }
    const judgement = await task.judge(signal).catch((error: unknown) => {
      if (signal?.aborted && error === signal.reason) return null;
      throw error;
    });
    if (judgement === null) return;
    const { means, beside } = judgement;
    const { improved, progress } = afterValidation(this.#progress, means, task.tracked);
    this.#progress = progress;
    if (task.keepBest && improved.has(task.monitor)) this.#best = parts.model.stateDict();
    yield {
      type: "validation",
      ...this.#place(epoch),
      ...means,
      ...beside,
      improved: improved.has(task.monitor),
      validationSeconds: this.#watch.seconds - began,
    } as TrainingValidation<string>;
  }

  #done(reason: TrainingDone["reason"]): TrainingDone<string> {
    const { model } = this.#making.parts;
    if (this.#best !== null && this.#last === null) {
      this.#last = model.stateDict();
      model.loadStateDict(this.#best);
    }
    return { type: "done", reason, ...this.#place(this.#progress.epoch - 1), restored: this.#last !== null };
  }

  /** The properties that the events of an epoch have in common; `epoch` is counted from 0 here. */
  #place(epoch: number): { epoch: number; step: number; seconds: number; best: BestEpoch | null } {
    return {
      epoch: epoch + 1,
      step: this.#progress.step,
      seconds: this.#watch.seconds,
      best: bestOf(this.#making, this.#progress),
    };
  }
}
