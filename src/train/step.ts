// One step as one program: forward, backward, update, and how many answers were right before it. While it is on its way, and after
// it went wrong, weights and position do not belong together, and there is nothing to save.
import { type Compiled, compile } from "../compiler/compile.ts";
import { crossEntropy } from "../nn/losses.ts";
import type { Module } from "../nn/module.ts";
import { clipGradNorm } from "../optim/clip.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Loss } from "./evaluate.ts";
import { inMode } from "./modes.ts";
import type { FitOptions } from "./options.ts";
import type { RandomStream } from "./random-stream.ts";

/** The batch's mean loss, a scalar, and its right answers, int32 []. */
type Program = Compiled<[images: Tensor, labels: Tensor], { loss: Tensor; correct: Tensor }>;

function program(model: Module, options: FitOptions): Program {
  const { optimizer, labelSmoothing = 0, clipNorm, checkFinite = false } = options;
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
    { checkFinite },
  );
}

export class Stepper {
  readonly #model: Module;
  readonly #random: RandomStream;
  readonly #program: Program;
  #unsettled: string | null = null;

  constructor(model: Module, options: FitOptions, random: RandomStream) {
    this.#model = model;
    this.#random = random;
    this.#program = program(model, options);
  }

  /** Why there is nothing to save; null where there is. */
  get unsettled(): string | null {
    return this.#unsettled;
  }

  explain(): string {
    return this.#program.explain();
  }

  /**
   * Learns from a batch: its mean loss and its right answers before that. `place` is for messages. The step is on its way until
   * settle(). Throws where the loss is not finite.
   */
  async take(images: Tensor, labels: Tensor, place: string): Promise<{ loss: number; correct: number }> {
    this.#unsettled = "a step is on its way; call it in the body of the loop, at an event";
    const computed = this.#compute(images, labels, place);
    const [[loss], [correct]] = await Promise.all([computed.loss.read(), computed.correct.read()]);
    if (Number.isFinite(loss)) return { loss, correct };
    this.#unsettled = `the loss became ${loss}, and the weights with it; resume an earlier checkpoint`;
    throw new Error(
      `fit: the loss became ${loss} in ${place}; a lower learning rate, or clipNorm, may help, and checkFinite: true names the ` +
        "operation that it came from. The weights are spoiled: begin anew, or resume an earlier checkpoint",
    );
  }

  /** The position is that after the step. */
  settle(): void {
    this.#unsettled = null;
  }

  #compute(images: Tensor, labels: Tensor, place: string): ReturnType<Program> {
    try {
      return inMode(this.#model, true, () => this.#random.run(() => this.#program(images, labels)));
    } catch (error) {
      // After checkFinite all tensors are as they were before the step.
      const found = error instanceof Error && error.message.startsWith("checkFinite:");
      this.#unsettled = found ? null : "the last step failed; resume an earlier checkpoint";
      throw found ? new Error(`fit: in ${place}: ${error.message}`, { cause: error }) : error;
    }
  }
}
