// Adadelta takes steps in the units of the weights: the ratio of the recent steps to the recent gradients, times the gradient (Zeiler 2012;
// PyTorch's Adadelta).
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
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

/** The options of Adadelta. */
export interface AdadeltaOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1 if left out. */
  lr?: number | Tensor | undefined;
  /** The decay rate of both running mean squares, from 0 to 1; 0.9 if left out. */
  rho?: number | undefined;
  /** Added to both mean squares; 1e-6 if left out. */
  eps?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<AdadeltaOptions> = { lr: true, rho: true, eps: true, weightDecay: true, maximize: true };

/**
 * g = grad + weightDecay · p; s = ρ · s + (1 - ρ) · g²; d = √(u + eps) / √(s + eps) · g; u = ρ · u + (1 - ρ) · d²; p -= lr · d.
 */
export class Adadelta extends Optimizer {
  static {
    declarePointwise(Adadelta.prototype.update);
  }

  readonly #options: Required<Pick<AdadeltaOptions, "rho" | "eps">>;

  constructor(parameters: Optimized, options: AdadeltaOptions = {}) {
    takes("Adadelta", arguments.length, 2);
    checkOptions("Adadelta", options, names);
    const { lr = 1, rho = 0.9, eps = 1e-6, weightDecay = 0, maximize = false } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter) => ({
      step: stepCounter(),
      square_avg: zerosLike(parameter),
      acc_delta: zerosLike(parameter),
    }));
    checkNumber("Adadelta", "rho", rho, { from: 0, to: 1 });
    checkNumber("Adadelta", "eps", eps, { from: 0 });
    this.#options = { rho, eps };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { step, square_avg: s, acc_delta: u } = state;
    const { rho, eps } = this.#options;
    const g = decayed(grad, p, settings);
    step.assign(step.add(1));
    s.assign(s.mul(rho).add(g.square().mul(1 - rho)));
    const delta = u.add(eps).sqrt().div(s.add(eps).sqrt()).mul(g);
    u.assign(u.mul(rho).add(delta.square().mul(1 - rho)));
    p.assign(p.sub(delta.mul(settings.lr.to(p.dtype))));
  }
}
