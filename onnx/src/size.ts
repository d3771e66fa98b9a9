// Sizes that may depend on the batch: a number, or batch · B + plus, where B is the batch size with which the file runs.

export interface BatchSize {
  readonly batch: number;
  readonly plus: number;
}
export type Size = number | BatchSize;

export const isFixed = (size: Size): size is number => typeof size === "number";

const parts = (size: Size): BatchSize => (isFixed(size) ? { batch: 0, plus: size } : size);
const size = (batch: number, plus: number): Size => (batch === 0 ? plus : { batch, plus });

export function plus(a: Size, b: Size): Size {
  const [x, y] = [parts(a), parts(b)];
  return size(x.batch + y.batch, x.plus + y.plus);
}

export const times = (a: Size, factor: number): Size => size(parts(a).batch * factor, parts(a).plus * factor);

export function sameSize(a: Size, b: Size): boolean {
  const [x, y] = [parts(a), parts(b)];
  return x.batch === y.batch && x.plus === y.plus;
}

export const sameSizes = (a: readonly Size[], b: readonly Size[]): boolean =>
  a.length === b.length && a.every((n, i) => sameSize(n, b[i]));

/** The size that has these two numbers at these two batch sizes: a constant or a multiple of the batch; null where it is neither. */
export function fit(numbers: readonly [number, number], batches: readonly [number, number]): Size | null {
  const [first, second] = numbers;
  if (Object.is(first, second)) return first;
  const factor = first / batches[0];
  return Number.isInteger(factor) && factor * batches[1] === second ? { batch: factor, plus: 0 } : null;
}

/** The broadcast shape, by NumPy's rules, of two shapes that are compatible. */
export function broadcast(a: readonly Size[], b: readonly Size[]): Size[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const newDims = long.length - short.length;
  return long.map((n, dim) => (dim >= newDims && n === 1 ? short[dim - newDims] : n));
}

/** A size as an ONNX dim_param: "batch", "2*batch", "5". */
export function nameOf(n: Size, batch: string): string {
  if (isFixed(n)) return String(n);
  const product = n.batch === 1 ? batch : `${n.batch}*${batch}`;
  return n.plus === 0 ? product : `${product}${n.plus > 0 ? "+" : ""}${n.plus}`;
}
