// Averages of the weights over the last steps. They are often a better model than the weights of the last step, since noise moves the
// weights from step to step and averages out (Polyak and Juditsky 1992). It computes what PyTorch's AveragedModel with
// get_ema_multi_avg_fn does.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensors, takes } from "../tensor/arguments.ts";
import { full } from "../tensor/create.ts";
import { label } from "../tensor/labels.ts";
import { noGrad } from "../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { holdings } from "../tensor/settle.ts";
import { assignAll, stateOf } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The options of ExponentialMovingAverage. */
export interface ExponentialMovingAverageOptions {
  /** The weight of the old average at each update, from 0 and below 1; 0.999 if left out. */
  readonly decay?: number | undefined;
}

const names: OptionNames<ExponentialMovingAverageOptions> = { decay: true };

/**
 * Exponential moving averages of parameters. Call `update()` after each optimiser step, also in a compiled one: it computes average =
 * decay · average + (1 - decay) · parameter; the first update copies the parameters. To evaluate with the averages, `swap()` them with
 * the parameters, and `swap()` again before training continues, or `copyTo` the parameters of another model. The constructor makes all
 * tensors of the state.
 */
export class ExponentialMovingAverage {
  /** One average for each parameter, in order. */
  readonly averages: readonly Tensor[];
  readonly #parameters: readonly Tensor[];
  readonly #updates = full([], 0, { dtype: "int32" });
  readonly #decay: number;

  constructor(parameters: readonly Tensor[], options: ExponentialMovingAverageOptions = {}) {
    takes("ExponentialMovingAverage", arguments.length, 2);
    checkTensors("ExponentialMovingAverage", "parameters", parameters);
    checkOptions("ExponentialMovingAverage", options, names);
    const { decay = 0.999 } = options;
    checkNumber("ExponentialMovingAverage", "decay", decay, { from: 0, below: 1 });
    if (parameters.length === 0)
      throw new ChainruleError("option", "ExponentialMovingAverage", "there are no parameters to average");
    if (new Set(parameters).size !== parameters.length)
      throw new ChainruleError("option", "ExponentialMovingAverage", "a parameter is listed twice");
    this.#parameters = [...parameters];
    this.#decay = decay;
    this.averages = parameters.map((parameter) => parameter.detach());
    for (const [name, tensor] of this.#entries()) label(tensor, { owner: this, kind: "average", name });
  }

  /** Updates the averages with the parameters as they are now. */
  update(): void {
    takes("update", arguments.length, 0);
    noGrad(() => {
      const first = this.#updates.eq(0);
      for (const [i, average] of this.averages.entries()) {
        const parameter = this.#parameters[i];
        const next = average.add(parameter.sub(average).mul(1 - this.#decay));
        average.assign(parameter.where(first, next));
      }
      this.#updates.assign(this.#updates.add(1));
    });
  }

  /** Swaps the contents of parameters and averages. Compiled functions then use the swapped contents. */
  swap(): void {
    takes("swap", arguments.length, 0);
    for (const [i, average] of this.averages.entries()) {
      const [before, averaged] = [this.#parameters[i].detach(), average.detach()];
      this.#parameters[i].assign(averaged);
      average.assign(before);
    }
  }

  /** Assigns the averages to the parameters of another model. Throws, and changes nothing, unless number and shapes are the same. */
  copyTo(parameters: readonly Tensor[]): void {
    takes("copyTo", arguments.length, 1);
    const named = (tensors: readonly Tensor[]) => new Map(tensors.map((tensor, i) => [`parameter ${i}`, tensor]));
    assignAll(named(parameters), named(this.averages), "the model to copy to");
  }

  /** Returns copies of the number of updates, "n_averaged", and of the averages, "average.0", .... */
  stateDict(): Map<string, Tensor> {
    takes("stateDict", arguments.length, 0);
    return stateOf([...this.#entries()].map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** Returns the tensors of stateDict() as an object, which JSON.stringify writes. */
  toJSON(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.stateDict());
  }

  /** Restores a state that stateDict() returned. Throws, and changes nothing, if a tensor is missing, unknown or of another shape. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    takes("loadStateDict", arguments.length, 1);
    assignAll(this.#entries(), state, "this average");
  }

  /** The averages, their number of updates and the parameters, for settle(). */
  [holdings](): Iterable<Tensor> {
    return [...this.#entries().values(), ...this.#parameters];
  }

  #entries(): Map<string, Tensor> {
    return new Map([
      ["n_averaged", this.#updates] as const,
      ...this.averages.map((average, i) => [`average.${i}`, average] as const),
    ]);
  }
}
