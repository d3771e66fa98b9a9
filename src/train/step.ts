// Takes steps, each as one program: forward, backward, update, and the numbers for events. During a step, and after one that failed, weights
// and progress do not belong together, so that no checkpoint can be made.
import { type Compiled, compile } from "../compiler/compile.ts";
import { ChainruleError } from "../errors/error.ts";
import type { Module } from "../nn/module.ts";
import { backendOf, type Device } from "./device.ts";
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

/** A step that has begun: the numbers that it computes, which may come later. */
export interface Begun {
  readonly batch: unknown;
  readonly place: StepPlace;
  readonly computed: Computed | Promise<Computed>;
}

export class Stepper {
  readonly #model: Module;
  readonly #random: RandomStream;
  readonly #learn: Task["learn"];
  /** How steps are compiled; null if they are not. */
  readonly #compiling: {
    readonly device: Device | undefined;
    readonly threads: number | undefined;
    readonly checkFinite: boolean;
  } | null;
  /** null before the first step, and if steps are not compiled. */
  #program: Compiled<[batch: unknown], Computed> | null = null;
  #runsAhead = false;
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
    this.#compiling = compiled ? { device, threads, checkFinite } : null;
    this.#fullBatch = fullBatch;
    this.#stepsBeforeProfile = options.profile ?? null;
  }

  /** Why no checkpoint can be made; null if one can. */
  get obstacle(): string | null {
    return this.#obstacle;
  }

  explain(): string {
    if (this.#compiling === null)
      throw new ChainruleError("order", "explain", "steps of this run are not compiled; leave out compile: false");
    if (this.#program === null)
      throw new ChainruleError("order", "explain", "there is no program before the first step; take one");
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

  /** Whether steps run on a device that need not be waited for: several may begin before the numbers of the first are read. */
  get runsAhead(): boolean {
    return this.#runsAhead;
  }

  /** Opens the device of the steps. */
  async open(): Promise<void> {
    if (this.#compiling === null || this.#program !== null) return;
    const { device, threads, checkFinite } = this.#compiling;
    const backend = await backendOf("fit", device, { onHost: checkFinite });
    this.#runsAhead = backend === "webgpu";
    this.#program = compile(this.#learn, { checkFinite, threads, backend });
  }

  /** Begins a step on a batch. The step lasts until settle(). */
  begin(batch: unknown, place: StepPlace): Begun {
    this.#obstacle = this.#runsAhead
      ? "steps are running on the device; call it at the last event before the next pause, such as that of an epoch"
      : "a step is running; call it in the body of the loop, at an event";
    const computed = this.#attempt(place, () => this.#compute(batch, place.step));
    this.#stepsTaken++;
    return { batch, place, computed };
  }

  /** The numbers of a step from before the update. Throws if the loss is not finite. */
  async end({ batch, place, computed }: Begun): Promise<Counted> {
    const counted = await count(await computed, batch);
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

  #compute(batch: unknown, step: number): Computed | Promise<Computed> {
    const program = this.#program;
    if (program === null) return this.#learn(batch);
    const isDue =
      this.#stepsBeforeProfile !== null && this.#profile === null && this.#stepsTaken >= this.#stepsBeforeProfile;
    if (!isDue || (this.#fullBatch !== null && examplesOf(batch) < this.#fullBatch)) return program(batch);
    if (this.#runsAhead) return this.#timed(program, batch, step);
    const { result, report } = program.profiled(batch);
    this.#profile = { step, report };
    return result;
  }

  async #timed(program: Compiled<[batch: unknown], Computed>, batch: unknown, step: number): Promise<Computed> {
    const { result, report } = await program.timed(batch);
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
