// Activations that work along a dim: gates of one half of the channels by the other, and softmin.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { floating } from "../../tensor/promotion.ts";
import { inRegion } from "../../tensor/region.ts";
import { normalizeDim } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** a · sigmoid(b), where a and b are the halves of x along dim (Dauphin et al. 2017). Throws if the size of the dim is odd. */
export function glu(x: Tensor, dim = -1): Tensor {
  takes("glu", arguments.length, 2);
  checkTensor("glu", "x", x);
  const place = normalizeDim("glu", dim, x.ndim);
  if (x.ndim === 0 || x.shape[place] % 2 !== 0)
    throw new ChainruleError("shape", "glu", `dim ${dim} of ${describe(x)} does not divide into two halves`);
  const half = x.shape[place] / 2;
  return inRegion("glu", { dim: place }, () => {
    const y = floating(x);
    return y.narrow(place, 0, half).mul(y.narrow(place, half, half).sigmoid());
  });
}

/** e⁻ˣ / Σ e⁻ˣ along dim, by default the last one. */
export function softmin(x: Tensor, dim = -1): Tensor {
  takes("softmin", arguments.length, 2);
  checkTensor("softmin", "x", x);
  return within("softmin", () => floating(x).neg().softmax(dim));
}

/** Applies glu: the first half of x along `dim`, times the sigmoid of the second (Dauphin et al. 2017). */
export class GLU extends Module implements Layer {
  /** The dim that is halved; negative numbers count from the end. */
  readonly dim: number;

  constructor(dim = -1) {
    super();
    takes("GLU", arguments.length, 1);
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    checkInput("GLU.forward", x, arguments.length);
    return glu(x, this.dim);
  }

  override extraRepr(): string {
    return settings([], { dim: this.dim });
  }
}

/** Applies softmin: e⁻ˣ / Σ e⁻ˣ along `dim`, by default the last one. */
export class Softmin extends Module implements Layer {
  /** The dim along which the results add up to 1; negative numbers count from the end. */
  readonly dim: number;

  constructor(dim = -1) {
    super();
    takes("Softmin", arguments.length, 1);
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    checkInput("Softmin.forward", x, arguments.length);
    return softmin(x, this.dim);
  }

  override extraRepr(): string {
    return settings([], { dim: this.dim });
  }
}
