// Running products, extremes and sums of exponentials along a dim.
import { checkTensor, takes } from "../arguments.ts";
import { isFloating, toSum } from "../dtype.ts";
import { logaddexp } from "../elementary/logarithms.ts";
import { floating } from "../promotion.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { running, runningTogether } from "./scan.ts";

/** The running product along dim: each element times all before it. The product of integers and bool is int32. */
export function cumprod(x: Tensor, dim: number): Tensor {
  takes("cumprod", arguments.length, 2);
  checkTensor("cumprod", "x", x);
  const place = normalizeDim("cumprod", dim, x.ndim);
  const product = x.to(toSum(x.dtype));
  return x.ndim === 0 ? product : within("cumprod", () => running(product, place, (a, b) => a.mul(b)));
}

/** log of the running sum of eˣ along dim; it does not overflow. */
export function logcumsumexp(x: Tensor, dim: number): Tensor {
  takes("logcumsumexp", arguments.length, 2);
  checkTensor("logcumsumexp", "x", x);
  const place = normalizeDim("logcumsumexp", dim, x.ndim);
  return x.ndim === 0 ? floating(x) : within("logcumsumexp", () => running(floating(x), place, logaddexp));
}

function extreme(call: "cummax" | "cummin", x: Tensor, dim: number): { values: Tensor; indices: Tensor } {
  checkTensor(call, "x", x);
  const place = normalizeDim(call, dim, x.ndim);
  return within(call, () => {
    if (x.ndim === 0) return { values: x, indices: x.apply("full", [], { shape: [], dtype: "int32", value: 0 }) };
    const shape = x.shape.map((n, d) => (d === place ? n : 1));
    const places = x.apply("iota", [], { length: x.shape[place] }).reshape(shape).expand(x.shape);
    const [, indices] = runningTogether([x.detach(), places] as const, place, ([a, i], [b, j]) => {
      const isBeyond = call === "cummax" ? b.ge(a) : b.le(a);
      const isLater = isFloating(x.dtype) ? b.isnan().logicalOr(isBeyond) : isBeyond;
      return [b.where(isLater, a), j.where(isLater, i)] as const;
    });
    return { values: x.gather(place, indices), indices };
  });
}

/** The largest element so far along dim, and its index, int32; of equal ones the last. From the first NaN on all are NaN. */
export function cummax(x: Tensor, dim: number): { values: Tensor; indices: Tensor } {
  takes("cummax", arguments.length, 2);
  return extreme("cummax", x, dim);
}

/** The smallest element so far along dim, and its index, int32; of equal ones the last. From the first NaN on all are NaN. */
export function cummin(x: Tensor, dim: number): { values: Tensor; indices: Tensor } {
  takes("cummin", arguments.length, 2);
  return extreme("cummin", x, dim);
}
