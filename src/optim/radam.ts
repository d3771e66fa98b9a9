// RAdam is Adam that begins as gradient descent with momentum, until there are enough gradients for their mean square to mean something
// (Liu et al. 2020; PyTorch's RAdam).
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
  shrunk,
  stepCounter,
  zerosLike,
} from "./optimizer.ts";

/** The options of RAdam. */
export interface RAdamOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-3 if left out. */
  lr?: number | Tensor | undefined;
  /** The decay rates of the running mean and of the running mean square, each from 0 and below 1; [0.9, 0.999] if left out. */
  betas?: readonly [number, number] | undefined;
  /** Added to the denominator, so that it is not 0; 1e-8 if left out. */
  eps?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** Whether the weight decay shrinks the weights by lr · weightDecay instead of being added to the gradient; false if left out. */
  decoupledWeightDecay?: boolean | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<RAdamOptions> = {
  lr: true,
  betas: true,
  eps: true,
  weightDecay: true,
  decoupledWeightDecay: true,
  maximize: true,
};

/**
 * g = grad + weightDecay · p; m and v as in Adam; ρ = ρ∞ - 2t · β₂ᵗ/(1 - β₂ᵗ), with ρ∞ = 2/(1 - β₂) - 1, where t counts the steps from 1.
 * d = lr · m/(1 - β₁ᵗ). Where ρ > 5, p -= d · r · √(1 - β₂ᵗ) / (√v + eps) with r = √((ρ - 4)(ρ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρ)), else p -= d.
 */
export class RAdam extends Optimizer {
  static {
    declarePointwise(RAdam.prototype.update);
  }

  readonly #options: Required<Pick<RAdamOptions, "betas" | "eps" | "decoupledWeightDecay">>;

  constructor(parameters: Optimized, options: RAdamOptions = {}) {
    takes("RAdam", arguments.length, 2);
    checkOptions("RAdam", options, names);
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      decoupledWeightDecay = false,
      maximize = false,
    } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter) => ({
      step: stepCounter(),
      exp_avg: zerosLike(parameter),
      exp_avg_sq: zerosLike(parameter),
    }));
    checkNumber("RAdam", "betas[0]", betas[0], { from: 0, below: 1 });
    checkNumber("RAdam", "betas[1]", betas[1], { from: 0, below: 1 });
    checkNumber("RAdam", "eps", eps, { from: 0 });
    this.#options = { betas, eps, decoupledWeightDecay };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { step, exp_avg: m, exp_avg_sq: v } = state;
    const { betas, eps, decoupledWeightDecay } = this.#options;
    const [beta1, beta2] = betas;
    if (decoupledWeightDecay && settings.weightDecay !== 0) p.assign(shrunk(p, settings));
    const g = decayed(grad, p, decoupledWeightDecay ? { ...settings, weightDecay: 0 } : settings);
    step.assign(step.add(1));
    m.assign(m.mul(beta1).add(g.mul(1 - beta1)));
    v.assign(v.mul(beta2).add(g.square().mul(1 - beta2)));
    const [bias1, bias2] = betas.map((beta) => biasOf(beta, step));
    const limit = 2 / (1 - beta2) - 1;
    const rho = step.mul(bias2.neg().add(1)).mul(-2).div(bias2).add(limit);
    const isAdaptive = rho.gt(5);
    const known = rho.where(isAdaptive, 5);
    const factor = limit / ((limit - 4) * (limit - 2));
    const rectified = known.sub(4).mul(known.sub(2)).div(known).mul(factor).mul(bias2).sqrt();
    const direction = m.mul(settings.lr.div(bias1).to(p.dtype));
    const adaptive = direction.div(v.sqrt().add(eps)).mul(rectified.to(p.dtype));
    p.assign(p.sub(adaptive.where(isAdaptive, direction)));
  }
}
