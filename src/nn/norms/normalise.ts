// The steps that all normalisation layers share: (x - mean) / √(variance + eps), then a learned scale and a learned shift.
import { ones, zeros } from "../../tensor/create.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

export interface Moments {
  readonly mean: Tensor;
  /** The biased variance, Σ (x - mean)² / N. */
  readonly variance: Tensor;
}

/** Mean and variance over these dims, which stay with size 1. */
export function momentsOf(x: Tensor, dims: readonly number[]): Moments {
  const mean = x.mean(dims, true);
  return { mean, variance: x.sub(mean).square().mean(dims, true) };
}

/** (x - mean) / √(variance + eps) */
export const normalise = (x: Tensor, { mean, variance }: Moments, eps: number): Tensor =>
  x.sub(mean).mul(variance.add(eps).rsqrt());

/** x · weight + bias, with both reshaped to this shape, which broadcasts to x; a null is left out. */
export function rescale(x: Tensor, weight: Tensor | null, bias: Tensor | null, shape: Shape): Tensor {
  const scaled = weight ? x.mul(weight.reshape(shape)) : x;
  return bias ? scaled.add(bias.reshape(shape)) : scaled;
}

/** A learned scale, initially 1, or null if the layer has none. */
export const scaleOf = (shape: Shape, hasScale: boolean): Tensor | null =>
  hasScale ? ones(shape, { requiresGrad: true }) : null;

/** A learned shift, initially 0, or null if the layer has none. */
export const shiftOf = (shape: Shape, hasShift: boolean): Tensor | null =>
  hasShift ? zeros(shape, { requiresGrad: true }) : null;
