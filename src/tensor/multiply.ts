// A faster eager matrix product: panels of both matrices are packed into float64, and tiles of four rows and four columns of the result stay
// in registers. It computes what ops/contractions.ts defines, in the same order of summation.
import type { NDArray, TypedArray } from "./dtype.ts";

const rows = 4;
const columns = 4;

/** Packs `count` lines into panels: panel p holds the lines p·width to p·width + width - 1, interleaved element by element; missing lines are 0. */
function pack(source: TypedArray, start: number, lines: Lines, packed: Float64Array): void {
  const { count, lineStride, length, stride, width } = lines;
  for (let line = 0; line < Math.ceil(count / width) * width; line++) {
    const from = start + line * lineStride;
    let to = Math.floor(line / width) * width * length + (line % width);
    for (let i = 0; i < length; i++, to += width) packed[to] = line < count ? source[from + i * stride] : 0;
  }
}

interface Lines {
  readonly count: number;
  /** The distance between the first elements of two neighbouring lines. */
  readonly lineStride: number;
  /** The number of elements in a line. */
  readonly length: number;
  /** The distance between neighbouring elements of a line. */
  readonly stride: number;
  /** The number of lines in a panel. */
  readonly width: number;
}

/** y[M, N] = a[M, K] · b[K, N], for each matrix of the batch. */
export function multiplyMatrices(
  { data: y, shape }: NDArray,
  [{ data: a, shape: left }, { data: b }]: readonly NDArray[],
): void {
  const [m, n] = shape.slice(-2);
  const k = left[left.length - 1];
  const packedA = new Float64Array(Math.ceil(m / rows) * rows * k);
  const packedB = new Float64Array(Math.ceil(n / columns) * columns * k);
  const batch = m * n === 0 ? 0 : y.length / (m * n);
  for (let index = 0; index < batch; index++) {
    pack(a, index * m * k, { count: m, lineStride: k, length: k, stride: 1, width: rows }, packedA);
    pack(b, index * k * n, { count: n, lineStride: 1, length: k, stride: n, width: columns }, packedB);
    multiplyPacked(y, index * m * n, packedA, packedB, { m, n, k });
  }
}

/** The product of packed panels, written to y from `start` on. */
function multiplyPacked(
  y: TypedArray,
  start: number,
  a: Float64Array,
  b: Float64Array,
  { m, n, k }: { readonly m: number; readonly n: number; readonly k: number },
): void {
  const tile = new Float64Array(rows * columns);
  for (let column = 0; column < n; column += columns) {
    for (let row = 0; row < m; row += rows) {
      multiplyTile(a, row * k, b, column * k, k, tile);
      for (let i = 0; i < rows && row + i < m; i++) {
        const to = start + (row + i) * n + column;
        for (let j = 0; j < columns && column + j < n; j++) y[to + j] = tile[i * columns + j];
      }
    }
  }
}

function multiplyTile(a: Float64Array, at: number, b: Float64Array, bt: number, k: number, tile: Float64Array): void {
  let t00 = 0,
    t01 = 0,
    t02 = 0,
    t03 = 0;
  let t10 = 0,
    t11 = 0,
    t12 = 0,
    t13 = 0;
  let t20 = 0,
    t21 = 0,
    t22 = 0,
    t23 = 0;
  let t30 = 0,
    t31 = 0,
    t32 = 0,
    t33 = 0;
  for (let i = 0; i < k; i++, at += 4, bt += 4) {
    const b0 = b[bt],
      b1 = b[bt + 1],
      b2 = b[bt + 2],
      b3 = b[bt + 3];
    const a0 = a[at];
    t00 += a0 * b0;
    t01 += a0 * b1;
    t02 += a0 * b2;
    t03 += a0 * b3;
    const a1 = a[at + 1];
    t10 += a1 * b0;
    t11 += a1 * b1;
    t12 += a1 * b2;
    t13 += a1 * b3;
    const a2 = a[at + 2];
    t20 += a2 * b0;
    t21 += a2 * b1;
    t22 += a2 * b2;
    t23 += a2 * b3;
    const a3 = a[at + 3];
    t30 += a3 * b0;
    t31 += a3 * b1;
    t32 += a3 * b2;
    t33 += a3 * b3;
  }
  tile[0] = t00;
  tile[1] = t01;
  tile[2] = t02;
  tile[3] = t03;
  tile[4] = t10;
  tile[5] = t11;
  tile[6] = t12;
  tile[7] = t13;
  tile[8] = t20;
  tile[9] = t21;
  tile[10] = t22;
  tile[11] = t23;
  tile[12] = t30;
  tile[13] = t31;
  tile[14] = t32;
  tile[15] = t33;
}
