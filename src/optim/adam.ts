// Each weight has a step of its own, by the mean and the spread of its gradients (Kingma and Ba 2015; PyTorch's Adam).
import type { Tensor } from "../tensor/tensor.ts";
import { checkRange, Optimizer, stepCounter, zerosLike } from "./optimizer.ts";

export interface AdamOptions {
  lr?: number;
  betas?: [number, number];
  eps?: number;
  weightDecay?: number;
}

type Moments = { readonly step: Tensor; readonly exp_avg: Tensor; readonly exp_avg_sq: Tensor };

/**
 * g = grad + weightDecay · p; m = β₁m + (1 - β₁)g; v = β₂v + (1 - β₂)g²;
 * p -= lr · m/(1 - β₁ᵗ) / (√(v/(1 - β₂ᵗ)) + eps), t counting from 1.
 */
export class Adam extends Optimizer<Moments> {
  readonly #options: Required<Omit<AdamOptions, "lr">>;

  constructor(parameters: Tensor[], options: AdamOptions = {}) {
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    super(parameters, lr, (parameter) => ({
      step: stepCounter(),
      exp_avg: zerosLike(parameter),
      exp_avg_sq: zerosLike(parameter),
    }));
    checkRange("Adam", "betas[0]", betas[0], 0, 1);
    checkRange("Adam", "betas[1]", betas[1], 0, 1);
    checkRange("Adam", "eps", eps, 0, Infinity);
    checkRange("Adam", "weightDecay", weightDecay, 0, Infinity);
    this.#options = { betas, eps, weightDecay };
  }

  protected update(p: Tensor, grad: Tensor, { step, exp_avg: m, exp_avg_sq: v }: Moments, lr: Tensor): void {
    const { betas, eps, weightDecay } = this.#options;
    const [beta1, beta2] = betas;
    const g = weightDecay === 0 ? grad : grad.add(p.mul(weightDecay));
    step.assign(step.add(1));
    m.assign(m.mul(beta1).add(g.mul(1 - beta1)));
    v.assign(v.mul(beta2).add(g.square().mul(1 - beta2)));
    // 1 - βᵗ = -expm1(t · ln β), exact also where βᵗ is close to 1
    const [bias1, bias2] = betas.map((beta) => step.mul(Math.log(beta)).expm1().neg());
    const denominator = v.sqrt().div(bias2.sqrt()).add(eps);
    p.assign(p.sub(m.div(denominator).mul(lr.div(bias1))));
  }
}
