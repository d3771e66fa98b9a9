// Orthonormal rows by the Gram-Schmidt process, for init.orthogonal.
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * Orthonormalises the rows of x [m, n], m ≤ n, in float64: subtracts from each row its projections on the rows before it, and divides it
 * by its length. Of a normal random matrix this makes a uniformly distributed one (Mezzadri 2007). The projections are subtracted twice,
 * since one pass leaves rounding errors ("twice is enough", Parlett 1998).
 */
export function orthonormalRows(x: Tensor): Tensor {
  const [m, n] = x.shape;
  const data = Float64Array.from(x.data);
  const rows = Array.from({ length: m }, (_, i) => data.subarray(i * n, (i + 1) * n));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  for (const [i, row] of rows.entries()) {
    for (const earlier of [...rows.slice(0, i), ...rows.slice(0, i)]) {
      const projection = dot(row, earlier);
      for (let k = 0; k < n; k++) row[k] -= projection * earlier[k];
    }
    const length = Math.sqrt(dot(row, row));
    for (let k = 0; k < n; k++) row[k] /= length;
  }
  return tensor(data, { shape: [m, n] });
}
