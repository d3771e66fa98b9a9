// Functions that samplers use. They consist of + - * /, square roots and comparisons alone, which every machine and every way of computing rounds in the
// same way, so that a seed gives the same draws at once, compiled, and on a GPU. They are accurate to a few units of float32.
import { logUnit, rand } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Multiples of 2⁻²⁴ in (0, 1], in the dtype of a tensor. */
export const positiveUniform = (shape: Shape, like: Tensor): Tensor => rand(shape).neg().add(1).to(like.dtype);

/** ln x for x from 2⁻³¹ to 2¹²⁷: x = m · 2ᵉ with m at most 1. */
export function logarithm(x: Tensor): Tensor {
  let [m, e] = [x, x.mul(0)];
  for (const power of [64, 32, 16, 8, 4, 2, 1]) {
    const isLarge = m.ge(2 ** power);
    e = e.add(power).where(isLarge, e);
    m = m.mul(2 ** -power).where(isLarge, m);
  }
  return logUnit(m.mul(0.5)).add(e.add(1).mul(Math.LN2));
}

/** eˣ for x up to 0: 2⁻ⁿ · eʳ with r from -ln 2 to 0, and eʳ as its series; 0 below -88. */
export function exponential(x: Tensor): Tensor {
  const bounded = x.maximum(-88);
  const n = bounded.div(-Math.LN2).floor();
  const r = bounded.add(n.mul(Math.LN2));
  // 1 + r(1 + r/2(1 + r/3(...)))
  let sum = r.mul(1 / 12).add(1);
  for (let k = 11; k >= 1; k--)
    sum = sum
      .mul(r)
      .mul(1 / k)
      .add(1);
  let rest = n;
  for (const power of [64, 32, 16, 8, 4, 2, 1]) {
    const isLarge = rest.ge(power);
    rest = rest.sub(power).where(isLarge, rest);
    sum = sum.mul(2 ** -power).where(isLarge, sum);
  }
  return sum.where(x.ge(-88), 0);
}

/** Σ x over the last dim, by adding halves, so that the order does not depend on who adds. */
export function orderedSum(x: Tensor): Tensor {
  let y = x;
  for (let n = y.shape[y.ndim - 1]; n > 1; n = Math.ceil(n / 2)) {
    const half = Math.ceil(n / 2);
    const widths = y.shape.map((_, dim) => [0, dim === y.ndim - 1 ? 2 * half - n : 0] as const);
    const even = n % 2 === 0 ? y : y.pad(widths);
    y = even.narrow(-1, 0, half).add(even.narrow(-1, half, half));
  }
  return y;
}
