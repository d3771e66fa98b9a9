// Rows at right angles: what init.orthogonal begins with.
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * float64 [m, n], m ≤ n: each row less its projections on those before it, at length 1. What is left of a random matrix is
 * uniform among all such (Mezzadri 2007). Projected out twice, since once leaves rounding errors ("twice is enough", Parlett 1998).
 */
export function orthonormalRows(x: Tensor): Tensor {
  const [m, n] = x.shape;
  const data = Float64Array.from(x.data);
  const rows = Array.from({ length: m }, (_, i) => data.subarray(i * n, (i + 1) * n));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  for (const [i, row] of rows.entries()) {
    for (const earlier of [...rows.slice(0, i), ...rows.slice(0, i)]) {
      const along = dot(row, earlier);
      for (let k = 0; k < n; k++) row[k] -= along * earlier[k];
    }
    const length = Math.sqrt(dot(row, row));
    for (let k = 0; k < n; k++) row[k] /= length;
  }
  return tensor(data, { shape: [m, n] });
}
