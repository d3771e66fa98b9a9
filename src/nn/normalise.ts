// What the normalising layers have in common: (x - mean) / √(variance + eps), then a scale and a shift that are learned.
import { ones, zeros } from "../tensor/create.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface Moments {
  readonly mean: Tensor;
  /** Of all there is, not of a sample: Σ (x - mean)² / N. */
  readonly variance: Tensor;
}

/** Over these dims, which stay as size 1. */
export function momentsOf(x: Tensor, dims: readonly number[]): Moments {
  const mean = x.mean(dims, true);
  return { mean, variance: x.sub(mean).square().mean(dims, true) };
}

/** (x - mean) / √(variance + eps) */
export const normalise = (x: Tensor, { mean, variance }: Moments, eps: number): Tensor =>
  x.sub(mean).mul(variance.add(eps).rsqrt());

/** x · weight + bias, both seen in this shape, which broadcasts to x; where one is null it is left out. */
export function rescale(x: Tensor, weight: Tensor | null, bias: Tensor | null, shape: Shape): Tensor {
  const scaled = weight ? x.mul(weight.reshape(shape)) : x;
  return bias ? scaled.add(bias.reshape(shape)) : scaled;
}

/** A scale begins as 1 and a shift as 0; null where there shall be none. */
export const scaleOf = (shape: Shape, wanted: boolean): Tensor | null =>
  wanted ? ones(shape, { requiresGrad: true }) : null;
export const shiftOf = (shape: Shape, wanted: boolean): Tensor | null =>
  wanted ? zeros(shape, { requiresGrad: true }) : null;
