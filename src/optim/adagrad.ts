// Adagrad divides gradients by the root of the sum of their squares, so that weights with rare gradients take long steps (Duchi et al. 2011;
// PyTorch's Adagrad).
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimized } from "./groups.ts";
import { decayed, declarePointwise, fullLike, Optimizer, type Settings, type State, stepCounter } from "./optimizer.ts";

/** The options of Adagrad. */
export interface AdagradOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-2 if left out. */
  lr?: number | Tensor | undefined;
  /** By how much the learning rate falls: it is lr/(1 + t · lrDecay) after t steps. From 0; 0 if left out. */
  lrDecay?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** What the sums of squares begin with, from 0; 0 if left out. */
  initialAccumulatorValue?: number | undefined;
  /** Added to the denominator, so that it is not 0; 1e-10 if left out. */
  eps?: number | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<AdagradOptions> = {
  lr: true,
  lrDecay: true,
  weightDecay: true,
  initialAccumulatorValue: true,
  eps: true,
  maximize: true,
};

/**
 * g = grad + weightDecay · p; s = s + g²; p -= lr/(1 + (t - 1) · lrDecay) · g / (√s + eps), where t counts the steps from 1, and s begins with
 * initialAccumulatorValue.
 */
export class Adagrad extends Optimizer {
  static {
    declarePointwise(Adagrad.prototype.update);
  }

  readonly #options: Required<Pick<AdagradOptions, "lrDecay" | "eps">>;

  constructor(parameters: Optimized, options: AdagradOptions = {}) {
    takes("Adagrad", arguments.length, 2);
    checkOptions("Adagrad", options, names);
    const {
      lr = 1e-2,
      lrDecay = 0,
      weightDecay = 0,
      initialAccumulatorValue = 0,
      eps = 1e-10,
      maximize = false,
    } = options;
    checkNumber("Adagrad", "lrDecay", lrDecay, { from: 0 });
    checkNumber("Adagrad", "initialAccumulatorValue", initialAccumulatorValue, { from: 0 });
    super(parameters, { lr, weightDecay, maximize }, (parameter) => ({
      step: stepCounter(),
      sum: fullLike(parameter, initialAccumulatorValue),
    }));
    checkNumber("Adagrad", "eps", eps, { from: 0 });
    this.#options = { lrDecay, eps };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { step, sum } = state;
    const { lrDecay, eps } = this.#options;
    const g = decayed(grad, p, settings);
    const rate = settings.lr.div(step.mul(lrDecay).add(1));
    step.assign(step.add(1));
    sum.assign(sum.add(g.square()));
    p.assign(p.sub(g.div(sum.sqrt().add(eps)).mul(rate.to(p.dtype))));
  }
}
