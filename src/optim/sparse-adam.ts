// Adam for large tables: a step changes the rows that were looked up, and their moments, and nothing else (PyTorch's SparseAdam).
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { full } from "../tensor/create.ts";
import { describe } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { rowsOf } from "../tensor/row-gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Optimized } from "./groups.ts";
import { Optimizer, type Settings, stepCounter, zerosLike } from "./optimizer.ts";

/** The options of SparseAdam. */
export interface SparseAdamOptions {
  /** The learning rate, from 0: a number, or a floating 0-d tensor that steps read; 1e-3 if left out. */
  lr?: number | Tensor | undefined;
  /** The decay rates of the running mean and of the running mean square, each from 0 and below 1; [0.9, 0.999] if left out. */
  betas?: readonly [number, number] | undefined;
  /** Added to the denominator, so that it is not 0; 1e-8 if left out. */
  eps?: number | undefined;
  /** Whether to climb: the gradient changes its sign, so that the loss grows; false if left out. */
  maximize?: boolean | undefined;
}

const names: OptionNames<SparseAdamOptions> = { lr: true, betas: true, eps: true, maximize: true };

type Moments = { readonly step: Tensor; readonly exp_avg: Tensor; readonly exp_avg_sq: Tensor };

/**
 * For each row that was looked up, with the sum g of its gradients: m += (1 - β₁)(g - m); v += (1 - β₂)(g² - v);
 * p -= lr · √(1 - β₂ᵗ)/(1 - β₁ᵗ) · m / (√v + eps), where t counts the steps from 1. Other rows and their moments stay as they are, unlike those of
 * Adam, whose moments decay. For the tables of Embedding: a step throws for a gradient that is not that of one lookup since zeroGrad(). A compiled
 * step takes time for the rows that were looked up, and about a microsecond for each thousand rows of the table.
 */
export class SparseAdam extends Optimizer<Moments> {
  readonly #betas: readonly [number, number];
  readonly #eps: number;

  constructor(parameters: Optimized, options: SparseAdamOptions = {}) {
    takes("SparseAdam", arguments.length, 2);
    checkOptions("SparseAdam", options, names);
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, maximize = false } = options;
    super(parameters, { lr, maximize }, (parameter) => ({
      step: stepCounter(),
      exp_avg: zerosLike(parameter),
      exp_avg_sq: zerosLike(parameter),
    }));
    checkNumber("SparseAdam", "betas[0]", betas[0], { from: 0, below: 1 });
    checkNumber("SparseAdam", "betas[1]", betas[1], { from: 0, below: 1 });
    checkNumber("SparseAdam", "eps", eps, { from: 0 });
    this.#betas = betas;
    this.#eps = eps;
  }

  protected update(p: Tensor, grad: Tensor, state: Moments, { lr, maximize }: Settings): void {
    const { rows, places, counts, index } = joined(p, grad);
    const g = maximize ? rows.neg() : rows;
    const { step, exp_avg, exp_avg_sq } = state;
    const [beta1, beta2] = this.#betas;
    step.assign(step.add(1));
    const [m, v] = [exp_avg, exp_avg_sq].map((moment) => moment.indexSelect(0, places));
    const dm = g.sub(m).mul(1 - beta1);
    const dv = g
      .square()
      .sub(v)
      .mul(1 - beta2);
    // 1 - βᵗ = -expm1(t · ln β), which is accurate also where βᵗ is close to 1
    const [bias1, bias2] = this.#betas.map((beta) => step.mul(Math.log(beta)).expm1().neg());
    const rate = lr.mul(bias2.sqrt()).div(bias1).neg().to(p.dtype);
    const dp = m.add(dm).div(v.add(dv).sqrt().add(this.#eps)).mul(rate);
    // A row that was looked up several times gets as many equal parts of its change.
    for (const [tensor, change] of [
      [exp_avg, dm],
      [exp_avg_sq, dv],
      [p, dp],
    ]) {
      const parts = change.div(counts);
      tensor.assign(tensor.add(parts.apply("scatterAdd", [parts, index], { dim: 0, size: p.shape[0] })));
    }
  }
}

/** The sum of the gradients of each row that was looked up, at all of its places, and how many these are. */
function joined(p: Tensor, grad: Tensor) {
  const found = rowsOf(grad);
  if (found === null || found.rows.ndim === 0)
    throw new ChainruleError(
      "gradient",
      "SparseAdam",
      `the gradient of ${describe(p)} is not that of rows which were looked up once since zeroGrad(), as in Embedding; use Adam for this parameter`,
    );
  const { rows, index } = found;
  const [count, ...row] = rows.shape;
  const wide = row.map(() => 1);
  const places = index.slice(null, ...row.map(() => 0));
  const [size] = p.shape;
  const ones = full([count], 1, { dtype: "int32" });
  const lookups = ones.apply("scatterAdd", [ones, places], { dim: 0, size });
  // The rows that were looked up are numbered from 0, so that their sums need no table of the whole size.
  const numbers = lookups.gt(0).to("int32").cumsum(0).sub(1).indexSelect(0, places);
  const own = numbers.reshape([count, ...wide]).expand(rows.shape);
  const sums = rows.apply("scatterAdd", [rows, own], { dim: 0, size: count });
  const counts = lookups
    .indexSelect(0, places)
    .to(p.dtype)
    .reshape([count, ...wide]);
  return { rows: sums.indexSelect(0, numbers), places, counts, index };
}
