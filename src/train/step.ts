// One step as one program: forward, backward, update, and how many answers were right before it. While it is on its way, and after
// it went wrong, weights and position do not belong together, and there is nothing to save.

import { type Compiled, compile } from "../compiler/compile.ts";
import type { Batch } from "../data/pictures.ts";
import { ChainruleError } from "../errors/error.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Layer } from "../nn/module.ts";
import { clipGradNorm } from "../optim/clip.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Loss } from "./evaluate.ts";
import { inMode } from "./modes.ts";
import type { FitOptions } from "./options.ts";
import type { RandomStream } from "./random-stream.ts";

/** The batch's mean loss, a scalar, and its right answers, int32 []. */
type Program = Compiled<[images: Tensor, labels: Tensor], { loss: Tensor; correct: Tensor }>;

function program(model: Layer, options: FitOptions): Program {
  const { optimizer, labelSmoothing = 0, clipNorm, checkFinite = false, threads } = options;
  const lossOf: Loss = options.loss ?? ((logits, labels) => crossEntropy(logits, labels, { labelSmoothing }));
  return compile(
    (images: Tensor, labels: Tensor) => {
      const logits = model.forward(images);
      const loss = lossOf(logits, labels);
      optimizer.zeroGrad();
      loss.backward();
      if (clipNorm !== undefined) clipGradNorm(model.parameters(), clipNorm);
      optimizer.step();
      return { loss: loss.detach(), correct: logits.detach().argmax(1).eq(labels).sum() };
    },
    { checkFinite, threads },
  );
}

/** Where the time of one step went. */
interface Profile {
  /** Counted from 1 through all epochs. */
  readonly step: number;
  readonly report: string;
}

/** Which step it is: its number as in Profile, and words for messages. */
interface Place {
  readonly step: number;
  readonly place: string;
}

export class Stepper {
  readonly #model: Layer;
  readonly #random: RandomStream;
  readonly #program: Program;
  /** The pictures of a whole batch. */
  readonly #whole: number;
  /** So many steps come before one that is profiled; null where none is wanted. */
  readonly #before: number | null;
  #taken = 0;
  #profile: Profile | null = null;
  #unsettled: string | null = null;

  constructor(model: Layer, options: FitOptions, random: RandomStream) {
    this.#model = model;
    this.#random = random;
    this.#program = program(model, options);
    this.#whole = Math.min(options.batchSize, options.train.labels.size);
    this.#before = options.profile ?? null;
  }

  /** Why there is nothing to save; null where there is. */
  get unsettled(): string | null {
    return this.#unsettled;
  }

  explain(): string {
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
   * Learns from a batch: its mean loss and its right answers before that. The step is on its way until settle(). Throws where the loss
   * is not finite.
   */
  async take({ images, labels }: Batch, { step, place }: Place): Promise<{ loss: number; correct: number }> {
    this.#unsettled = "a step is on its way; call it in the body of the loop, at an event";
    const computed = this.#attempt(place, () => this.#compute(images, labels, step));
    this.#taken++;
    const [[loss], [correct]] = await Promise.all([computed.loss.read(), computed.correct.read()]);
    if (Number.isFinite(loss)) return { loss, correct };
    this.#unsettled = `the loss became ${loss}, and the weights with it; resume an earlier checkpoint`;
    throw new ChainruleError(
      "diverged",
      "fit",
      `the loss became ${loss} in ${place}; a lower learning rate, or clipNorm, may help, and checkFinite: true names the ` +
        "operation that it came from. The weights are spoiled: begin anew, or resume an earlier checkpoint",
      { loss, place, step },
    );
  }

  /** The position is that after the step. */
  settle(): void {
    this.#unsettled = null;
  }

  #compute(images: Tensor, labels: Tensor, step: number): ReturnType<Program> {
    const wanted = this.#before !== null && this.#profile === null;
    if (!wanted || this.#taken < this.#before || labels.size < this.#whole) return this.#program(images, labels);
    const { result, report } = this.#program.profiled(images, labels);
    this.#profile = { step, report };
    return result;
  }

  #attempt<T>(place: string, compute: () => T): T {
    try {
      return inMode(this.#model, true, () => this.#random.run(compute));
    } catch (error) {
      // After checkFinite all tensors are as they were before the step.
      const found = error instanceof ChainruleError && error.code === "nonfinite";
      this.#unsettled = found ? null : "the last step failed; resume an earlier checkpoint";
      throw found
        ? new ChainruleError("nonfinite", "fit", `in ${place}: ${error.message}`, error.details, { cause: error })
        : error;
    }
  }
}
