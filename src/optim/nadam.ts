// NAdam is Adam with Nesterov's momentum: the step looks ahead by one step of the running mean (Dozat 2016; PyTorch's NAdam).
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { full } from "../tensor/create.ts";
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

/** The options of NAdam. */
export interface NAdamOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 2e-3 if left out. */
  lr?: number | Tensor | undefined;
  /** The decay rates of the running mean and of the running mean square, each from 0 and below 1; [0.9, 0.999] if left out. */
  betas?: readonly [number, number] | undefined;
  /** Added to the denominator, so that it is not 0; 1e-8 if left out. */
  eps?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** How fast the momentum grows to β₁; 4e-3 if left out. */
  momentumDecay?: number | undefined;
  /** Whether the weight decay shrinks the weights by lr · weightDecay instead of being added to the gradient; false if left out. */
  decoupledWeightDecay?: boolean | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<NAdamOptions> = {
  lr: true,
  betas: true,
  eps: true,
  weightDecay: true,
  momentumDecay: true,
  decoupledWeightDecay: true,
  maximize: true,
};

/**
 * g = grad + weightDecay · p; m and v as in Adam; μ = β₁ · (1 - 0.96^(t · momentumDecay)/2), and μ' that of the next step; M is the product of all μ so
 * far, in float32 as in PyTorch. p -= lr · ((1 - μ)/(1 - M) · g + μ'/(1 - M · μ') · m) / (√(v/(1 - β₂ᵗ)) + eps), where t counts the steps from 1.
 */
export class NAdam extends Optimizer {
  static {
    declarePointwise(NAdam.prototype.update);
  }

  readonly #options: Required<Pick<NAdamOptions, "betas" | "eps" | "momentumDecay" | "decoupledWeightDecay">>;

  constructor(parameters: Optimized, options: NAdamOptions = {}) {
    takes("NAdam", arguments.length, 2);
    checkOptions("NAdam", options, names);
    const {
      lr = 2e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      momentumDecay = 4e-3,
      decoupledWeightDecay = false,
      maximize = false,
    } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter) => ({
      step: stepCounter(),
      mu_product: full([], 1),
      exp_avg: zerosLike(parameter),
      exp_avg_sq: zerosLike(parameter),
    }));
    checkNumber("NAdam", "betas[0]", betas[0], { from: 0, below: 1 });
    checkNumber("NAdam", "betas[1]", betas[1], { from: 0, below: 1 });
    checkNumber("NAdam", "eps", eps, { from: 0 });
    checkNumber("NAdam", "momentumDecay", momentumDecay, { from: 0 });
    this.#options = { betas, eps, momentumDecay, decoupledWeightDecay };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { step, mu_product: product, exp_avg: m, exp_avg_sq: v } = state;
    const { betas, eps, momentumDecay, decoupledWeightDecay } = this.#options;
    const [beta1, beta2] = betas;
    if (decoupledWeightDecay && settings.weightDecay !== 0) p.assign(shrunk(p, settings));
    const g = decayed(grad, p, decoupledWeightDecay ? { ...settings, weightDecay: 0 } : settings);
    step.assign(step.add(1));
    const momentum = (t: Tensor) =>
      t
        .mul(momentumDecay * Math.log(0.96))
        .exp()
        .mul(-0.5)
        .add(1)
        .mul(beta1);
    const [mu, next] = [momentum(step), momentum(step.add(1))];
    product.assign(product.mul(mu.to("float32")));
    const all = product.to("float64");
    m.assign(m.mul(beta1).add(g.mul(1 - beta1)));
    v.assign(v.mul(beta2).add(g.square().mul(1 - beta2)));
    const denominator = v.div(biasOf(beta2, step).to(p.dtype)).sqrt().add(eps);
    const ofGrad = settings.lr.mul(mu.neg().add(1)).div(all.neg().add(1));
    const ofMean = settings.lr.mul(next).div(all.mul(next).neg().add(1));
    const steps = g.mul(ofGrad.to(p.dtype)).add(m.mul(ofMean.to(p.dtype)));
    p.assign(p.sub(steps.div(denominator)));
  }
}
