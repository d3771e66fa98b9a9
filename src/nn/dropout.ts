// Learning not to rely on any one input: in training some are left out by chance (Srivastava et al. 2014).
import { rand } from "../tensor/random.ts";
import { inRegion } from "../tensor/region.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** In training each element is 0 with probability p, and the others grow by 1/(1 - p), so that the mean stays; else x itself. */
export class Dropout extends Module {
  readonly #p: number;

  constructor(p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) throw new Error(`Dropout: p is a probability from 0 to 1, not ${p}`);
    this.#p = p;
  }

  forward(x: Tensor): Tensor {
    if (!this.training || this.#p === 0) return x;
    return inRegion("dropout", { p: this.#p }, () => {
      const kept = rand(x.shape).ge(this.#p).to(x.dtype);
      return x.mul(kept.mul(this.#p === 1 ? 0 : 1 / (1 - this.#p)));
    });
  }
}
