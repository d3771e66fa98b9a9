// Muon takes the nearest orthogonal matrix to the momentum, so that all directions of a weight matrix learn at one pace (Jordan et al. 2024;
// PyTorch's Muon).
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole } from "../errors/numbers.ts";
import { shown, takes } from "../tensor/arguments.ts";
import { describe } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimized } from "./groups.ts";
import { Optimizer, type Settings, type State, shrunk, zerosLike } from "./optimizer.ts";

/** The options of Muon. */
export interface MuonOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-3 if left out. */
  lr?: number | Tensor | undefined;
  /** The factor of the weight decay, which shrinks weights by lr · weightDecay; from 0. 0.1 if left out. */
  weightDecay?: number | undefined;
  /** The weight of the old momentum in the new one, from 0; 0.95 if left out. */
  momentum?: number | undefined;
  /** Whether the step looks ahead by one step of momentum; true if left out. */
  nesterov?: boolean | undefined;
  /** The coefficients a, b, c of the iteration; [3.4445, -4.775, 2.0315] if left out. */
  nsCoefficients?: readonly [number, number, number] | undefined;
  /** The least norm by which the momentum is divided; 1e-7 if left out. */
  eps?: number | undefined;
  /** How many iterations, from 0 and below 100; 5 if left out. */
  nsSteps?: number | undefined;
  /**
   * The factor of the learning rate of a weight [A, B]: "original" is √max(1, A/B), "matchRmsAdamw" 0.2 · √max(A, B), with which the updates are as
   * large as AdamW's; "original" if left out.
   */
  adjustLrFn?: "original" | "matchRmsAdamw" | undefined;
}

const names: OptionNames<MuonOptions> = {
  lr: true,
  weightDecay: true,
  momentum: true,
  nesterov: true,
  nsCoefficients: true,
  eps: true,
  nsSteps: true,
  adjustLrFn: true,
};

/**
 * Newton and Schulz's iteration, X = a · X + (b · XXᵀ + c · (XXᵀ)²) · X, which moves all singular values of X / max(|X|, eps) close to 1. For a = 3.4445,
 * b = -4.775, c = 2.0315 they end between 0.7 and 1.2 after five steps.
 */
function orthogonalised(x: Tensor, [a, b, c]: readonly number[], steps: number, eps: number): Tensor {
  const isTall = x.shape[0] > x.shape[1];
  let y = isTall ? x.transpose() : x;
  y = y.div(y.square().sum().sqrt().maximum(eps));
  for (let step = 0; step < steps; step++) {
    const gram = y.matmul(y.transpose());
    const factor = gram.mul(b).add(gram.matmul(gram).mul(c));
    y = y.mul(a).add(factor.matmul(y));
  }
  return isTall ? y.transpose() : y;
}

/**
 * For weight matrices [A, B] alone; other parameters, embeddings and the last layer belong to another optimiser, such as AdamW.
 * m = momentum · m + (1 - momentum) · grad; u = orthogonalised(m), with `nesterov` of momentum · m + (1 - momentum) · grad; p = p · (1 - lr · weightDecay) - lr · f · u,
 * where f follows from adjustLrFn. The iteration runs in the weights' dtype, where PyTorch rounds to bfloat16. Throws if a parameter is no matrix.
 */
export class Muon extends Optimizer {
  readonly #options: Required<Omit<MuonOptions, "lr" | "weightDecay">>;

  constructor(parameters: Optimized, options: MuonOptions = {}) {
    takes("Muon", arguments.length, 2);
    checkOptions("Muon", options, names);
    const { lr = 1e-3, weightDecay = 0.1, momentum = 0.95, nesterov = true, eps = 1e-7, nsSteps = 5 } = options;
    const { nsCoefficients = [3.4445, -4.775, 2.0315], adjustLrFn = "original" } = options;
    super(parameters, { lr, weightDecay }, (parameter): State => {
      if (parameter.ndim !== 2)
        throw new ChainruleError(
          "shape",
          "Muon",
          `takes weights [A, B], not ${describe(parameter)}; give the others to another optimiser, such as AdamW`,
        );
      return { momentum_buffer: zerosLike(parameter) };
    });
    checkNumber("Muon", "momentum", momentum, { from: 0 });
    checkNumber("Muon", "eps", eps, { from: 0 });
    checkWhole("Muon", "nsSteps", nsSteps, { from: 0, below: 100 });
    for (const [i, value] of nsCoefficients.entries()) checkNumber("Muon", `nsCoefficients[${i}]`, value);
    if (adjustLrFn !== "original" && adjustLrFn !== "matchRmsAdamw")
      throw new ChainruleError(
        "option",
        "Muon",
        `adjustLrFn is "original" or "matchRmsAdamw", not ${shown(adjustLrFn)}`,
      );
    this.#options = { momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn };
  }

  protected update(p: Tensor, grad: Tensor, { momentum_buffer: buffer }: State, settings: Settings): void {
    const { momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn } = this.#options;
    buffer.assign(buffer.mul(momentum).add(grad.mul(1 - momentum)));
    const direction = nesterov ? grad.mul(1 - momentum).add(buffer.mul(momentum)) : buffer;
    const update = orthogonalised(direction, nsCoefficients, nsSteps, eps);
    const [rows, columns] = p.shape;
    const factor =
      adjustLrFn === "original" ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));
    p.assign(shrunk(p, settings).sub(update.mul(settings.lr.mul(factor).to(p.dtype))));
  }
}
