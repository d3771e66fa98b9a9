// One step as one program: forward, backward, update, and the numbers that it tells. While it is on its way, and after it went wrong,
// weights and position do not belong together, and there is nothing to save.
import { type Compiled, compile } from "../compiler/compile.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Module } from "../nn/module.ts";
import { inMode } from "./modes.ts";
import type { RunOptions } from "./options.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Rates } from "./rates.ts";
import { type Computed, type Counted, count, examplesOf } from "./tally.ts";
import type { Task } from "./task.ts";

/** Where the time of one step went. */
interface Profile {
  /** Counted from 1 through all epochs. */
  readonly step: number;
  readonly report: string;
}

/** Which step it is: all counted from 1, `step` through all epochs; and its learning rate. */
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
  /** null where steps are not compiled. */
  readonly #program: Compiled<[batch: unknown], Computed> | null;
  /** The examples of a whole batch; null where any batch is one. */
  readonly #whole: number | null;
  /** So many steps come before one that is profiled; null where none is wanted. */
  readonly #before: number | null;
  #taken = 0;
  #profile: Profile | null = null;
  #unsettled: string | null = null;

  constructor(model: Module, { learn, whole }: Task, options: RunOptions, random: RandomStream) {
    const { checkFinite = false, threads, compile: compiled = true } = options;
    this.#model = model;
    this.#random = random;
    this.#learn = learn;
    this.#program = compiled ? compile(learn, { checkFinite, threads }) : null;
    this.#whole = whole;
    this.#before = options.profile ?? null;
  }

  /** Why there is nothing to save; null where there is. */
  get unsettled(): string | null {
    return this.#unsettled;
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
    if (this.#before === null)
      throw new ChainruleError(
        "order",
        "profile",
        "no step is profiled in this run; give fit { profile: 50 } for the one after 50 steps",
      );
    throw new ChainruleError(
      "order",
      "profile",
      `no step has been profiled yet; the first with a whole batch after ${this.#before} steps of this run will be, call it then`,
    );
  }

  /**
   * Learns from a batch: its numbers before that. The step is on its way until settle(). Throws where the loss is not finite.
   */
  async take(batch: unknown, place: StepPlace): Promise<Counted> {
    this.#unsettled = "a step is on its way; call it in the body of the loop, at an event";
    const counted = await count(
      this.#attempt(place, () => this.#compute(batch, place.step)),
      batch,
    );
    this.#taken++;
    const { loss } = counted;
    if (Number.isFinite(loss)) return counted;
    this.#unsettled = `the loss became ${loss}, and the weights with it; resume an earlier checkpoint`;
    throw new ChainruleError(
      "diverged",
      "fit",
      `the loss became ${loss} in ${words(place)}; a lower learning rate, or clipNorm, may help, and checkFinite: true names the ` +
        "operation that it came from. The weights are spoiled: begin anew, or resume an earlier checkpoint",
      { loss, ...place },
    );
  }

  /** The position is that after the step. */
  settle(): void {
    this.#unsettled = null;
  }

  #compute(batch: unknown, step: number): Computed {
    const program = this.#program;
    if (program === null) return this.#learn(batch);
    const wanted = this.#before !== null && this.#profile === null && this.#taken >= this.#before;
    if (!wanted || (this.#whole !== null && examplesOf(batch) < this.#whole)) return program(batch);
    const { result, report } = program.profiled(batch);
    this.#profile = { step, report };
    return result;
  }

  #attempt<T>(place: StepPlace, compute: () => T): T {
    try {
      return inMode(this.#model, true, () => this.#random.run(compute));
    } catch (error) {
      // After checkFinite all tensors are as they were before the step.
      const found = error instanceof ChainruleError && error.code === "nonfinite";
      this.#unsettled = found ? null : "the last step failed; resume an earlier checkpoint";
      throw found
        ? new ChainruleError(
            "nonfinite",
            "fit",
            `in ${words(place)}: ${error.message}`,
            { ...error.details, ...place },
            { cause: error },
          )
        : error;
    }
  }
}

function words({ epoch, batch, lr }: StepPlace): string {
  const rates =
    typeof lr === "number"
      ? lr
      : Object.entries(lr)
          .map(([name, rate]) => `${rate} of ${name}`)
          .join(", ");
  return `epoch ${epoch}, batch ${batch}, with the learning rate ${rates}`;
}
