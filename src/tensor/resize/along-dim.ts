// Resizing along one dim: which elements of x an element of the result takes, and with which weights. Both are constants.
import { tensor } from "../create.ts";
import type { Tensor } from "../tensor.ts";

export interface Scale {
  /** The sizes before and after. */
  readonly from: number;
  readonly to: number;
  /** Elements of x for one of the result. */
  readonly step: number;
  readonly alignCorners: boolean;
}

const positions = ({ to }: Scale): number[] => Array.from({ length: to }, (_, i) => i);

/** Where element i of the result lies in x. */
const placeOf = ({ step, alignCorners }: Scale, i: number): number =>
  alignCorners ? step * i : step * (i + 0.5) - 0.5;

const indexTensor = (indices: readonly number[]): Tensor => tensor(Int32Array.from(indices), { dtype: "int32" });

/** Numbers along a dim of y, so that they broadcast to it. */
function weightTensor(y: Tensor, dim: number, weights: readonly number[]): Tensor {
  const { dtype } = y;
  return tensor(Float64Array.from(weights), { shape: y.shape.map((_, d) => (d === dim ? weights.length : 1)) }).to(
    dtype,
  );
}

const bounded = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);

/** Takes one element each; a whole factor repeats elements. As in PyTorch, positions are computed in float32. */
export const resizeNearest =
  (mode: "nearest" | "nearestExact") =>
  (x: Tensor, dim: number, scale: Scale): Tensor => {
    const { from, to } = scale;
    const step = Math.fround(scale.step);
    const factor = to / from;
    if (to === from && step === 1) return x;
    if (Number.isInteger(factor) && step === Math.fround(from / to)) {
      const spread = [...x.shape.slice(0, dim + 1), factor, ...x.shape.slice(dim + 1)];
      return x
        .unsqueeze(dim + 1)
        .expand(spread)
        .reshape(x.shape.with(dim, to));
    }
    const shift = mode === "nearest" ? 0 : 0.5;
    const indices = positions(scale).map((i) =>
      Math.min(Math.floor(Math.fround(Math.fround(i + shift) * step)), from - 1),
    );
    return x.indexSelect(dim, indexTensor(indices));
  };

/** x[⌊p⌋] · (1 - t) + x[⌊p⌋ + 1] · t, where t is p - ⌊p⌋, and p is at least 0. */
export function resizeLinear(x: Tensor, dim: number, scale: Scale): Tensor {
  const { from, to, step } = scale;
  if (to === from && step === 1) return x;
  const places = positions(scale).map((i) => Math.max(placeOf(scale, i), 0));
  const low = places.map((p) => bounded(Math.floor(p), from));
  const high = low.map((i) => bounded(i + 1, from));
  const shares = places.map((p, i) => Math.min(p - low[i], 1));
  const [a, b] = [x.indexSelect(dim, indexTensor(low)), x.indexSelect(dim, indexTensor(high))];
  return a
    .mul(
      weightTensor(
        a,
        dim,
        shares.map((t) => 1 - t),
      ),
    )
    .add(b.mul(weightTensor(b, dim, shares)));
}

/** The weights of the four neighbours at the distances 1 + t, t, 1 - t and 2 - t, by cubic convolution with a = -0.75 (Keys 1981). */
export function cubicWeights(t: number): readonly [number, number, number, number] {
  const a = -0.75;
  const near = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return [far(1 + t), near(t), near(1 - t), far(2 - t)];
}

/** Σ x[⌊p⌋ + k] · weight over k = -1, 0, 1, 2; beyond the ends the last element counts. */
export function resizeCubic(x: Tensor, dim: number, scale: Scale): Tensor {
  const { from, to, step } = scale;
  if (to === from && step === 1) return x;
  const places = positions(scale).map((i) => placeOf(scale, i));
  const terms = [-1, 0, 1, 2].map((k, tap) => {
    const indices = places.map((p) => bounded(Math.floor(p) + k, from));
    const y = x.indexSelect(dim, indexTensor(indices));
    return y.mul(
      weightTensor(
        y,
        dim,
        places.map((p) => cubicWeights(p - Math.floor(p))[tap]),
      ),
    );
  });
  return terms.reduce((sum, term) => sum.add(term));
}
