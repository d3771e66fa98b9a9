// RMSprop divides gradients by the root of their recent mean square, so that steps are neither slow in flat directions nor too long in
// steep ones (Tieleman and Hinton 2012; PyTorch's RMSprop).
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimized } from "./groups.ts";
import { decayed, declarePointwise, Optimizer, type Settings, type State, zerosLike } from "./optimizer.ts";

/** The options of RMSprop. */
export interface RMSpropOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-2 if left out. */
  lr?: number | Tensor | undefined;
  /** The decay rate of the running mean square; 0.99 if left out. */
  alpha?: number | undefined;
  /** Added to the denominator, so that it is not 0; 1e-8 if left out. */
  eps?: number | undefined;
  /** The weight of the last step's direction in the new one, from 0; 0 if left out. */
  momentum?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** Whether to divide by the standard deviation of the recent gradients instead of by their root mean square (Graves 2013); false if left out. */
  centered?: boolean | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<RMSpropOptions> = {
  lr: true,
  alpha: true,
  eps: true,
  momentum: true,
  weightDecay: true,
  centered: true,
  maximize: true,
};

/**
 * g = grad + weightDecay · p; s = α · s + (1 - α) · g²; d = g / (√s + eps); p -= lr · d. With momentum, b = momentum · b + d and
 * p -= lr · b. With `centered`, a = α · a + (1 - α) · g, and √(s - a²) replaces √s.
 */
export class RMSprop extends Optimizer {
  static {
    declarePointwise(RMSprop.prototype.update);
  }

  readonly #options: Required<Omit<RMSpropOptions, "lr" | "weightDecay" | "maximize">>;

  constructor(parameters: Optimized, options: RMSpropOptions = {}) {
    takes("RMSprop", arguments.length, 2);
    checkOptions("RMSprop", options, names);
    const {
      lr = 1e-2,
      alpha = 0.99,
      eps = 1e-8,
      momentum = 0,
      weightDecay = 0,
      centered = false,
      maximize = false,
    } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter) => ({
      square_avg: zerosLike(parameter),
      ...(momentum === 0 ? {} : { momentum_buffer: zerosLike(parameter) }),
      ...(centered ? { grad_avg: zerosLike(parameter) } : {}),
    }));
    checkNumber("RMSprop", "alpha", alpha, { from: 0 });
    checkNumber("RMSprop", "eps", eps, { from: 0 });
    checkNumber("RMSprop", "momentum", momentum, { from: 0 });
    this.#options = { alpha, eps, momentum, centered };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { alpha, eps, momentum, centered } = this.#options;
    const { square_avg: s, momentum_buffer: b, grad_avg: a } = state;
    const g = decayed(grad, p, settings);
    s.assign(s.mul(alpha).add(g.square().mul(1 - alpha)));
    if (centered) a.assign(a.mul(alpha).add(g.mul(1 - alpha)));
    const variance = centered ? s.sub(a.square()) : s;
    const direction = g.div(variance.sqrt().add(eps));
    if (momentum !== 0) b.assign(b.mul(momentum).add(direction));
    p.assign(p.sub((momentum === 0 ? direction : b).mul(settings.lr.to(p.dtype))));
  }
}
