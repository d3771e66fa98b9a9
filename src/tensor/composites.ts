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

export const silu = pointwise("silu", (x) => x.mul(x.sigmoid()));

export const leakyRelu = pointwise<["slope"]>("leakyRelu", (x, slope) => x.where(x.gt(0), x.mul(slope)));

/** log(1 + eˣ). Above 20 it is x itself, as in PyTorch: there the 1 is lost to rounding in float32, and eˣ may overflow. */
export const softplus = pointwise("softplus", (x) => {
  const isLarge = x.gt(20);
  return x.where(isLarge, x.where(isLarge.logicalNot(), 0).exp().log1p());
});

/** The largest element, as a constant for differentiation. 0 where it is infinite, since shifting by it would give ∞ - ∞. */
function shift(x: Tensor, dims: readonly number[]): Tensor {
  const maximum = x.detach().max(dims, true);
  return maximum.where(maximum.abs().ne(Infinity), 0);
}

/** log Σ eˣ = m + log Σ eˣ⁻ᵐ, where m is the largest x, so that it does not overflow. */
export function logsumexp(x: Tensor, dim: Dims | undefined, keepdim: boolean): Tensor {
  const dims = normalizeDims("logsumexp", dim, x.ndim);
  if (x.size === 0) return x.exp().sum(dims, keepdim).log();
  return inRegion("logsumexp", { dims, keepdim }, () => {
    const m = shift(x, dims);
    const y = x.sub(m).exp().sum(dims, true).log().add(m);
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

/** Σ (x - mean)² / max(N - correction, 0); NaN where that is 0 / 0. */
export function variance(
  x: Tensor,
  dim: Dims | undefined,
  options: { correction?: number | undefined; keepdim?: boolean | undefined },
): Tensor {
  const { correction = 1, keepdim = false } = options;
  const dims = normalizeDims("variance", dim, x.ndim);
  const count = dims.reduce((product, d) => product * x.shape[d], 1);
  const dimsOrAll = dims.length === 0 ? undefined : dims;
  return inRegion("variance", { dims, correction, keepdim }, () =>
    x
      .sub(x.mean(dimsOrAll, true))
      .square()
      .sum(dimsOrAll, keepdim)
      .div(Math.max(count - correction, 0)),
  );
}

/** √variance; where it is 0, its gradient is 0 too, as in PyTorch. */
export function std(
  x: Tensor,
  dim: Dims | undefined,
  options: { correction?: number | undefined; keepdim?: boolean | undefined },
): Tensor {
  const v = variance(x, dim, options);
  const isPositive = v.eq(0).logicalNot();
  const root = v.where(isPositive, 1).sqrt();
  return root.where(isPositive, 0);
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
