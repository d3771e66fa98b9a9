// Stochastic gradient descent with momentum (PyTorch's SGD).
import { ChainruleError } from "../errors/error.ts";
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

/** The options of SGD. */
export interface SGDOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read. */
  lr: number | Tensor;
  /** The weight of the last step's direction in the new one, from 0; 0 if left out. */
  momentum?: number | undefined;
  /** The new gradient has the weight 1 - dampening in the direction; 0 if left out. */
  dampening?: number | undefined;
  /** The factor of the weight decay (L2), which is added to the gradient and pulls weights towards 0; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** Whether the step looks ahead by one step of momentum (Nesterov 1983); false if left out. It needs a momentum and no dampening. */
  nesterov?: boolean | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<SGDOptions> = {
  lr: true,
  momentum: true,
  dampening: true,
  weightDecay: true,
  nesterov: true,
  maximize: true,
};

/**
 * g = grad + weightDecay · p; v = momentum · v + (1 - dampening) · g, where v = g at the first step; p -= lr · v. With `nesterov`,
 * p -= lr · (g + momentum · v).
 */
export class SGD extends Optimizer {
  static {
    declarePointwise(SGD.prototype.update);
  }

  readonly #options: Required<Omit<SGDOptions, "lr" | "weightDecay" | "maximize">>;

  constructor(parameters: Optimized, options: SGDOptions) {
    takes("SGD", arguments.length, 2);
    checkOptions("SGD", options, names);
    const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize = false } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter): State => {
      if (momentum === 0) return {};
      const velocity = { momentum_buffer: zerosLike(parameter) };
      return dampening === 0 ? velocity : { ...velocity, step: stepCounter() };
    });
    checkNumber("SGD", "momentum", momentum, { from: 0 });
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new ChainruleError("option", "SGD", "nesterov needs a momentum and no dampening");
    this.#options = { momentum, dampening, nesterov };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { momentum, dampening, nesterov } = this.#options;
    const { lr } = settings;
    const { momentum_buffer: velocity, step } = state;
    const g = decayed(grad, p, settings);
    if (momentum === 0) {
      p.assign(p.sub(g.mul(lr.to(p.dtype))));
      return;
    }
    const next = velocity.mul(momentum).add(dampening === 0 ? g : g.mul(1 - dampening));
    velocity.assign(dampening === 0 ? next : g.where(step.eq(0), next));
    if (dampening !== 0) step.assign(step.add(1));
    p.assign(p.sub((nesterov ? g.add(velocity.mul(momentum)) : velocity).mul(lr.to(p.dtype))));
  }
}
