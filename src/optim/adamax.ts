// Adamax is Adam with the largest recent gradient in the place of the root of the mean square (Kingma and Ba 2015; PyTorch's Adamax).
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimized } from "./groups.ts";
import {
  biasOf,
  decayed,
  declarePointwise,
  Optimizer,
  type Settings,
  type State,
  stepCounter,
  zerosLike,
} from "./optimizer.ts";

/** The options of Adamax. */
export interface AdamaxOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 2e-3 if left out. */
  lr?: number | Tensor | undefined;
  /** The decay rates of the running mean and of the running maximum, each from 0 and below 1; [0.9, 0.999] if left out. */
  betas?: readonly [number, number] | undefined;
  /** Added to |g|, so that the denominator is not 0; 1e-8 if left out. */
  eps?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<AdamaxOptions> = { lr: true, betas: true, eps: true, weightDecay: true, maximize: true };

/**
 * g = grad + weightDecay · p; m = β₁m + (1 - β₁)g; u = max(β₂ · u, |g| + eps); p -= lr/(1 - β₁ᵗ) · m/u, where t counts the steps from 1.
 */
export class Adamax extends Optimizer {
  static {
    declarePointwise(Adamax.prototype.update);
  }

  readonly #options: Required<Pick<AdamaxOptions, "betas" | "eps">>;

  constructor(parameters: Optimized, options: AdamaxOptions = {}) {
    takes("Adamax", arguments.length, 2);
    checkOptions("Adamax", options, names);
    const { lr = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, maximize = false } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter) => ({
      step: stepCounter(),
      exp_avg: zerosLike(parameter),
      exp_inf: zerosLike(parameter),
    }));
    checkNumber("Adamax", "betas[0]", betas[0], { from: 0, below: 1 });
    checkNumber("Adamax", "betas[1]", betas[1], { from: 0, below: 1 });
    checkNumber("Adamax", "eps", eps, { from: 0 });
    this.#options = { betas, eps };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { step, exp_avg: m, exp_inf: u } = state;
    const { betas, eps } = this.#options;
    const [beta1, beta2] = betas;
    const g = decayed(grad, p, settings);
    step.assign(step.add(1));
    m.assign(m.mul(beta1).add(g.mul(1 - beta1)));
    u.assign(u.mul(beta2).maximum(g.abs().add(eps)));
    p.assign(p.sub(m.div(u).mul(settings.lr.div(biasOf(beta1, step)).to(p.dtype))));
  }
}
