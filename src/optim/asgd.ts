// ASGD is gradient descent with a falling learning rate and an average of the weights, which is often the better model (Polyak and Juditsky
// 1992; PyTorch's ASGD).
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { full } from "../tensor/create.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimized } from "./groups.ts";
import {
  decayed,
  declarePointwise,
  Optimizer,
  type Settings,
  type State,
  stepCounter,
  zerosLike,
} from "./optimizer.ts";

/** The options of ASGD. */
export interface ASGDOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-2 if left out. */
  lr?: number | Tensor | undefined;
  /** The factor of the decay of the weights and of the learning rate; 1e-4 if left out. */
  lambd?: number | undefined;
  /** The power by which the learning rate falls; 0.75 if left out. */
  alpha?: number | undefined;
  /** The step at which averaging begins; 1e6 if left out. */
  t0?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<ASGDOptions> = {
  lr: true,
  lambd: true,
  alpha: true,
  t0: true,
  weightDecay: true,
  maximize: true,
};

/**
 * g = grad + weightDecay · p; p = p · (1 - lambd · η) - η · g; ax = ax + μ · (p - ax), the average of the weights; then η = lr/(1 + lambd · lr · t)^alpha and
 * μ = 1/max(1, t - t0), where t counts the steps from 1, and η is lr and μ 1 at first. η and μ are in float32, as in PyTorch.
 */
export class ASGD extends Optimizer {
  static {
    declarePointwise(ASGD.prototype.update);
  }

  readonly #options: Required<Pick<ASGDOptions, "lambd" | "alpha" | "t0">>;

  constructor(parameters: Optimized, options: ASGDOptions = {}) {
    takes("ASGD", arguments.length, 2);
    checkOptions("ASGD", options, names);
    const { lr = 1e-2, lambd = 1e-4, alpha = 0.75, t0 = 1e6, weightDecay = 0, maximize = false } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter) => ({
      step: stepCounter(),
      eta: full([], 0),
      mu: full([], 1),
      ax: zerosLike(parameter),
    }));
    for (const [name, value] of Object.entries({ lambd, alpha, t0 })) checkNumber("ASGD", name, value, { from: 0 });
    this.#options = { lambd, alpha, t0 };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { step, eta, mu, ax } = state;
    const { lambd, alpha, t0 } = this.#options;
    const g = decayed(grad, p, settings);
    const rate = settings.lr.to("float32").where(step.eq(0), eta).to("float64");
    step.assign(step.add(1));
    p.assign(p.mul(rate.mul(-lambd).add(1).to(p.dtype)).sub(g.mul(rate.to(p.dtype))));
    ax.assign(p.where(mu.eq(1), ax.add(p.sub(ax).mul(mu.to(p.dtype)))));
    const lr = settings.lr.to("float64");
    eta.assign(lr.div(lr.mul(step).mul(lambd).add(1).pow(alpha)).to("float32"));
    mu.assign(step.sub(t0).maximum(1).reciprocal().to("float32"));
  }
}
