// Adafactor keeps the mean squares of the gradients of a matrix as one number for each row and one for each column, so that its state is small
// (Shazeer and Stern 2018; PyTorch's Adafactor).
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { full } from "../tensor/create.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimized } from "./groups.ts";
import { decayed, Optimizer, type Settings, type State, shrunk, stepCounter, zerosLike } from "./optimizer.ts";

/** The options of Adafactor. */
export interface AdafactorOptions {
  /** The largest relative learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-2 if left out. */
  lr?: number | Tensor | undefined;
  /** The power of the step t in the weight of the newest squares, t^beta2Decay, up to 0; -0.8 if left out. */
  beta2Decay?: number | undefined;
  /** The least root of a mean square, null for the dtype's epsilon, and the least root mean square of a weight; [null, 1e-3] if left out. */
  eps?: readonly [number | null, number] | undefined;
  /** The largest root mean square of an update, from 1; 1 if left out. */
  d?: number | undefined;
  /** The factor of the weight decay, which shrinks weights by lr · weightDecay; from 0. 0 if left out. */
  weightDecay?: number | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<AdafactorOptions> = {
  lr: true,
  beta2Decay: true,
  eps: true,
  d: true,
  weightDecay: true,
  maximize: true,
};

/** √(Σ x² / n); 0 of no elements. */
const rootMeanSquare = (x: Tensor): Tensor => x.square().sum().div(Math.max(x.size, 1)).sqrt();

/** a + (b - a) · weight */
const mixed = (a: Tensor, b: Tensor, weight: Tensor): Tensor => a.add(b.sub(a).mul(weight.to(a.dtype)));

/** The epsilon of a dtype: the distance from 1 to the next number. */
const epsilonOf = (p: Tensor): number => (p.dtype === "float64" ? 2 ** -52 : 2 ** -23);

/**
 * Where t counts the steps from 1: w = t^beta2Decay; v = (1 - w) · v + w · g², of which a matrix keeps the row means r and the column means c, so that
 * v = r · c / mean(r); u = g / √max(v, eps₁²); p -= max(eps₂, rms(p)) · min(lr, 1/√t) · u / max(1, rms(u)/d), where rms is the root of the mean square.
 */
export class Adafactor extends Optimizer {
  readonly #options: Required<Pick<AdafactorOptions, "beta2Decay" | "eps" | "d">>;

  constructor(parameters: Optimized, options: AdafactorOptions = {}) {
    takes("Adafactor", arguments.length, 2);
    checkOptions("Adafactor", options, names);
    const { lr = 1e-2, beta2Decay = -0.8, eps = [null, 1e-3], d = 1, weightDecay = 0, maximize = false } = options;
    super(parameters, { lr, weightDecay, maximize }, (parameter): State => {
      if (parameter.ndim < 2) return { step: stepCounter(), variance: zerosLike(parameter) };
      const { shape, dtype, ndim } = parameter;
      const without = (dim: number) => full(shape.with(dim, 1), 0, { dtype });
      return { step: stepCounter(), row_var: without(ndim - 1), col_var: without(ndim - 2) };
    });
    checkNumber("Adafactor", "beta2Decay", beta2Decay, { to: 0 });
    if (eps[0] !== null) checkNumber("Adafactor", "eps[0]", eps[0], { from: 0 });
    checkNumber("Adafactor", "eps[1]", eps[1], { from: 0 });
    checkNumber("Adafactor", "d", d, { from: 1 });
    this.#options = { beta2Decay, eps, d };
  }

  protected update(p: Tensor, grad: Tensor, state: State, settings: Settings): void {
    const { beta2Decay, eps, d } = this.#options;
    const { step } = state;
    const g = decayed(grad, p, { ...settings, weightDecay: 0 });
    step.assign(step.add(1));
    const least = eps[0] ?? epsilonOf(p);
    const rate = settings.lr.to("float64").minimum(step.sqrt().reciprocal());
    const scale = rootMeanSquare(p).to("float64").maximum(eps[1]).mul(rate);
    const shrunken = shrunk(p, settings);
    const update = this.#variance(g, state, step.pow(beta2Decay), least)
      .maximum(least * least)
      .rsqrt()
      .mul(g);
    const excess = rootMeanSquare(update).to("float64").div(d).maximum(1);
    p.assign(shrunken.sub(update.mul(scale.div(excess).to(p.dtype))));
  }

  /** The mean squares after this gradient. */
  #variance(g: Tensor, { row_var: rows, col_var: columns, variance }: State, weight: Tensor, least: number): Tensor {
    if (g.ndim < 2) {
      variance.assign(mixed(variance, g.square(), weight));
      return variance;
    }
    rows.assign(mixed(rows, g.square().mean(-1, true), weight));
    columns.assign(mixed(columns, g.square().mean(-2, true), weight));
    return rows.mul(columns).div(rows.mean(-2, true).maximum(least));
  }
}
