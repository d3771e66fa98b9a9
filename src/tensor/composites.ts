// Functions composed of primitives. None of them has a gradient rule of its own: the gradients follow from those of the primitives.
import { pointwise } from "./pointwise.ts";
import { constant } from "./promotion.ts";
import { inRegion } from "./region.ts";
import { type Dims, normalizeDim, normalizeDims } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** x where x > 0, else 0. NaN stays NaN. */
export const relu = pointwise("relu", (x) => constant(x, 0).where(x.le(0), x));

/** x · Φ(x) = x/2 · (1 + erf(x/√2)), where Φ is the distribution function of the standard normal distribution (Hendrycks and Gimpel 2016). */
export const gelu = pointwise("gelu", (x) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1)));

/** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), an approximation of gelu that needs no erf (Hendrycks and Gimpel 2016). */
export const geluTanh = pointwise("geluTanh", (x) => {
  const inner = x
    .square()
    .mul(0.044715)
    .add(1)
    .mul(x)
    .mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
});

export const silu = pointwise("silu", (x) => x.mul(x.sigmoid()));

export const leakyRelu = pointwise<["slope"]>("leakyRelu", (x, slope) => x.where(x.gt(0), x.mul(slope)));

/** log(1 + eˣ). Above 20 it is x itself, as in PyTorch: there the 1 is lost to rounding in float32, and eˣ may overflow. */
export const softplus = pointwise("softplus", (x) => {
  const isLarge = x.gt(20);
  return x.where(isLarge, x.where(isLarge.logicalNot(), 0).exp().log1p());
});

/** log(1 + e^(beta · x)) / beta; x itself where beta · x is above the threshold. */
export const scaledSoftplus = pointwise<["beta", "threshold"]>("scaledSoftplus", (x, beta, threshold) => {
  const scaled = x.mul(beta);
  const isLarge = scaled.gt(threshold);
  return x.where(isLarge, scaled.where(isLarge.logicalNot(), 0).exp().log1p().div(beta));
});

/** The largest element, as a constant for differentiation. 0 where it is infinite, since shifting by it would give ∞ - ∞. */
function shift(x: Tensor, dims: readonly number[]): Tensor {
  const maximum = x.detach().max(dims, true);
  return maximum.where(maximum.abs().ne(Infinity), 0);
}

/**
 * log Σ eˣ = m + log Σ eˣ⁻ᵐ, where m is the largest x, so that it does not overflow. Where all x are -∞ the sum is 0 and the result -∞; such
 * a row is masked, and its gradient is 0.
 */
export function logsumexp(x: Tensor, dim: Dims | undefined, keepdim: boolean): Tensor {
  const dims = normalizeDims("logsumexp", dim, x.ndim);
  if (x.size === 0) return x.exp().sum(dims, keepdim).log();
  return inRegion("logsumexp", { dims, keepdim }, () => {
    const m = shift(x, dims);
    const total = x.sub(m).exp().sum(dims, true);
    const isMasked = total.eq(0);
    const logarithm = constant(total, 1).where(isMasked, total).log();
    const y = constant(total, -Infinity).where(isMasked, logarithm.add(m));
    return keepdim ? y : y.reshape(x.shape.filter((_, d) => !dims.includes(d)));
  });
}

/** eˣ⁻ᵐ / Σ eˣ⁻ᵐ, where m is the largest x along dim. */
export function softmax(x: Tensor, dim: number): Tensor {
  const place = normalizeDim("softmax", dim, x.ndim);
  if (x.size === 0) return x.exp();
  if (x.ndim === 0) return softmax(x.reshape([1]), 0).reshape([]);
  return inRegion("softmax", { dim: place }, () => {
    const e = x.sub(x.detach().max(place, true)).exp();
    return e.div(e.sum(place, true));
  });
}

/** x - m - log Σ eˣ⁻ᵐ, where m is the largest x along dim. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  const place = normalizeDim("logSoftmax", dim, x.ndim);
  if (x.size === 0) return x.exp();
  if (x.ndim === 0) return logSoftmax(x.reshape([1]), 0).reshape([]);
  return inRegion("logSoftmax", { dim: place }, () => {
    const shifted = x.sub(x.detach().max(place, true));
    return shifted.sub(shifted.exp().sum(place, true).log());
  });
}

/** The options of variance and std, complete. */
interface SpreadOptions {
  readonly correction?: number | undefined;
  readonly keepdim?: boolean | undefined;
}

/** x - mean over these dims. The gradient of an infinite mean is left out: x - mean is infinite or NaN there, and so is its gradient. */
function deviations(x: Tensor, dims: Dims | undefined): Tensor {
  const mean = x.mean(dims, true);
  return x.sub(mean.where(mean.isfinite(), mean.detach()));
}

/** What the squares of the deviations are summed over, and what their sum is divided by: max(N - correction, 0). */
function spreadOf(call: string, x: Tensor, dim: Dims | undefined, { correction = 1, keepdim = false }: SpreadOptions) {
  const dims = normalizeDims(call, dim, x.ndim);
  const count = dims.reduce((product, d) => product * x.shape[d], 1);
  const dimsOrAll = dims.length === 0 ? undefined : dims;
  return { dims: dimsOrAll, divisor: Math.max(count - correction, 0), attributes: { dims, correction, keepdim } };
}

/** Σ (x - mean)² / max(N - correction, 0); NaN where that is 0 / 0. */
export function variance(x: Tensor, dim: Dims | undefined, options: SpreadOptions): Tensor {
  const { dims, divisor, attributes } = spreadOf("variance", x, dim, options);
  return inRegion("variance", attributes, () =>
    deviations(x, dims).square().sum(dims, attributes.keepdim).div(divisor),
  );
}

/**
 * √variance; where it is 0, its gradient is 0 too, as in PyTorch. The deviations are divided by the largest of them, since their squares
 * may overflow or vanish where they themselves do not.
 */
export function std(x: Tensor, dim: Dims | undefined, options: SpreadOptions): Tensor {
  const { dims, divisor, attributes } = spreadOf("std", x, dim, options);
  return inRegion("std", attributes, () => {
    const d = deviations(x, dims);
    if (d.size === 0) return d.square().sum(dims, attributes.keepdim).div(divisor).sqrt();
    const largest = d.detach().abs().max(dims, true);
    const scale = largest.where(largest.gt(0).logicalAnd(largest.isfinite()), 1);
    const ratio = d.div(scale).square().sum(dims, true).div(divisor);
    const isPositive = ratio.eq(0).logicalNot();
    const root = ratio.where(isPositive, 1).sqrt().mul(scale);
    const y = root.where(isPositive, 0);
    return attributes.keepdim ? y : y.reshape(x.shape.filter((_, d) => !attributes.dims.includes(d)));
  });
}

/**
 * The product, as a tree: one half of the elements is multiplied with the other half until one is left. So derivatives of any order are
 * exact, also where elements are 0.
 */
export function prod(x: Tensor, dim: number | undefined, keepdim: boolean): Tensor {
  if (dim === undefined) return prod(x.reshape([-1]), 0, false).reshape(keepdim ? x.shape.map(() => 1) : []);
  const place = normalizeDim("prod", dim, x.ndim);
  if (x.ndim === 0) return x;
  const part = (t: Tensor, from: number, to: number) =>
    t.slice(...t.shape.map((_, d) => (d === place ? ([from, to] as const) : null)));
  const extend = (t: Tensor, by: number) =>
    t.pad(
      t.shape.map((_, d) => [0, d === place ? by : 0] as const),
      1,
    );
  let y = x.shape[place] === 0 ? extend(x, 1) : x;
  while (y.shape[place] > 1) {
    const half = Math.ceil(y.shape[place] / 2);
    const padded = extend(y, 2 * half - y.shape[place]);
    y = part(padded, 0, half).mul(part(padded, half, 2 * half));
  }
  return keepdim ? y : y.squeeze(place);
}
