// Takes steps, each as one program: forward, backward, update, and the numbers for events. During a step, and after one that failed, weights
// and progress do not belong together, so that no checkpoint can be made.
import { type Compiled, compile } from "../compiler/compile.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Module } from "../nn/module.ts";
import { backendFor } from "./device.ts";
import { inMode } from "./modes.ts";
import type { RunOptions } from "./options.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Rates } from "./rates.ts";
import { type Computed, type Counted, count, examplesOf } from "./tally.ts";
import type { Task } from "./task.ts";

/** The time of one step, kernel by kernel. */
interface Profile {
  /** Counted from 1 over all epochs. */
  readonly step: number;
  readonly report: string;
}

/** The numbers of a step, counted from 1, where `step` is counted over all epochs; and its learning rate. */
export interface StepPlace {
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;
  readonly lr: Rates;
}

export class Stepper {
  readonly #model: Module;
  readonly #random: RandomStream;
  readonly #learn: Task["learn"];
  /** null if steps are not compiled. */
  readonly #program: Compiled<[batch: unknown], Computed> | null;
  /** Number of examples of a full batch; null if batches may have any size. */
  readonly #fullBatch: number | null;
  /** Number of steps before the one that is profiled; null if none is profiled. */
  readonly #stepsBeforeProfile: number | null;
  #stepsTaken = 0;
  #profile: Profile | null = null;
  #obstacle: string | null = null;

  constructor(model: Module, { learn, fullBatch }: Task, options: RunOptions, random: RandomStream) {
    const { checkFinite = false, threads, device, compile: compiled = true } = options;
    this.#model = model;
    this.#random = random;
    this.#learn = learn;
    this.#program = compiled ? compile(learn, { checkFinite, threads, backend: backendFor("fit", device) }) : null;
    this.#fullBatch = fullBatch;
    this.#stepsBeforeProfile = options.profile ?? null;
  }

  /** Why no checkpoint can be made; null if one can. */
  get obstacle(): string | null {
    return this.#obstacle;
  }

  explain(): string {
    if (this.#program === null)
      throw new ChainruleError("order", "explain", "steps of this run are not compiled; leave out compile: false");
    return this.#program.explain();
  }

  get profiled(): number | null {
    return this.#profile?.step ?? null;
  }

  profile(): string {
    if (this.#profile !== null) return this.#profile.report;
    if (this.#stepsBeforeProfile === null)
      throw new ChainruleError(
        "order",
        "profile",
        "no step is profiled in this run; give fit { profile: 50 } to profile a step after 50 others",
      );
    throw new ChainruleError(
      "order",
      "profile",
      `no step has been profiled yet; call it after the first step with a full batch that follows ${this.#stepsBeforeProfile} steps of this run`,
    );
  }

  /** Takes a step on a batch, and returns its numbers from before the update. The step lasts until settle(). Throws if the loss is not finite. */
  async take(batch: unknown, place: StepPlace): Promise<Counted> {
    this.#obstacle = "a step is running; call it in the body of the loop, at an event";
    const counted = await count(
      this.#attempt(place, () => this.#compute(batch, place.step)),
      batch,
    );
    this.#stepsTaken++;
    const { loss } = counted;
    if (Number.isFinite(loss)) return counted;
    this.#obstacle = `the loss became ${loss}, and the weights are unusable; resume an earlier checkpoint`;
    throw new ChainruleError(
      "diverged",
      "fit",
      `the loss became ${loss} in ${describePlace(place)}; a lower learning rate, or clipNorm, may help, and checkFinite: true names the ` +
        "operation that caused it. The weights are unusable: start again, or resume an earlier checkpoint",
      { loss, ...place },
    );
  }

  /** Ends a step, after the run's progress has been updated. */
  settle(): void {
    this.#obstacle = null;
  }

  #compute(batch: unknown, step: number): Computed {
    const program = this.#program;
    if (program === null) return this.#learn(batch);
    const isDue =
      this.#stepsBeforeProfile !== null && this.#profile === null && this.#stepsTaken >= this.#stepsBeforeProfile;
    if (!isDue || (this.#fullBatch !== null && examplesOf(batch) < this.#fullBatch)) return program(batch);
    const { result, report } = program.profiled(batch);
    this.#profile = { step, report };
    return result;
  }

  #attempt<T>(place: StepPlace, compute: () => T): T {
    try {
      return inMode(this.#model, true, () => this.#random.run(compute));
    } catch (error) {
      // checkFinite has restored all tensors to their contents before the step.
      const found = error instanceof ChainruleError && error.code === "nonfinite";
      this.#obstacle = found ? null : "the last step failed; resume an earlier checkpoint";
      throw found
        ? new ChainruleError(
            "nonfinite",
            "fit",
            `in ${describePlace(place)}: ${error.message}`,
            { ...error.details, ...place },
            { cause: error },
          )
        : error;
    }
  }
}

function describePlace({ epoch, batch, lr }: StepPlace): string {
  const rates =
    typeof lr === "number"
      ? lr
      : Object.entries(lr)
          .map(([name, rate]) => `${rate} of ${name}`)
          .join(", ");
  return `epoch ${epoch}, batch ${batch}, with the learning rate ${rates}`;
}
