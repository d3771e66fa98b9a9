// Rprop follows the signs of gradients alone: the step of a weight grows while the sign stays, and shrinks where it changes. It is for whole data
// sets, not for batches (Riedmiller and Braun 1993; PyTorch's Rprop).
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

/** The options of Rprop. */
export interface RpropOptions {
  /** The first step size, from 0: a number, or a floating 0-d tensor that steps read; 1e-2 if left out. */
  lr?: number | Tensor | undefined;
  /** The factors by which step sizes shrink, above 0 and below 1, and grow, above 1; [0.5, 1.2] if left out. */
  etas?: readonly [number, number] | undefined;
  /** The least and the largest step size; [1e-6, 50] if left out. */
  stepSizes?: readonly [number, number] | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<RpropOptions> = { lr: true, etas: true, stepSizes: true, maximize: true };

/**
 * Where g has the sign of the last gradient, the step size is multiplied by etas[1], where it has the opposite one by etas[0], and then bounded by
 * stepSizes. p -= sign(g) · step size, but where the sign changed p stays, and the next step takes the gradient for 0. The first step size is lr.
 */
export class Rprop extends Optimizer {
  static {
    declarePointwise(Rprop.prototype.update);
  }

  readonly #options: Required<Pick<RpropOptions, "etas" | "stepSizes">>;

  constructor(parameters: Optimized, options: RpropOptions = {}) {
    takes("Rprop", arguments.length, 2);
    checkOptions("Rprop", options, names);
    const { lr = 1e-2, etas = [0.5, 1.2], stepSizes = [1e-6, 50], maximize = false } = options;
    super(parameters, { lr, maximize }, (parameter) => ({
      step: stepCounter(),
      prev: zerosLike(parameter),
      step_size: zerosLike(parameter),
    }));
    checkNumber("Rprop", "etas[0]", etas[0], { above: 0, below: 1 });
    checkNumber("Rprop", "etas[1]", etas[1], { above: 1 });
    checkNumber("Rprop", "stepSizes[0]", stepSizes[0], { from: 0 });
    checkNumber("Rprop", "stepSizes[1]", stepSizes[1], { from: stepSizes[0] });
    this.#options = { etas, stepSizes };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { step, prev, step_size: size } = state;
    const { etas, stepSizes } = this.#options;
    const g = decayed(grad, p, settings);
    const product = g.mul(prev);
    const [isOpposite, isSame] = [product.lt(0), product.gt(0)];
    const before = settings.lr.to(p.dtype).where(step.eq(0), size);
    const next = before.mul(etas[0]).where(isOpposite, before.mul(etas[1]).where(isSame, before));
    step.assign(step.add(1));
    size.assign(next.clamp(stepSizes[0], stepSizes[1]));
    const kept = g.where(isOpposite.logicalNot(), 0);
    p.assign(p.sub(kept.sign().mul(size)));
    prev.assign(kept);
  }
}
