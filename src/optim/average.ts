// The mean over the last many steps is often a better model than the last step (Polyak and Juditsky 1992): weights jitter around
// where they are going, and their average does not. As PyTorch's AveragedModel with get_ema_multi_avg_fn.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensors, takes } from "../tensor/arguments.ts";
import { full } from "../tensor/create.ts";
import { noGrad } from "../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { assignAll, stateOf } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What ExponentialMovingAverage takes. */
export interface ExponentialMovingAverageOptions {
  /** How much of the average stays at each update, from 0 and below 1; 0.999 if left out. */
  readonly decay?: number | undefined;
}

const names: OptionNames<ExponentialMovingAverageOptions> = { decay: true };

/**
 * Averages of parameters: `update()` after each optimiser step, also in a compiled one, makes average = decay · average +
 * (1 - decay) · parameter, and at the first takes the parameters as they are. To evaluate with the averages, `swap()` them with the
 * parameters, and again to go on training, or `copyTo` another model's parameters. All its tensors are made here.
 */
export class ExponentialMovingAverage {
  /** One for each parameter, in order. */
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
  }

  /** Takes in the parameters as they are now. */
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

  /** Parameters and averages change places; what was compiled runs with them as they then are. */
  swap(): void {
    takes("swap", arguments.length, 0);
    for (const [i, average] of this.averages.entries()) {
      const [before, averaged] = [this.#parameters[i].detach(), average.detach()];
      this.#parameters[i].assign(averaged);
      average.assign(before);
    }
  }

  /** Assigns the averages to these, another model's parameters. Throws, and changes nothing, unless they are alike. */
  copyTo(parameters: readonly Tensor[]): void {
    takes("copyTo", arguments.length, 1);
    const named = (tensors: readonly Tensor[]) => new Map(tensors.map((tensor, i) => [`parameter ${i}`, tensor]));
    assignAll(named(parameters), named(this.averages), "what is copied to");
  }

  /** "n_averaged", the updates so far, and "average.0", ..., as they are now. */
  stateDict(): Map<string, Tensor> {
    takes("stateDict", arguments.length, 0);
    return stateOf([...this.#entries()].map(([name, tensor]) => [name, tensor.detach()]));
  }

  /** For JSON.stringify: the tensors of stateDict() by name. */
  toJSON(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.stateDict());
  }

  /** Takes all of it over. Throws, and changes nothing, if anything is missing, unknown or of another shape. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    takes("loadStateDict", arguments.length, 1);
    assignAll(this.#entries(), state, "this average");
  }

  #entries(): Map<string, Tensor> {
    return new Map([
      ["n_averaged", this.#updates] as const,
      ...this.averages.map((average, i) => [`average.${i}`, average] as const),
    ]);
  }
}
