// Adam and AdamW: the step of each weight follows from running means of its gradients and of their squares (Kingma and Ba 2015;
// PyTorch's Adam and AdamW).
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
  shrunk,
  stepCounter,
  zerosLike,
} from "./optimizer.ts";

/** The options of Adam and AdamW. */
export interface AdamOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-3 if left out. */
  lr?: number | Tensor | undefined;
  /** The decay rates of the running mean and of the running mean square, each from 0 and below 1; [0.9, 0.999] if left out. */
  betas?: readonly [number, number] | undefined;
  /** Added to the denominator, so that it is not 0; 1e-8 if left out. */
  eps?: number | undefined;
  /** The factor of the weight decay, which pulls weights towards 0; from 0. 0 if left out, and 0.01 in AdamW. */
  weightDecay?: number | undefined;
  /** Whether to divide by the largest mean square so far instead of the current one (Reddi et al. 2018); false if left out. */
  amsgrad?: boolean | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<AdamOptions> = {
  lr: true,
  betas: true,
  eps: true,
  weightDecay: true,
  amsgrad: true,
  maximize: true,
};

type Moments = {
  readonly step: Tensor;
  readonly exp_avg: Tensor;
  readonly exp_avg_sq: Tensor;
  /** With amsgrad alone. */
  readonly max_exp_avg_sq?: Tensor;
};

/**
 * g = grad + weightDecay · p; m = β₁m + (1 - β₁)g; v = β₂v + (1 - β₂)g²;
 * p -= lr · m/(1 - β₁ᵗ) / (√(v/(1 - β₂ᵗ)) + eps), where t counts the steps from 1. With `amsgrad` the largest v so far replaces v in the
 * last formula.
 */
export class Adam extends Optimizer<Moments> {
  static {
    declarePointwise(Adam.prototype.update);
  }

  readonly #options: Required<Pick<AdamOptions, "betas" | "eps">>;

  constructor(parameters: Optimized, options: AdamOptions = {}) {
    takes(new.target.name, arguments.length, 2);
    checkOptions(new.target.name, options, names);
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, amsgrad = false, maximize = false } = options;
    super(parameters, { lr, weightDecay, maximize, amsgrad }, (parameter, settings) => ({
      step: stepCounter(),
      exp_avg: zerosLike(parameter),
      exp_avg_sq: zerosLike(parameter),
      ...(settings.amsgrad ? { max_exp_avg_sq: zerosLike(parameter) } : {}),
    }));
    const call = new.target.name;
    checkNumber(call, "betas[0]", betas[0], { from: 0, below: 1 });
    checkNumber(call, "betas[1]", betas[1], { from: 0, below: 1 });
    checkNumber(call, "eps", eps, { from: 0 });
    this.#options = { betas, eps };
  }

  protected update(p: Tensor, grad: Tensor, state: Moments, settings: Settings): void {
    const { step, exp_avg: m, exp_avg_sq: v, max_exp_avg_sq: most } = state;
    const { betas, eps } = this.#options;
    const [beta1, beta2] = betas;
    const g = decayed(grad, p, settings);
    step.assign(step.add(1));
    m.assign(m.mul(beta1).add(g.mul(1 - beta1)));
    v.assign(v.mul(beta2).add(g.square().mul(1 - beta2)));
    const [bias1, bias2] = betas.map((beta) => biasOf(beta, step));
    if (most) most.assign(most.maximum(v));
    const denominator = (most ?? v).sqrt().div(bias2.sqrt().to(p.dtype)).add(eps);
    p.assign(p.sub(m.div(denominator).mul(settings.lr.div(bias1).to(p.dtype))));
  }
}

/**
 * Adam with decoupled weight decay: before the step, p -= lr · weightDecay · p. The decay is no part of the gradient, and so not of the
 * moments (Loshchilov and Hutter 2019). weightDecay is 0.01 if left out.
 */
export class AdamW extends Adam {
  static {
    declarePointwise(AdamW.prototype.update);
  }

  constructor(parameters: Optimized, options: AdamOptions = {}) {
    takes("AdamW", arguments.length, 2);
    checkOptions("AdamW", options, names);
    super(parameters, { ...options, weightDecay: options.weightDecay ?? 0.01 });
  }

  protected override update(p: Tensor, grad: Tensor, state: Moments, settings: Settings): void {
    if (settings.weightDecay !== 0) p.assign(shrunk(p, settings));
    super.update(p, grad, state, { ...settings, weightDecay: 0 });
  }
}
